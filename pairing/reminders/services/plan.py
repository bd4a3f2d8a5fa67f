"""Work out which reminders are owed today, each exactly once, and put them into the outbox.

Every run looks at all open duties, not at what happened since the last run, and inserts one row for each
stage and seat under a unique key. Two runs at once meet at that key: the second waits for the first and finds
nothing left to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from operator import attrgetter

from django.db import transaction
from django.utils import timezone

from branches.enums import Role
from branches.models import User
from core.enums import Channel, NotificationState
from core.models import Notification
from core.notifications import notify
from core.wording import cn_date, relative_day
from pairing.reminders.catalogue import CATALOGUE, Rule
from pairing.reminders.enums import ReminderState
from pairing.reminders.models import Reminder
from pairing.reminders.selectors import Duty, Seat, holders


@dataclass(frozen=True, slots=True)
class Owed:
    """One stage of one duty for one seat."""

    duty: Duty
    stage_days: int
    branch_id: int | None
    role: str

    @property
    def remind_on(self) -> date:
        return self.duty.due_on + timedelta(days=self.stage_days)


def reminders_plan(*, now: datetime, rules: Iterable[Rule] = CATALOGUE) -> int:
    """Plan and send the reminders of every rule, one transaction for each rule.

    Several missed stages of one duty become the newest one, sent late and marked so; the others are MERGED.
    Reminders of a duty that is done are OBSOLETE. A reminder for a vacant seat waits until somebody takes it.

    Returns:
        The number of reminders sent.
    """
    rules = tuple(rules)
    today = timezone.localdate(now)
    roles = {role for rule in rules for stage in rule.stages for role in stage.roles}
    seats = cache(lambda: holders(roles, on=today))  # asked only when something is ripe
    return sum(_plan_rule(rule, today, now, seats) for rule in rules)


@transaction.atomic
def _plan_rule(rule: Rule, today: date, now: datetime, seats: Callable[[], dict[Seat, list[User]]]) -> int:
    duties = list(rule.duties(today + timedelta(days=rule.lead_days)))
    wanted = {_key(rule, owed): owed for duty in duties for owed in _stages(rule, duty)}
    _insert(rule, wanted, today)
    waiting = Reminder.objects.filter(rule=rule.name, state=ReminderState.PENDING).select_for_update(
        of=("self",), no_key=True
    )
    pending = list(waiting.order_by("object_id", "due_on", "branch_id", "role", "remind_on"))
    obsolete = [reminder for reminder in pending if reminder.dedupe_key not in wanted]
    ripe = [r for r in pending if r.dedupe_key in wanted and r.remind_on <= today]
    sent, merged = [], []
    for (*_, branch_id, role), group in groupby(
        ripe, key=attrgetter("object_id", "due_on", "branch_id", "role")
    ):
        if people := seats().get((branch_id, role)):
            *older, newest = group
            merged += older
            sent.append(newest)
            _send(rule, newest, wanted[newest.dedupe_key].duty, people, now)
    for rows, state in (
        (sent, ReminderState.SENT),
        (merged, ReminderState.MERGED),
        (obsolete, ReminderState.OBSOLETE),
    ):
        _settle(rows, state, now)
    _cancel_mail(rule, duties, now)
    return len(sent)


def _stages(rule: Rule, duty: Duty) -> Iterator[Owed]:
    """One for each stage and seat of a duty that the product could have known of in time."""
    for stage in rule.stages:
        if duty.due_on + timedelta(days=max(stage.days, 0)) < duty.since:
            continue
        for role in stage.roles:
            for branch_id in (None,) if role == Role.COUNTY_OFFICE else duty.branch_ids:
                yield Owed(duty, stage.days, branch_id, role)


def _key(rule: Rule, owed: Owed) -> str:
    return f"{_duty_key(rule, owed.duty)}:{owed.stage_days}:{owed.branch_id or 'county'}:{owed.role}"


def _duty_key(rule: Rule, duty: Duty) -> str:
    """The duty with its date: when the date moves, it is a new duty with stages of its own."""
    return f"{rule.name}:{duty.object_id}@{duty.due_on:%Y%m%d}"


def _insert(rule: Rule, wanted: dict[str, Owed], today: date) -> None:
    """Insert what is missing, and revive what was obsolete and is owed again from today on."""
    objects = {owed.duty.object_id for owed in wanted.values()}
    mine = Reminder.objects.filter(rule=rule.name, object_id__in=objects).order_by()
    known = dict(mine.values_list("dedupe_key", "state"))
    # In the order of the key, so that two runs never wait for each other.
    missing = [_reminder(rule, key, wanted[key]) for key in sorted(wanted.keys() - known.keys())]
    Reminder.objects.bulk_create(missing, ignore_conflicts=True)
    revived = [
        key
        for key, state in known.items()
        if state == ReminderState.OBSOLETE and key in wanted and wanted[key].remind_on >= today
    ]
    if revived:
        mine.filter(dedupe_key__in=revived, state=ReminderState.OBSOLETE).update(
            state=ReminderState.PENDING, settled_at=None
        )


def _reminder(rule: Rule, key: str, owed: Owed) -> Reminder:
    return Reminder(
        dedupe_key=key,
        rule=rule.name,
        object_id=owed.duty.object_id,
        stage_days=owed.stage_days,
        due_on=owed.duty.due_on,
        remind_on=owed.remind_on,
        branch_id=owed.branch_id,
        role=owed.role,
    )


def _send(rule: Rule, reminder: Reminder, duty: Duty, people: list[User], now: datetime) -> None:
    """Tell the people who hold the seat today; somebody who holds two seats of the duty is told once."""
    today = timezone.localdate(now)
    reminder.is_late = max(reminder.remind_on, duty.since) < today
    prefix = "【补发】" if reminder.is_late else ""
    late = f"这条提醒原定 {cn_date(reminder.remind_on)} 发出，现在补发。" if reminder.is_late else ""
    notify(
        people,
        key=f"reminder:{_duty_key(rule, duty)}:{reminder.stage_days}",
        subject=f"{prefix}{rule.label}（{_distance(duty.due_on, today)}）：{duty.title}",
        body=f"到期日：{cn_date(duty.due_on)}。{rule.remedy}{late}",
        url=duty.url,
        now=now,
    )


def _distance(due_on: date, today: date) -> str:
    """今天到期, 明天到期, 7 天后到期; 已过 3 天 needs no further word."""
    words = relative_day(due_on, today)
    return f"到期{words}" if due_on < today else f"{words}到期"


def _settle(rows: list[Reminder], state: ReminderState, now: datetime) -> None:
    for reminder in rows:
        reminder.state, reminder.settled_at, reminder.updated_at = state, now, now
    Reminder.objects.bulk_update(rows, ["state", "is_late", "settled_at", "updated_at"], batch_size=500)


def _cancel_mail(rule: Rule, duties: list[Duty], now: datetime) -> None:
    """Withdraw e-mails that have been waiting for a mail server while the duty was done."""
    open_duties = {f"reminder:{_duty_key(rule, duty)}" for duty in duties}
    waiting = Notification.objects.filter(
        channel=Channel.EMAIL,
        state=NotificationState.PENDING,
        dedupe_key__startswith=f"reminder:{rule.name}:",
    ).values_list("pk", "dedupe_key")
    done = [pk for pk, key in waiting if ":".join(key.split(":")[:3]) not in open_duties]
    if done:
        Notification.objects.filter(pk__in=done, state=NotificationState.PENDING).update(
            state=NotificationState.CANCELLED, updated_at=now
        )
