"""How the records behind a figure are listed: the columns of each kind of record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.urls import reverse

from branches.models import Branch
from core.wording import cn_date, quantity, short_datetime
from ledgers.models import Demand, Resource, ServiceAspect
from pairing.activities.models import Activity, Outcome
from pairing.plans.models import Agreement, PlanOrder, SolvedProblem


@dataclass(frozen=True)
class Column:
    """One column: its heading and the text of a row."""

    label: str
    text: Callable[[Any], str]
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """The listing of one model: first column links to the record; `related` avoids a query per row."""

    columns: tuple[Column, ...]
    related: tuple[str, ...] = ()
    path: Callable[[Any], str] | None = None
    order: tuple[str, ...] = ("pk",)


def _pair(pairing: Any) -> str:
    return f"{pairing.branch_a.name} — {pairing.branch_b.name}"


def _to(name: str, pk: Callable[[Any], int] = lambda row: row.pk) -> Callable[[Any], str]:
    return lambda row: reverse(name, args=[pk(row)])


TABLES: dict[type[Model], Table] = {
    Resource: Table(
        (
            Column("资源名称", str),
            Column("类别", lambda row: row.get_kind_display()),
            Column("提供单位", lambda row: row.branch.name),
            Column("地点", lambda row: row.place),
        ),
        ("branch",),
        _to("resource_detail"),
        ("serial", "pk"),
    ),
    Demand: Table(
        (
            Column("需求内容", str),
            Column("提出单位", lambda row: row.branch.name),
            Column("方面", lambda row: row.aspect.name),
            Column("提出日期", lambda row: cn_date(row.raised_on)),
            Column("状态", lambda row: row.get_state_display()),
            Column("解决日期", lambda row: cn_date(row.closed_on)),
        ),
        ("branch", "aspect"),
        _to("demand_detail"),
        ("serial", "pk"),
    ),
    SolvedProblem: Table(
        (
            Column("什么问题", str),
            Column("谁的问题", lambda row: row.branch.name),
            Column("怎样解决的", lambda row: row.how),
            Column("帮忙的支部", lambda row: row.helper.name if row.helper else "自己解决"),
            Column("解决日期", lambda row: cn_date(row.solved_on)),
        ),
        ("branch", "helper"),
        None,
        ("solved_on", "pk"),
    ),
    Activity: Table(
        (
            Column("活动名称", str),
            Column("时间", lambda row: short_datetime(row.starts_at)),
            Column("类型", lambda row: row.kind.name),
            Column("结对支部", lambda row: _pair(row.pairing)),
            Column("地点", lambda row: row.venue),
            Column("服务群众（人次）", lambda row: quantity(row.served_count), is_number=True),
        ),
        ("kind", "pairing__branch_a", "pairing__branch_b"),
        _to("activity_detail"),
        ("starts_at", "pk"),
    ),
    Outcome: Table(
        (
            Column("活动名称", lambda row: row.activity.title),
            Column("时间", lambda row: short_datetime(row.activity.starts_at)),
            Column("结对支部", lambda row: _pair(row.activity.pairing)),
            Column("指标", lambda row: row.metric.name),
            Column("数值", lambda row: quantity(row.value), is_number=True),
        ),
        ("metric", "activity__pairing__branch_a", "activity__pairing__branch_b"),
        _to("activity_detail", lambda row: row.activity_id),
        ("activity__starts_at", "pk"),
    ),
    Agreement: Table(
        (
            Column("协议编号", str),
            Column("结对支部", lambda row: _pair(row.pairing)),
            Column("签约日期", lambda row: cn_date(row.signed_on)),
            Column("期限至", lambda row: cn_date(row.ends_on)),
        ),
        ("pairing__branch_a", "pairing__branch_b"),
        _to("pairing_detail", lambda row: row.pairing_id),
        ("signed_on", "pk"),
    ),
    PlanOrder: Table(
        (
            Column("定单编号", str),
            Column("任务", lambda row: row.task),
            Column("结对支部", lambda row: _pair(row.pairing)),
            Column("完成时限", lambda row: cn_date(row.due_on)),
            Column("状态", lambda row: row.get_state_display()),
        ),
        ("pairing__branch_a", "pairing__branch_b"),
        _to("plan_order_detail"),
        ("due_on", "pk"),
    ),
    Branch: Table(
        (
            Column("党组织", str),
            Column("类型", lambda row: row.get_kind_display()),
            Column("党员人数", lambda row: quantity(row.member_count), is_number=True),
        ),
        (),
        _to("branch_detail"),
        ("serial", "pk"),
    ),
    ServiceAspect: Table((Column("方面", str),), (), None, ("position", "pk")),
}
