"""计划定单: pointing at the right demand and resource, states, and every fault of a file at once."""

from __future__ import annotations

from datetime import date

import pytest

from ledgers.models import Demand, Resource
from pairing.imports.registry import LEDGERS
from pairing.plans.models import PlanOrder
from tests.factories.branches import BranchFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import ClaimFactory, PairingFactory
from tests.imports.workbooks import TERMS, book, short

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    party_a, party_b = BranchFactory(name="甲支部"), BranchFactory(name="乙支部")
    BranchFactory(name="丙支部")
    DemandFactory(branch=party_b, serial=5, title="乙的需求")
    ResourceFactory(branch=party_a, serial=8, title="甲的资源")
    return PairingFactory(branch_a=party_a, branch_b=party_b)


def order(number: str, **cells: object) -> dict[str, object]:
    row = {"定单编号": number, "甲方": "甲支部", "乙方": "乙支部", "需求序号": 5, "资源序号": 8}
    row |= {"四联类别": "活动联办", "任务": "上门服务", "责任人": "唐同志、曾同志", "完成时限": "2025-03-20"}
    return {**row, "状态": "已确认", **cells}


def take_in(*rows: dict[str, object]):
    return LEDGERS["plan_orders"].take_in(book("plan_orders", *rows), TERMS)


def test_plan_orders_confirmed_by_both_sides(pairing) -> None:
    result = take_in(order("DD-1"))
    assert (result.errors, result.created) == ([], 1)
    found = PlanOrder.objects.get()
    assert (found.pairing, found.demand.title, found.resource.title) == (pairing, "乙的需求", "甲的资源")
    assert (found.is_confirmed_a, found.is_confirmed_b, found.completed_on) == (True, True, None)
    assert (found.responsible_a, found.responsible_b) == ("唐同志", "曾同志")


def test_plan_orders_turned_round_keep_people_with_their_branch(pairing) -> None:
    take_in(order("DD-1", 甲方="乙支部", 乙方="甲支部"))
    found = PlanOrder.objects.get()
    assert (found.responsible_a, found.responsible_b) == ("曾同志", "唐同志")


def test_plan_orders_complete_on_a_later_import(pairing) -> None:
    take_in(order("DD-1"))
    result = take_in(order("DD-1", 状态="已完成"))
    assert (result.changed, PlanOrder.objects.get().completed_on) == (1, date(2025, 3, 20))


def test_plan_orders_begun_as_claims_are_left_alone(pairing) -> None:
    take_in(order("DD-1"))
    own = {"demand": Demand.objects.get(), "resource": Resource.objects.get()}
    PlanOrder.objects.update(claim=ClaimFactory(pairing=pairing, **own))
    result = take_in(order("DD-1", 状态="已完成", 任务="别的"))
    assert (result.changed, result.unchanged) == (0, 1)
    assert result.notes == ["第 4 行：这张定单已在系统里办理，文件中不同的内容没有采用。"]
    assert PlanOrder.objects.get().task == "上门服务"


def test_plan_orders_owner_column_settles_a_doubled_number(pairing) -> None:
    DemandFactory(branch=pairing.branch_a, serial=5, title="甲的需求")
    result = take_in(order("DD-1"))
    assert short(result.errors) == [
        (
            4,
            "需求序号",
            "5",
            "两个支部的需求账单里都有序号 5：乙支部“乙的需求”；甲支部“甲的需求”。"
            "请加一列“需求单位”写明是谁的",
        )
    ]
    assert take_in(order("DD-1", 需求单位="乙支部")).created == 1


def test_plan_orders_faults_are_told_at_once_and_nothing_is_written(pairing) -> None:
    ResourceFactory(branch=pairing.branch_b, serial=9)
    result = take_in(
        order("DD-1", 需求序号=6),
        order("DD-2", 乙方="丙支部"),
        order("DD-3", 乙方="甲支部", 四联类别="组织联办"),
        order("DD-4", 资源序号=9),
        order("DD-4", 状态="取消", 完成时限="长期"),
        order("DD-5", 任务=None, 责任人="长" * 61),
    )
    lines = "组织联建、活动联办、人才联育、工作联抓"
    form = "，请写成 2025-01-09 或 2025年1月9日"
    assert short(result.errors) == [
        (4, "需求序号", "6", "“甲支部”和“乙支部”的需求账单里都没有序号 6，请核对序号"),
        (5, "乙方", "丙支部", "“甲支部”和“丙支部”没有结对，请先导入它们的结对协议"),
        (6, "乙方", "甲支部", "甲方和乙方是同一个支部，请改正其中一方"),
        (6, "四联类别", "组织联办", f"不在可选范围内，可填：{lines}"),
        (7, "资源序号", "9", "需求和资源都是“乙支部”的，定单应由一方提需求、另一方供资源，请改正序号"),
        (8, "定单编号", "DD-4", "与第 7 行重复，请删去其中一行，或改正这一格"),
        (8, "完成时限", "长期", f"这里不能写“长期”{form}"),
        (8, "状态", "取消", "取消的定单请加一列“状态说明”写明理由"),
        (9, "任务", "", "必填，不能为空，请补填"),
        (9, "责任人", "长" * 59 + "…", "最多 60 个字，现有 61 个字，请缩短"),
    ]
    assert PlanOrder.objects.count() == 0
