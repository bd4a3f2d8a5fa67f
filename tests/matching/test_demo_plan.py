"""The plan of the demo's year, every demand treated as open: outcomes a branch secretary finds sensible."""

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from pairing.matching.engine import MatchProblem, Need, Offer, explain, pair_of, solve, suggest

DATA = Path(__file__).parents[2] / "pairing" / "demo" / "data"
TODAY = date(2025, 11, 28)


def rows(book):
    sheet = openpyxl.load_workbook(DATA / f"{book}.xlsx").worksheets[0]
    head, *body = list(sheet.iter_rows(min_row=3, values_only=True))
    return [dict(zip(head, row, strict=True)) for row in body if row[1]]


@pytest.fixture(scope="module")
def year():
    offers = tuple(
        Offer(
            row["序号"],
            row["提供单位"],
            row["资源名称"],
            row["资源说明"],
            row["资源类别"],
            frozenset(str(row["服务方向"]).replace("，", "、").split("、")),
            capacity_per_month=row["每月可承接次数"],
            pair_only=True,
        )
        for row in rows("资源清单")
        if isinstance(row["序号"], int)
    )
    needs = tuple(
        Need(
            row["序号"],
            row["提出单位"],
            row["需求内容"],
            f"{row['具体描述']} {row['服务对象']}",
            aspect=row["需求方面"],
        )
        for row in rows("需求账单")
        if isinstance(row["序号"], int)
    )
    pairs = frozenset(pair_of(row["甲方"], row["乙方"]) for row in rows("结对协议") if row["甲方"])
    names = {each.branch_id: each.branch_id for each in (*offers, *needs)}
    return MatchProblem(offers, needs, TODAY, pairs, branch_names=names)


# demand → who should come, in the article's own year
SENSIBLE = {
    2: "阳同志（法制大队审核员）",
    4: "周同志（卷烟鉴别检验员）",
    7: "匡同志（教导员、办案能手）",
    13: "杨同志（终端建设客户经理）",
    15: "欧阳同志（零售经营诊断师）",
    17: "政务服务中心烟草窗口党员服务站",
    19: "黄巢村便民党员服务站",
    20: "成同志（智慧门店辅导员）",
    23: "青树坪集镇警务室党员服务站",
    26: "邓同志（中级会计师）",
    27: "王同志（村支书、种植能手）",
    28: "陈同志（心理咨询师、亲子辅导志愿者）",
    29: "荷叶镇集镇党员服务站",
    34: "清风书屋暨党员教育园地",
    35: "周同志（村文艺队队长）",
    36: "李同志（法规员、普法宣讲骨干）",
    37: "赵同志（青年党员、地方戏普法宣讲员）",
    38: "龙同志（本地话宣讲员、应急救护员）",
    40: "贺同志（公职律师）",
    41: "青树坪镇老街党员服务站",
    45: "刘同志（社区网格长）",
    47: "颜同志（文秘资深主笔）",
    48: "申同志（信息宣传编辑）",
    49: "彭同志（机关党支部书记）",
}
# demand → what nobody would send there
LAUGHABLE = {
    24: "驻村帮扶与“湘村636”加盟扶持类",
    25: "胡同志（营销数据分析师）",
    31: "清风书屋暨党员教育园地",
    9: "零售许可证办理与电子烟监管类",
}


def test_plan_of_the_demo_year_sends_whom_a_secretary_would_send(year):
    plan = solve(year)
    title = {offer.id: offer.title for offer in year.offers}
    chosen = {match.need_id: title[match.offer_id] for match in plan.assignments}
    assert {serial: chosen.get(serial) for serial in SENSIBLE} == SENSIBLE
    assert [serial for serial, wrong in LAUGHABLE.items() if chosen.get(serial) == wrong] == []
    assert plan.ratio == pytest.approx(1.0)
    assert len(chosen) >= 45


def test_reasons_begin_with_what_is_offered_and_never_with_what_is_lacking(year):
    told = [explain(score) for scores in suggest(year).values() for score in scores]
    assert len(told) >= 100
    assert [each for each in told if each.startswith("同一结对；") or "没有" in each or "不同" in each] == []
