"""资源清单 and 需求账单: rows by branch and 序号, the scope of branch staff, all faults of a file at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.wording import cn_date
from ledgers.models import Demand, Resource, ServiceAspect
from pairing.imports.registry import LEDGERS
from tests.factories.branches import BranchFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import ClaimFactory, PlanOrderFactory
from tests.imports.workbooks import TERMS, book, sheet, short, usual_headers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def branch():
    return BranchFactory(name="甲支部")


def resource(serial: object, **cells: object) -> dict[str, object]:
    return {
        "序号": serial,
        "提供单位": "甲支部",
        "资源类别": "专业人才",
        "资源名称": f"人才{serial}",
        **cells,
    }


def demand(serial: object, **cells: object) -> dict[str, object]:
    row = {"序号": serial, "提出单位": "甲支部", "需求方面": "客户服务", "需求内容": f"需求{serial}"}
    return {**row, "紧急程度": "一般", "提出日期": "2025-01-09", "状态": "待认领", **cells}


def take_in(kind: str, *rows: dict[str, object], terms=TERMS):
    return LEDGERS[kind].take_in(book(kind, *rows), terms)


def test_demand_raised_after_the_day_of_the_import_is_refused() -> None:
    result = take_in("demands", demand(1, 提出日期="2025-11-28"), demand(2, 提出日期="2025-11-29"))
    assert short(result.errors) == [(5, "提出日期", "2025-11-29", "提出日期不能晚于今天，请核对。")]


def test_resources_update_only_what_differs() -> None:
    take_in("resources", resource(1, 服务方向="市场监管、客户服务"), resource(2))
    Resource.objects.filter(serial=2).update(state="withdrawn")
    result = take_in(
        "resources",
        resource(1, 服务方向="客户服务", 每月可承接次数="４"),  # noqa: RUF001
        resource(2),
    )
    assert (result.changed, result.unchanged) == (1, 1)
    assert result.changes[0].fields == {
        "每月可承接次数": ["", "4"],
        "服务方向": ["客户服务、市场监管", "客户服务"],
    }
    assert Resource.objects.get(serial=2).state == "withdrawn"
    assert [aspect.name for aspect in Resource.objects.get(serial=1).aspects.all()] == ["客户服务"]


def test_rows_without_a_number_are_found_by_name_or_get_the_next_one() -> None:
    """A sheet without 序号 is taken in, and once more changes nothing; two rows alike are a fault."""
    take_in("demands", demand(7, 需求内容="漏雨"))
    rows = [demand(None, 需求内容=title) for title in ("路灯", "漏雨 ", "缺书")]
    first, again = take_in("demands", *rows), take_in("demands", *rows)
    assert (first.created, first.unchanged, again.created, again.unchanged) == (2, 1, 0, 3)
    assert first.notes == ["有 3 行没有序号，按名称找到原有的行，新的接着编号。"]
    assert dict(Demand.objects.values_list("title", "serial")) == {"漏雨": 7, "路灯": 8, "缺书": 9}
    headers = [header for header in usual_headers("demands") if header != "序号"]
    unlabelled = sheet("需求账单", ["", *headers], [{"": 1, **demand(None, 需求内容="扫雪")}, {"": 2}])
    assert LEDGERS["demands"].take_in(unlabelled, TERMS).errors == []
    assert Demand.objects.get(title="扫雪").serial == 10
    assert short(take_in("demands", rows[0], rows[0]).errors) == [
        (5, "需求内容", "路灯", "与第 4 行重复，又都没有序号，请删去其中一行，或填上序号")
    ]


def test_resources_new_aspect_is_added_and_noted() -> None:
    result = take_in("resources", resource(1, 服务方向="天文"))
    assert result.notes == ["“天文”是新的需求方面，随本次导入加入服务目录。"]
    assert ServiceAspect.objects.filter(name="天文").count() == 1


def test_resources_faults_are_told_at_once_and_nothing_is_written() -> None:
    result = take_in(
        "resources",
        resource(1, 每月可承接次数=0),
        resource(1, 提供单位="甲支部 "),
        resource("一", 提供单位="甲班支部", 资源类别="老师"),
        resource(4, 资源名称=None, 备注="长" * 301),
    )
    kinds = "党建阵地、党员服务站、专业人才、政策信息、资金物资、志愿队伍、其他"
    assert short(result.errors) == [
        (4, "每月可承接次数", "0", "不能小于 1，请改正"),
        (5, "序号", "1", "与第 4 行重复，请删去其中一行，或改正这一格"),
        (6, "序号", "一", "应为数字，请只填数字"),
        (6, "提供单位", "甲班支部", "没有这个党组织，相近的有：甲支部。请改正名称，或先导入组织清单"),
        (6, "资源类别", "老师", f"不在可选范围内，可填：{kinds}"),
        (7, "资源名称", "", "必填，不能为空，请补填"),
        (7, "备注", "长" * 59 + "…", "最多 300 个字，现有 301 个字，请缩短"),
    ]
    assert Resource.objects.count() == 0


def test_branch_is_known_by_its_unit_alone(branch) -> None:
    """城北社区 is 城北社区党支部, unless the community has a 党总支 too, or that very name was dissolved."""
    asked = BranchFactory(name="城北社区党支部")
    BranchFactory(name="荷叶镇党委")
    BranchFactory(name="荷叶镇党支部")
    BranchFactory(name="花门村党支部", dissolved_on=TERMS.as_of)
    BranchFactory(name="花门村党总支")

    result = take_in("demands", demand(1, 提出单位="城北社区"))
    assert result.notes == ["“城北社区”读作“城北社区党支部”。"]
    assert list(Demand.objects.values_list("branch", flat=True)) == [asked.pk]

    result = take_in("demands", demand(1, 提出单位="荷叶镇"), demand(2, 提出单位="花门村党支部"))
    assert [(row, reason.split("，")[0]) for row, _, _, reason in short(result.errors)] == [
        (4, "没有这个党组织"),
        (5, f"已在{cn_date(TERMS.as_of)}撤销"),
    ]


def test_demands_of_another_branch_are_refused_to_branch_staff(branch) -> None:
    BranchFactory(name="乙支部")
    own = replace(TERMS, owner_ids=frozenset({branch.pk}), may_extend=False)
    rows = [
        demand(1),
        demand(2, 提出单位="乙支部"),
        demand(3, 提出单位="没有的支部"),
        demand(4, 需求方面="天文"),
    ]
    result = take_in("demands", *rows, terms=own)
    aspects = "、".join(ServiceAspect.objects.values_list("name", flat=True))
    refusal = "只能导入本支部（甲支部）的数据，请删去这一行再上传；整个文件没有导入"
    assert short(result.errors) == [
        (5, "提出单位", "乙支部", refusal),
        (6, "提出单位", "没有的支部", refusal),
        (7, "需求方面", "天文", f"没有“天文”这个方面，可填：{aspects}"),
    ]
    assert Demand.objects.count() == 0


def test_name_of_another_branch_is_not_read_as_the_own_of_the_same_unit() -> None:
    own, _, _ = (
        BranchFactory(name=name, dissolved_on=dissolved_on)
        for name, dissolved_on in (("丙村党支部", None), ("丙村党委", None), ("丁村党委", TERMS.as_of))
    )
    other = BranchFactory(name="丁村党支部")
    terms = replace(TERMS, owner_ids=frozenset({own.pk, other.pk}), may_extend=False)
    rows = (demand(serial, 提出单位=name) for serial, name in enumerate(("丙村党委", "丙村", "丁村党委"), 1))
    result = take_in("demands", *rows, terms=terms)
    refusal = "只能导入本支部（丙村党支部、丁村党支部）的数据，请删去这一行再上传；整个文件没有导入"
    assert short(result.errors) == [
        (4, "提出单位", "丙村党委", refusal),
        (5, "提出单位", "丙村", refusal),
        (6, "提出单位", "丁村党委", refusal),
    ]


def test_demands_state_follows_the_file_until_somebody_claims() -> None:
    take_in("demands", demand(1), demand(2))
    claimed = Demand.objects.get(serial=2)
    ClaimFactory(demand=claimed)
    Demand.objects.filter(pk=claimed.pk).update(state="claimed")
    closed = {"状态": "已解决", "解决日期": "2025.03.01", "满意度": 5}
    result = take_in("demands", demand(1, **closed), demand(2, **closed))
    assert (result.changed, result.unchanged) == (1, 1)
    assert result.notes == ["第 5 行：系统里已是“已认领待确认”，文件写的“已办结”没有采用。"]
    first, second = Demand.objects.order_by("serial")
    assert (first.state, first.closed_on, first.satisfaction) == ("closed", date(2025, 3, 1), 5)
    assert (second.state, second.closed_on) == ("claimed", None)


def test_file_of_one_side_does_not_change_what_both_agreed_on() -> None:
    take_in("demands", *(demand(serial, 需求内容=f"{serial}号路灯不亮") for serial in range(1, 6)))
    proposed, declined, ordered, cancelled, imported = Demand.objects.order_by("serial")
    ClaimFactory(demand=proposed)
    ClaimFactory(demand=declined, declined=True)
    PlanOrderFactory(demand=ordered, version=2)
    PlanOrderFactory(demand=cancelled, version=2, cancelled=True)
    PlanOrderFactory(demand=imported, in_progress=True)  # as a workbook brings it
    told = {"需求内容": "3号路灯不亮了", "期望完成时限": "2025-12-31", "备注": "急"}
    result = take_in("demands", *(demand(serial, **told) for serial in range(1, 6)))
    words = (
        "的内容已由双方商定，文件里不同的需求内容、期望完成时限没有采用；要改请在认领或计划定单里与对方商定。"
    )
    assert result.notes == [f"第 4 行：“1号路灯不亮”{words}", f"第 6 行：“3号路灯不亮”{words}"]
    found = Demand.objects.order_by("serial").values_list("title", "note")
    kept, taken = ("1号路灯不亮", "急"), ("3号路灯不亮了", "急")
    assert list(found) == [kept, taken, ("3号路灯不亮", "急"), taken, taken]

    result = take_in("demands", demand(1, 需求内容="孩子放学没人接", 备注="急"))
    remedy = "如果是另一件事，请清空这一行的序号再上传，会接着编号。"
    assert result.notes == [
        f"第 4 行：“1号路灯不亮”的内容已由双方商定，文件里不同的需求内容没有采用；{remedy}"
    ]


def test_number_of_a_demand_that_is_over_is_not_taken_by_another() -> None:
    closed = {"状态": "已解决", "解决日期": "2025.03.01", "满意度": 5}
    take_in("demands", demand(1, 需求内容="路灯不亮", **closed), demand(2, 需求内容="路灯不亮", **closed))
    again = [
        demand(1, 需求内容="孩子放学没人接"),  # numbers begun anew
        demand(2, 需求内容="路灯又不亮", 提出日期="2025-09-08"),  # raised after the other was solved
    ]
    result = take_in("demands", *again)
    reason = "这个序号是已办结的“路灯不亮”，请清空这一格，会接着编号"
    assert short(result.errors) == [(4, "序号", "1", reason), (5, "序号", "2", reason)]
    withdrawn = {"状态": "撤销", "备注": "重复提出", "提出日期": "2025-09-08"}
    result = take_in("demands", demand(1, 需求内容="路灯不亮", **withdrawn))
    assert short(result.errors) == [(4, "序号", "1", reason)]

    result = take_in("demands", *({**row, "序号": None} for row in again), demand(1, 需求内容="路灯不亮了"))
    assert (result.errors, result.created, result.changed) == ([], 2, 1)
    assert list(Demand.objects.order_by("serial").values_list("title", "state")) == [
        ("路灯不亮了", "closed"),
        ("路灯不亮", "closed"),
        ("孩子放学没人接", "open"),
        ("路灯又不亮", "open"),
    ]


def test_demands_faults_are_told_at_once_and_nothing_is_written() -> None:
    result = take_in(
        "demands",
        demand(1, 期望完成时限="2025-01-08"),
        demand(2, 状态="已解决"),
        demand(3, 状态="已解决", 解决日期="2024-12-31", 满意度=6),
        demand(4, 解决日期="2025-02-01", 满意度=4),
        demand(5, 状态="退回"),
        demand(6, 提出日期="01/02/2025", 预计受益人数=-1),
        demand(7, 紧急程度="火急", 状态="办好了"),
        demand(7),
    )
    states = "已解决、草稿、待认领、已认领待确认、办理中、待验收、已办结、退回、挂起、撤销"
    only_closed = "状态是“待认领”，只有已解决的需求才填写这一格，请清空或改状态"
    form = "，请写成 2025-01-09 或 2025年1月9日"
    assert short(result.errors) == [
        (4, "期望完成时限", "2025-01-08", "不能早于提出日期，请核对两个日期"),
        (5, "解决日期", "", "状态是已解决，请填写解决日期"),
        (6, "解决日期", "2024-12-31", "不能早于提出日期，请核对两个日期"),
        (6, "满意度", "6", "须在 1 到 5 之间，请改正"),
        (7, "解决日期", "2025-02-01", only_closed),
        (7, "满意度", "4", only_closed),
        (8, "状态", "退回", "状态是“退回”，请在备注里写明理由"),
        (9, "预计受益人数", "-1", "不能为负数，请改正"),
        (9, "提出日期", "01/02/2025", f"日期有歧义，分不清年月日的先后{form}"),
        (10, "紧急程度", "火急", "不在可选范围内，可填：一般、紧急、特急"),
        (10, "状态", "办好了", f"不在可选范围内，可填：{states}"),
        (11, "序号", "7", "与第 10 行重复，请删去其中一行，或改正这一格"),
    ]
    assert Demand.objects.count() == 0


def test_one_fault_undoes_updates_of_other_rows(branch) -> None:
    ResourceFactory(branch=branch, serial=1, title="原名")
    DemandFactory(branch=branch, serial=1, title="原名")
    assert take_in("resources", resource(1), resource(0)).changed == 0
    assert take_in("demands", demand(1), demand(0)).changed == 0
    assert (Resource.objects.get().title, Demand.objects.get().title) == ("原名", "原名")
