"""共建协议书 opens in python-docx and says what the agreement says."""

from datetime import date
from io import BytesIO

import pytest
from docx import Document
from docx.oxml.ns import qn

from pairing.agreements.exchange.word import agreement_word
from pairing.plans.enums import Line, OnBehalfStep
from tests.factories.agreements import AgreementClauseFactory
from tests.factories.branches import BranchFactory
from tests.factories.plans import AgreementFactory, OnBehalfFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def opened(agreement):
    return Document(BytesIO(agreement_word(agreement)))


def test_agreement_word_carries_parties_clauses_by_line_and_signatures():
    agreement = AgreementFactory(
        pairing__branch_a=BranchFactory(name="甲党支部"),
        pairing__branch_b=BranchFactory(name="乙 & <丙> 党支部"),
        number="〔2026〕3号",
        starts_on=date(2026, 1, 1),
        ends_on=date(2027, 12, 31),
        principles="平等自愿。",
        aims="共建。",
        duties_a="出人。",
        duties_b="出场地。",
        mechanism="一月一沟通。",
    )
    AgreementClauseFactory(agreement=agreement, line=Line.WORK, words="办成实事。", counting="order")
    AgreementClauseFactory(agreement=agreement, line=Line.ORGANISATION, words="每月走访；", counting="visit")
    AgreementClauseFactory(agreement=agreement, line=Line.ORGANISATION, words="互通情况")
    OnBehalfFactory(
        agreement=agreement,
        order=None,
        pairing=agreement.pairing,
        branch=agreement.pairing.branch_b,
        step=OnBehalfStep.AGREEMENT_SIGN,
    )
    document = opened(agreement)
    assert [paragraph.text for paragraph in document.paragraphs] == [
        "结对共建协议书",
        "（编号：〔2026〕3号）",
        "甲方：甲党支部",
        "乙方：乙 & <丙> 党支部",
        "为深化党支部结对共建，甲乙双方经充分协商，自愿结为共建支部，订立本协议。",
        "一、共建原则",
        "平等自愿。",
        "二、共建目标",
        "共建。",
        "三、共建内容",
        "（一）组织联建",
        "1. 每月走访（走访每季不少于 1 次）。",
        "2. 互通情况。",
        "（二）工作联抓",
        "1. 办成实事（办成定单每季不少于 1 件）。",
        "四、双方权利和义务",
        "甲方：出人。",
        "乙方：出场地。",
        "五、工作机制",
        "一月一沟通。",
        "六、协议期限",
        "本协议自2026年1月1日起至2027年12月31日止。期满前双方商定是否续签。",
        "七、其他",
        "未尽事宜由双方协商解决。本协议一式三份，甲乙双方各执一份，报县党建办备案一份。",
        "",
    ]
    cells = [[p.text for p in cell.paragraphs] for cell in document.tables[0].rows[0].cells]
    assert cells == [
        ["甲方（盖章）：", "甲党支部", "支部书记（签字）：", "2026年1月1日"],
        ["乙方（盖章）：", "乙 & <丙> 党支部", "支部书记（签字）：", "2026年1月1日（县党建办代确认）"],
    ]


def test_agreement_word_leaves_out_what_an_old_paper_does_not_say():
    agreement = AgreementFactory(content="每季度一次普法。", aims="", duties_b="出场地。")
    text = [paragraph.text for paragraph in opened(agreement).paragraphs]
    assert text[5:-1] == [
        "一、共建内容",
        "每季度一次普法。",
        "二、双方权利和义务",
        "乙方：出场地。",
        "三、协议期限",
        text[10],
        "四、其他",
        text[12],
    ]
    assert (text[10][:3], text[12][:4]) == ("本协议", "未尽事宜")


def test_agreement_word_of_a_draft_leaves_the_days_open_and_is_set_as_an_office_paper():
    agreement = AgreementFactory(draft=True, ends_on=None, content="每季度一次普法。\n共享阵地。", version=4)
    document = opened(agreement)
    text = [paragraph.text for paragraph in document.paragraphs]
    assert text[text.index("一、共建内容") + 1] == "每季度一次普法。\n共享阵地。"
    assert text[-2] == "（第 4 版，双方签字盖章后生效。）"
    assert [cell.paragraphs[3].text for cell in document.tables[0].rows[0].cells] == ["年    月    日"] * 2
    section = document.sections[0]
    widths = (section.page_width, section.left_margin, section.right_margin)
    assert [round(width.mm) for width in widths] == [210, 28, 26]
    fonts = [
        paragraph.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) for paragraph in document.paragraphs[:6]
    ]
    assert fonts == ["方正小标宋简体", *["仿宋_GB2312"] * 4, "黑体"]
