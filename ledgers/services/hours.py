"""Writes when a resource can be had: its week of half-days, and the single days that differ from it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction

from core.errors import DomainError
from core.wording import short_date
from ledgers.hours import HALVES, WEEK, Hours, clock_faults
from ledgers.hours_reading import reading_of
from ledgers.models import Availability, Resource

NOT_STATED = Hours()


@transaction.atomic
def hours_replace(*, resource: Resource, hours: Hours) -> bool:
    """State anew when a resource can be had; the caller holds its row and audits. Whether something changed.

    Raises:
        DomainError: when one half of a day is said to be both available and not; at `week`, when hours are
            not those of their half, or of a half that no day of the week has.
    """
    halves = [each[:2] for each in hours.exceptions]
    twice = next((each for each in halves if halves.count(each) > 1), None)
    if twice:
        raise DomainError(f"{short_date(twice[0])}{HALVES[twice[1]]}填了两次，请只留一行。")
    if hours.clocks and not hours.week:  # hours on no day named are hours on every day
        hours = replace(hours, week=WEEK)
    for fault in clock_faults(hours.clocks, hours.week):
        raise DomainError(fault, field="week")
    rows = list(resource.availabilities.select_for_update())
    if Hours.of(rows) == hours:
        return False
    Availability.objects.filter(resource=resource).delete()
    Availability.objects.bulk_create(_rows(resource.pk, hours))
    return True


def _rows(resource_id: int, hours: Hours) -> list[Availability]:
    """The rows that state the hours; every half-day of the week carries what part of it is open."""
    week = []
    for day, half in sorted(hours.week):
        opens_at, closes_at = hours.clocks.get(half, (None, None))
        week.append({"weekday": day, "half": half, "opens_at": opens_at, "closes_at": closes_at})
    exceptions = [each._asdict() for each in hours.exceptions]
    return [Availability(resource_id=resource_id, **row) for row in (*week, *exceptions)]


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
    follows = [pk for pk, (_, text) in before.items() if Hours.of(stated[pk]) in (NOT_STATED, _certain(text))]
    weekly.filter(resource__in=follows).delete()
    Availability.objects.bulk_create(
        row for pk in follows for row in _rows(pk, _certain(before[pk][0].availability_text))
    )


def _certain(text: str) -> Hours:
    reading = reading_of(text)
    return Hours(reading.half_days, (), reading.clocks) if reading and reading.is_certain else NOT_STATED
