"""The activities a person was to lead, in a handover: they are booked anew in the successor's name."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from datetime import datetime

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q, QuerySet

from branches.models import Branch, User
from branches.services.handover import Leaving, Share
from branches.services.locks import held
from core.errors import ConflictError, DomainError
from core.wording import short_datetime
from pairing.activities.models import Activity, Closure
from pairing.activities.services.activities import MOVABLE
from pairing.activities.services.booking import subjects_hold
from pairing.activities.services.leading import activity_lead_set
from pairing.activities.subjects import home_of, people_in, person_subject
from pairing.plans.models import Pairing

LABEL = "要主讲、带队的活动"


def activity_shares(leaving: Leaving) -> list[Share]:
    """Activities still to come that the leaver is to lead for the branch."""
    named = _led(leaving.branch, leaving.names).order_by("pk").values_list("pk", "person")
    keys = [pk for pk, person in named if not set(leaving.names).isdisjoint(people_in(person))]
    return leaving.moving([Share(LABEL, "场", Activity.objects.filter(pk__in=keys))])


def activities_led(leaving: Leaving) -> dict[int, int | None]:
    """The same as id → id of its order, which is locked before it."""
    [share] = activity_shares(leaving)
    return dict(share.rows.order_by("pk").values_list("pk", "plan_order"))


def activity_leftovers(leaving: Leaving) -> list[Activity]:
    """Coming activities of the branch's pairs that carry the name but do not follow the seat.

    Either the other side has somebody of that name, or the person is the resource: an expert under their own
    name goes on serving.
    """
    branch, names = leaving.branch, leaving.names
    rest = _named(names).filter(pairing__in=Pairing.objects.of_branches([branch.pk]))
    rest = rest.exclude(pk__in=_led(branch, names)).order_by("starts_at", "pk")
    return [activity for activity in rest if not set(names).isdisjoint(people_in(activity.person))]


@transaction.atomic
def activities_hand_over(
    *, leaving: Leaving, successor: User, activities: Collection[int], now: datetime
) -> tuple[dict[str, int], list[str]]:
    """Let the successor lead; gives label → how many, and a sentence for each that had to stay.

    Each is a savepoint: where the successor is busy or away the activity stays booked as it was.

    Args:
        activities: the ids that `activities_led` gave; the caller holds their orders.
    """
    held(Activity.objects.filter(pk__in=activities))
    [share] = activity_shares(leaving)  # asked again: one that was waited for may have found somebody else
    rows = list(share.rows.filter(pk__in=activities).order_by("plan_order", "pk"))
    people = {row.pk: _with(successor, leaving.names, row) for row in rows}
    subjects_hold([_led_by(row, people[row.pk]) for row in rows])
    left = []
    for row in rows:
        try:
            _hand_over(row, people[row.pk], successor, now)
        except DomainError as refusal:
            left.append(f"“{row}”仍由{row.person}主讲、带队：{refusal.message}")
    return {LABEL: len(rows) - len(left)}, left


def _with(successor: User, names: Sequence[str], activity: Activity) -> str:
    """Who leads when the successor is in the leaver's place, each named once."""
    people = [str(successor) if name in names else name for name in people_in(activity.person)]
    return "、".join(dict.fromkeys(people))


def _led_by(activity: Activity, person: str) -> Activity:
    """A copy that asks what the activity will occupy."""
    led = copy(activity)
    led.person = person
    return led


def _hand_over(activity: Activity, person: str, successor: User, now: datetime) -> None:
    if away := _away(activity, successor):
        first, reason = short_datetime(away.period.lower), away.reason
        raise ConflictError(f"{successor}从 {first} 起不在（{reason}），请改派别人或改期。")
    activity_lead_set(activity=activity, person=person, actor=None, now=now)


def _away(activity: Activity, successor: User) -> Closure | None:
    if not activity.starts_at:
        return None
    key = person_subject(str(successor), home_of(activity)).key
    period = DateTimeTZRange(activity.starts_at, activity.ends_at)
    return Closure.objects.filter(subject__key=key, period__overlap=period).first()


def _named(names: Sequence[str]) -> QuerySet[Activity]:
    """Those that can still change hands and whose text holds the name, perhaps inside a longer one."""
    return Activity.objects.filter(state__in=MOVABLE, person__contains=names[0])


def _led(branch: Branch, names: Sequence[str]) -> QuerySet[Activity]:
    """The named activities of the branch: its resource serves, or none says whose person it is."""
    serves = Q(plan_order__resource__branch=branch) & ~Q(plan_order__resource__title__startswith=names[0])
    own_pair = Q(pairing__branch_a=branch) & ~_has("branch_b", names[0])
    own_pair |= Q(pairing__branch_b=branch) & ~_has("branch_a", names[0])
    return _named(names).filter(serves | Q(plan_order__resource=None) & own_pair)


def _has(side: str, name: str) -> Q:
    """The card of the side names somebody of this name."""
    fields = (f"pairing__{side}__{role}_name" for role in ("secretary", "liaison"))
    known = Q()
    for field in fields:
        known |= Q(**{field: name}) | Q(**{f"{field}__startswith": f"{name}（"})
    return known
