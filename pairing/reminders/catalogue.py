"""Every reminder rule of the product, in one list: what is reminded of, when, and whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from branches.enums import Role
from pairing.reminders import selectors
from pairing.reminders.selectors import Duty

STAFF = (Role.SECRETARY, Role.LIAISON)
OFFICE = (Role.COUNTY_OFFICE,)


@dataclass(frozen=True)
class Stage:
    """Tell `roles` when `days` have passed since the due date; negative is before it."""

    days: int
    roles: tuple[Role, ...]


@dataclass(frozen=True)
class Rule:
    """One kind of duty.

    Args:
        name: what the keys of its reminders begin with; never change it, or everything is sent again.
        label: the words before the title in the message.
        remedy: what the person should do, as a sentence.
        duties: gives the open duties due by a day, late ones included.
        stages: in order of their days.
    """

    name: str
    label: str
    remedy: str
    duties: Callable[[date], Iterator[Duty]]
    stages: tuple[Stage, ...]

    @property
    def lead_days(self) -> int:
        """How many days before the due date the first stage lies."""
        return max(0, -self.stages[0].days)


FULL = (Stage(-7, STAFF), Stage(-1, STAFF), Stage(0, STAFF), Stage(3, STAFF), Stage(7, OFFICE))

CATALOGUE: tuple[Rule, ...] = (
    Rule(
        "review_due",
        "例会",
        "请与对方约定时间，开完后在“沟通·调度·研讨”里记录。",
        selectors.reviews_due,
        FULL,
    ),
    Rule(
        "plan_order_due",
        "计划定单",
        "请推进定单，办完后提交验收；已经提交的，请提出需求的支部验收；确实办不完，请双方商定修改时限。",
        selectors.plan_orders_due,
        FULL,
    ),
    Rule(
        "plan_task_due",
        "定单任务",
        "请完成这项任务，并在定单里登记。",
        selectors.plan_tasks_due,
        (Stage(-1, STAFF), Stage(0, STAFF), Stage(3, STAFF)),
    ),
    Rule(
        "demand_due",
        "需求",
        "请查看办理进度；还没有支部认领的，可以看看智能匹配。",
        selectors.demands_due,
        FULL,
    ),
    Rule(
        "claim_awaiting",
        "待答复的认领",
        "请确认、改议或婉拒；到期不答复，认领自动失效。",
        selectors.claims_due,
        (Stage(-2, STAFF), Stage(0, STAFF)),
    ),
    Rule(
        "activity_record",
        "活动待补记录",
        "请补记到会人数和成效，几句话即可。",
        selectors.activity_records_due,
        (Stage(0, STAFF), Stage(3, STAFF), Stage(7, OFFICE)),
    ),
    Rule(
        "action_item_due",
        "督办事项",
        "请办结后在例会页面登记。",
        selectors.action_items_due,
        FULL,
    ),
    Rule(
        "agreement_expiry",
        "共建协议到期",
        "请商定是否续签。",
        selectors.agreements_expiring,
        (Stage(-60, STAFF + OFFICE), Stage(-30, STAFF + OFFICE), Stage(-7, STAFF + OFFICE)),
    ),
)
