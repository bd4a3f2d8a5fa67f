"""结对协议: a pairing for each agreement, renewals, and every fault of a file at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from django.utils import timezone

from core.models import AuditEntry, Notification
from pairing.imports.registry import LEDGERS
from pairing.plans.models import Agreement, Pairing
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import AgreementFactory, ClaimFactory, PairingFactory, PlanOrderFactory
from tests.imports.workbooks import TERMS, book, sheet, short, usual_headers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def branches():
    return [BranchFactory(name=name, liaison_name=f"{name}联络员") for name in ("甲支部", "乙支部", "丙支部")]


def agreement(number: str, party_a: str = "甲支部", party_b: str = "乙支部", **cells: object):
    dates = {"签约日期": "2025-01-14", "开始日期": "2025-01-14", "结束日期": "2025-12-31"}
    return {"协议编号": number, "甲方": party_a, "乙方": party_b, "共建目标": "互帮互学", **dates, **cells}


def take_in(*rows: dict[str, object]):
    return LEDGERS["pairings"].take_in(book("pairings", *rows), TERMS)


def test_pairings_come_with_their_agreement() -> None:
    take_in(agreement("1号", 结束日期="长期"))
    pairing = Pairing.objects.get()
    assert (pairing.branch_a.name, pairing.branch_b.name, pairing.liaison_b) == (
        "甲支部",
        "乙支部",
        "乙支部联络员",
    )
    assert (pairing.starts_on, pairing.ends_on, pairing.aims) == (date(2025, 1, 14), None, "互帮互学")
    assert pairing.agreements.get().state == "in_force"


def test_pairings_renewal_follows_the_agreement_before_it() -> None:
    take_in(agreement("1号"))
    dates = {"签约日期": "2025-12-20", "开始日期": "2026-01-01", "结束日期": "2027-12-31"}
    result = take_in(agreement("1号"), agreement("2号", "乙支部", "甲支部", **dates))
    assert (result.errors, result.created, result.unchanged) == ([], 1, 1)
    assert dict(Agreement.objects.values_list("number", "state")) == {"1号": "renewed", "2号": "in_force"}
    pairing = Pairing.objects.get()
    assert (pairing.starts_on, pairing.ends_on) == (date(2025, 1, 14), date(2027, 12, 31))


@pytest.mark.parametrize("header", ["协议编号", "甲方", "乙方", "签约日期", "开始日期"])
def test_pairings_without_a_required_column_are_refused_once(header: str) -> None:
    headers = [each for each in usual_headers("pairings") if each != header]
    content = sheet("结对协议", headers, [agreement("1号"), agreement("2号")])
    result = LEDGERS["pairings"].take_in(content, TERMS)
    assert [error.reason[:5] for error in result.errors if error.column == header] == ["缺少这一列"]


def test_pairings_faults_are_told_at_once_and_nothing_is_written() -> None:
    other = AgreementFactory(number="9号", pairing=PairingFactory())
    result = take_in(
        agreement("1号", "甲支部", "甲支部"),
        agreement("2号", "甲支", "丙支部"),
        agreement("2号", "甲支部", "丙支部", 结束日期="2025-01-01"),
        agreement("3号"),
        agreement("4号", 开始日期="2025-06-01", 签约日期="下周"),
        agreement("5号", 开始日期="2025-06-01"),
        agreement("9号", "丙支部", "乙支部", 开始日期="2025年"),
    )
    form = "，请写成 2025-01-09 或 2025年1月9日"
    assert short(result.errors) == [
        (4, "乙方", "甲支部", "甲方和乙方是同一个支部，请改正其中一方"),
        (
            5,
            "甲方",
            "甲支",
            "没有这个党组织，相近的有：甲支部。请改正名称，或先导入组织清单",
        ),
        (6, "协议编号", "2号", "与第 5 行重复，请删去其中一行，或改正这一格"),
        (6, "结束日期", "2025-01-01", "不能早于开始日期，请核对两个日期"),
        (8, "签约日期", "下周", f"不是日期{form}"),
        (9, "开始日期", "2025-06-01", "与第 7 行是同一对支部，协议期限重叠，请核对起止日期"),
        (10, "协议编号", "9号", f"这个编号已是“{other.pairing}”的协议，请改正编号"),
        (10, "开始日期", "2025年", f"只有年份，不是日期{form}"),
    ]
    assert Pairing.objects.count() == Agreement.objects.count() == 1


def test_pairings_end_by_their_row_with_reason_and_summary() -> None:
    take_in(agreement("1号", 结束日期="长期"))
    pairing = Pairing.objects.get()
    claim = ClaimFactory(pairing=pairing)
    told = UserFactory(secretary_of=pairing.branch_b)
    words = {"结束理由": "支部合并", "共建总结": "办成三件实事"}
    ended = agreement("1号", 结束日期="长期", **words)
    terms = replace(TERMS, now=timezone.now(), actor=UserFactory(admin=True))
    result = LEDGERS["pairings"].take_in(book("pairings", ended), terms)
    assert (result.errors, result.changed) == ([], 1)
    assert result.changes[0].fields == {"结对": ["结对中", "已结束"]}
    for row in (pairing, claim):
        row.refresh_from_db()
    assert (pairing.state, pairing.end_reason, pairing.end_summary) == ("ended", "支部合并", "办成三件实事")
    assert (pairing.agreements.get().state, claim.state) == ("terminated", "expired")
    assert AuditEntry.objects.get(action="pairing.end").actor == terms.actor
    assert Notification.objects.filter(recipient=told, subject=f"{pairing} 结对已结束").count() == 1
    assert take_in(ended).unchanged == 1
    again = take_in(agreement("2号", 签约日期="2025-06-01", 开始日期="2025-06-01"))
    [(row, column, _, reason)] = short(again.errors)
    assert (row, column, reason.split("，")[1]) == (4, "开始日期", "期限重叠")


def test_pairings_that_overlap_end_too_soon_or_name_the_dissolved_are_refused() -> None:
    BranchFactory(name="旧支部", dissolved_on=date(2025, 5, 1))
    take_in(agreement("1号"), agreement("8号", "甲支部", "丙支部"))
    later = {"签约日期": "2025-12-20", "开始日期": "2026-01-01", "结束日期": "2027-12-31"}
    take_in(agreement("9号", "甲支部", "丙支部", **later))
    PlanOrderFactory(pairing=Pairing.objects.get(branch_b__name="乙支部"))
    result = take_in(
        agreement("1号", 共建总结="办成三件实事"),
        agreement("3号", "甲支部", "旧支部"),
        agreement("8号", "甲支部", "丙支部", 结束理由="期满", 共建总结="好"),
        agreement("9号", "甲支部", "丙支部", 结束理由="期满", **later),
    )
    assert short(result.errors) == [
        (4, "结束理由", "", "写了共建总结就是结束结对，请写明结束的理由；不结束的请清空总结"),
        (4, "结束理由", "", "还有 1 张定单没有办完，请先验收或取消这些定单，再结束结对。"),
        (5, "乙方", "旧支部", "已在2025年5月1日撤销，请改正名称，或删去这一行"),
        (6, "共建总结", "好", "这份协议之后还有续签，请把结束理由和共建总结写在最新一份协议的那一行"),
        (7, "共建总结", "", "结束结对要有共建总结：做成了什么、留下什么经验，几句话即可"),
    ]
    alone = take_in(agreement("2号", "乙支部", "甲支部", 开始日期="2025-12-01"))
    assert short(alone.errors) == [
        (
            4,
            "开始日期",
            "2025-12-01",
            "与系统里的协议 1号（2025年1月14日至2025年12月31日）期限重叠，请核对起止日期",
        )
    ]
    assert set(Pairing.objects.values_list("state", flat=True)) == {"active"}
