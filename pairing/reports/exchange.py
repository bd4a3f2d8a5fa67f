"""销号台账: closed demands with what became of them, as a workbook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import IO, Any

from django.utils import timezone

from branches.models import User
from core.wording import quantity
from core.workbooks.columns import Column
from core.workbooks.values import Day, Text, Whole
from ledgers.exchange.outgoing import Getter, ledger_workbook
from ledgers.models import Demand
from pairing.plans.models import PlanOrder
from pairing.plans.selectors.on_behalf import on_behalf_words

TITLE = "销号台账"
COLUMNS = (
    Column("序号", "serial", Whole()),
    Column("提出单位", "branch", Text(100)),
    Column("需求方面", "aspect", Text(40)),
    Column("需求内容", "title", Text(120)),
    Column("提出日期", "raised_on", Day()),
    Column("期望完成时限", "deadline_on", Day(open_ended=True)),
    Column("计划定单", "orders", Text(400)),
    Column("服务单位和资源", "resources", Text(2000)),
    Column("联办活动", "activities", Text(2000)),
    Column("成效", "outcomes", Text(2000)),
    Column("解决日期", "closed_on", Day()),
    Column("满意度", "satisfaction", Whole()),
    Column("验收意见", "acceptance_words", Text(300)),
    Column("销号说明", "state_reason", Text(300)),
)


def closure_workbook(rows: Iterable[Demand], *, user: User, unit: str, today: date) -> IO[bytes]:
    """销号台账 of closed demands as `closure_rows` gives them."""
    special: dict[str, Getter] = {
        "aspect": lambda row: row.aspect.name,
        "deadline_on": lambda row: row.deadline_on or "长期",
        "orders": lambda row: "\n".join(map(_order, row.shown_orders)),
        "resources": lambda row: "\n".join(
            f"{order.resource.branch.name}：{order.resource.title}"
            for order in row.shown_orders
            if order.resource
        ),
        "activities": lambda row: "\n".join(map(_activity, _activities(row))),
        "outcomes": lambda row: "\n".join(
            f"{each.metric.name} {quantity(each.value)}{each.metric.unit}"
            for activity in _activities(row)
            for each in activity.shown_outcomes
        ),
    }
    return ledger_workbook(TITLE, COLUMNS, rows, special, {"counted": ("title", "条")}, user, unit, today)


def _order(order: PlanOrder) -> str:
    marks = on_behalf_words(order)
    return f"{order.number}（{marks}）" if marks else order.number


def _activities(row: Any) -> list[Any]:
    return [activity for order in row.shown_orders for activity in order.shown_activities]


def _activity(activity: Any) -> str:
    return f"{timezone.localtime(activity.starts_at):%Y-%m-%d} {activity.title}"
