"""Writes when a resource can be had: its week of half-days, and the single days that differ from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.db import transaction

from core.errors import DomainError
from core.wording import short_date
from ledgers.hours import HALVES, HalfDay, Hours, reading_of
from ledgers.models import Availability, Resource

NO_HALF_DAY: frozenset[HalfDay] = frozenset()


@transaction.atomic
def hours_replace(*, resource: Resource, hours: Hours) -> bool:
    """State anew when a resource can be had; the caller holds its row and audits. Whether something changed.

    Raises:
        DomainError: when one half of a day is said to be both available and not.
    """
    halves = [each[:2] for each in hours.exceptions]
    twice = next((each for each in halves if halves.count(each) > 1), None)
    if twice:
        raise DomainError(f"{short_date(twice[0])}{HALVES[twice[1]]}填了两次，请只留一行。")
    rows = list(resource.availabilities.select_for_update())
    if Hours.of(rows) == hours:
        return False
    Availability.objects.filter(resource=resource).delete()
    week = [Availability(resource=resource, weekday=day, half=half) for day, half in sorted(hours.week)]
    days = [Availability(resource=resource, **each._asdict()) for each in hours.exceptions]
    Availability.objects.bulk_create(week + days)
    return True


@transaction.atomic
def weeks_follow_texts(*, changed: Iterable[tuple[Resource, str]]) -> None:
    """Take over the week that an imported 可服务时间 states beyond doubt.

    A week that people ticked stays: only an empty one, or one that stood in the words before, is replaced.

    Args:
        changed: each resource with the text it had before.
    """
    before = {resource.pk: (resource, text) for resource, text in changed}
    weekly = Availability.objects.filter(resource__in=before, weekday__isnull=False)
    stated: dict[int, list[Availability]] = defaultdict(list)
    for row in weekly.select_for_update():
        stated[row.resource_id].append(row)
    follows = [
        pk for pk, (_, text) in before.items() if Hours.of(stated[pk]).week in (NO_HALF_DAY, _certain(text))
    ]
    weekly.filter(resource__in=follows).delete()
    Availability.objects.bulk_create(
        Availability(resource_id=pk, weekday=day, half=half)
        for pk in follows
        for day, half in sorted(_certain(before[pk][0].availability_text))
    )


def _certain(text: str) -> frozenset[HalfDay]:
    reading = reading_of(text)
    return reading.half_days if reading and reading.is_certain else NO_HALF_DAY
