"""活动台账: states, who takes part, clashes, and every fault of a file at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from pairing.activities.models import Activity, ActivityKind, Booking
from pairing.imports.registry import LEDGERS
from pairing.plans.models import Metric
from tests.factories.branches import BranchFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory, PlanTaskFactory
from tests.imports.workbooks import TERMS, book, short

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def pairing():
    BranchFactory(name="丙支部")
    return PairingFactory(branch_a=BranchFactory(name="甲支部"), branch_b=BranchFactory(name="乙支部"))


def activity(serial: object, **cells: object) -> dict[str, object]:
    row = {"序号": serial, "甲方": "甲支部", "乙方": "乙支部", "四联类别": "活动联办", "活动类型": "主题党日"}
    row |= {"活动名称": f"活动{serial}", "日期": "2025-05-09", "开始时间": "9:00", "结束时间": "11：30"}
    return {**row, "地点": "村部", "参加党员数": 12, **cells}


def take_in(*rows: dict[str, object]):
    return LEDGERS["activities"].take_in(book("activities", *rows), TERMS)


def test_activities_up_to_the_day_are_on_record_later_ones_announced() -> None:
    take_in(activity(1, 日期="2025-11-28"), activity(2, 日期="2025-11-29", 参加党员数=None))
    assert dict(Activity.objects.values_list("serial", "state")) == {1: "archived", 2: "announced"}


def test_activities_changes_reach_parties_outcomes_and_bookings() -> None:
    take_in(activity(1, 其他参加支部="丙支部", 成效指标1="查处案件", 成效数值1=2))
    changed = activity(1, 日期="2025-05-10", 成效指标1="查处案件", 成效数值1="2.5")
    result = take_in(changed)
    assert result.changes[0].fields == {
        "开始时间": ["2025-05-09 09:00", "2025-05-10 09:00"],
        "结束时间": ["2025-05-09 11:30", "2025-05-10 11:30"],
        "参加支部": ["甲支部、乙支部、丙支部", "甲支部、乙支部"],
        "成效": ["查处案件 2", "查处案件 2.5"],
    }
    found = Activity.objects.get()
    assert [outcome.value for outcome in found.outcomes.all()] == [Decimal("2.50")]
    assert sorted(found.bookings.values_list("subject__name", flat=True)) == ["乙支部", "村部", "甲支部"]
    assert {booking.period.lower for booking in found.bookings.all()} == {found.starts_at}
    assert take_in(changed).unchanged == 1


def test_activities_new_kind_and_metric_are_added_and_noted() -> None:
    result = take_in(activity(1, 活动类型="义诊", 成效指标1="义诊人次", 成效数值1=30))
    assert result.notes == [
        "“义诊”是新的活动类型，随本次导入按“活动联办”加入字典。",
        "“义诊人次”是新的成效指标，随本次导入加入字典。",
    ]
    assert ActivityKind.objects.get(name="义诊").line == "activity"
    assert Metric.objects.get(name="义诊人次").aggregation == "sum"


def test_activities_clash_names_the_other_one_and_writes_nothing() -> None:
    take_in(activity(1))
    result = take_in(
        activity(2, 日期="2025-05-10"), activity(3, 开始时间="11:00", 结束时间="12:00"), activity(4)
    )
    assert [(error.row, error.column, error.value) for error in result.errors] == [
        (5, "开始时间", "11:00"),
        (6, "开始时间", "9:00"),
    ]
    assert result.errors[0].reason == (
        "“甲支部”在 05-09 周五 09:00–11:30 已安排“活动1”，不能再安排“活动3”。请换个时间、场地或人员。"
    )
    assert (Activity.objects.count(), Booking.objects.count()) == (1, 3)


def test_activities_number_of_a_scheduled_one_is_not_taken_over(pairing) -> None:
    task = PlanTaskFactory(plan_order=PlanOrderFactory(pairing=pairing))
    take_in(activity(1))
    Activity.objects.update(task=task, title="系统排的活动")
    result = take_in(activity(1))
    assert short(result.errors) == [(4, "序号", "1", "系统里的活动“系统排的活动”已用了这个序号，请换一个")]


def test_activities_faults_are_told_at_once_and_nothing_is_written() -> None:
    other = PlanOrderFactory(number="DD-9", pairing=PairingFactory())
    result = take_in(
        activity(1, 乙方="丙支部"),
        activity(2, 四联类别="组织联建", 开始时间="25:00"),
        activity(2, 结束时间="9:00"),
        activity(3, 其他参加支部="乙支部、丁支部", 参加党员数=-1),
        activity(4, 成效指标1="查处案件", 成效数值2=3),
        activity(5, 成效指标1="查处案件", 成效数值1=1, 成效指标2="查处案件", 成效数值2=-2),
        activity(6, 对应定单编号="DD-8"),
        activity(7, 对应定单编号="DD-9"),
    )
    unknown = "没有这个党组织，相近的有：乙支部、丙支部、甲支部。请改正名称，或先导入组织清单"
    errors = short(result.errors)
    near = next(reason for row, column, _, reason in errors if reason.startswith("“丁支部”"))
    assert sorted(near) == sorted(f"“丁支部”：{unknown}")  # equally near, so in any order
    assert [error for error in errors if error[3] != near] == [
        (4, "乙方", "丙支部", "“甲支部”和“丙支部”没有结对，请先导入它们的结对协议"),
        (5, "四联类别", "组织联建", "活动类型“主题党日”属于“活动联办”，请改正四联类别"),
        (5, "开始时间", "25:00", "一天里没有这个时间，请写成 9:30 或 14:30"),
        (6, "序号", "2", "与第 5 行重复，请删去其中一行，或改正这一格"),
        (6, "结束时间", "9:00", "须晚于开始时间，请核对"),
        (7, "其他参加支部", "乙支部、丁支部", "“乙支部”已是甲方或乙方，不要重复填写"),
        (7, "参加党员数", "-1", "不能为负数，请改正"),
        (8, "成效数值1", "", "写了成效指标1，还要写数值"),
        (8, "成效指标2", "", "写了成效数值2，还要写指标名称"),
        (9, "成效数值2", "-2", "不能为负数，请改正"),
        (10, "对应定单编号", "DD-8", "没有这张定单，请先导入计划定单或改正编号"),
        (11, "对应定单编号", "DD-9", f"这张定单是“{other.pairing}”的，与甲方、乙方不符，请改正编号"),
    ]
    assert Activity.objects.count() == 0
