"""Once a quarter the owners say which resources still stand; what nobody answers for leaves the matching.

The order of things for a resource nobody touches: on the first tick of a quarter its branch is asked; three
months later, still unconfirmed, it is `lapsed`, and its branch is told; any confirmation ends that at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from branches.models import Membership, User
from core import audit
from core.errors import DomainError
from core.notifications import notify
from core.periods import period_of
from ledgers.enums import ResourceState
from ledgers.models import Resource
from ledgers.services.resources import locked

NAMED = 5  # titles a message names before it counts the rest


@transaction.atomic
def resource_confirm(*, resource: Resource, actor: User, today: date) -> Resource:
    """Say that a usable resource still stands as it is written.

    Raises:
        DomainError: when it is not in use, or its validity is over and has to be changed instead.
    """
    resource = locked(resource)
    if resource.state != ResourceState.PUBLISHED:
        raise DomainError(f"资源现在是“{resource.get_state_display()}”，启用以后才需要确认。")
    if resource.is_expired(today):
        raise DomainError("有效期已过，请先修改有效期，再确认。")
    with audit.action("resource.confirm", actor=actor, target=resource) as entry:
        entry.changes = {"confirmed_on": [str(resource.confirmed_on), str(today)]}
        resource.confirmed_on = today
        resource.save(update_fields=["confirmed_on", "updated_at"])
    return resource


@transaction.atomic
def resources_ask(*, now: datetime) -> int:
    """Ask every branch for the resources it has not confirmed this quarter; give how many were asked for.

    Idempotent: a resource is asked for once until it is confirmed. A branch in which nobody holds a seat is
    asked when somebody does.
    """
    today = timezone.localdate(now)
    unasked = Q(asked_on=None) | Q(asked_on__lte=F("confirmed_on"))
    due = Resource.objects.to_confirm(on=today).valid(on=today).filter(unasked)
    asked: list[int] = []
    for branch_id, rows in _by_branch(due).items():
        subject = f"{period_of('quarter', today).label}资源确认：{len(rows)} 项请确认是否还能用"
        body = f"{_titles(rows)}。还能用的点一下“确认”；三个月没有确认的，会退出匹配。"
        if _tell(branch_id, "asked", subject, body, now):
            asked += [row.pk for row in rows]
    return Resource.objects.filter(pk__in=asked).update(asked_on=today, updated_at=now)


@transaction.atomic
def resources_tell_lapsed(*, now: datetime) -> int:
    """Tell every branch which of its resources have left the matching, once a quarter; give how many."""
    today = timezone.localdate(now)
    quarter = period_of("quarter", today)
    untold = Q(lapse_told_on=None) | Q(lapse_told_on__lt=quarter.starts_on)
    told: list[int] = []
    for branch_id, rows in _by_branch(Resource.objects.lapsed(on=today).filter(untold)).items():
        subject = f"{len(rows)} 项资源已退出匹配，请确认或改有效期"
        body = f"{_titles(rows)}。有效期已过，或请求确认后三个月没有答复；确认以后马上恢复。"
        if _tell(branch_id, "lapsed", subject, body, now):
            told += [row.pk for row in rows]
    return Resource.objects.filter(pk__in=told).update(lapse_told_on=today, updated_at=now)


def _by_branch(rows: QuerySet[Resource]) -> dict[int, list[Resource]]:
    """The rows by branch, locked in id order; those somebody holds come with the next tick."""
    found: dict[int, list[Resource]] = defaultdict(list)
    chosen = rows.select_for_update(of=("self",), skip_locked=True, no_key=True)
    for row in chosen.order_by("pk"):
        found[row.branch_id].append(row)
    return found


def _titles(rows: Sequence[Resource]) -> str:
    named = "、".join(f"“{row.title}”" for row in rows[:NAMED])
    return named if len(rows) <= NAMED else f"{named}等 {len(rows)} 项"


def _tell(branch_id: int, event: str, subject: str, body: str, now: datetime) -> bool:
    """Put the message into the outbox of the branch's staff; whether there is anybody to read it."""
    today = timezone.localdate(now)
    people = [seat.user for seat in Membership.objects.staff_of([branch_id], on=today)]
    key = f"branch:{branch_id}:resources:{event}:{today.isoformat()}"
    notify(people, key=key, subject=subject, body=body, url=reverse("resource_round"), now=now)
    return bool(people)
