"""Rows ⇄ the scheduling engine: waiting activities become visits, answers become times."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from django.db.models import prefetch_related_objects
from django.utils import timezone

from branches.models import Branch
from core.periods import day_starts
from core.working_days import working_days_between
from ledgers.hours import HALF_DAYS
from ledgers.models import Resource
from pairing.activities.enums import ActivityState
from pairing.activities.halls import Halls, halls_at, halls_called, halls_of
from pairing.activities.models import Activity, Subject
from pairing.activities.scheduling import Half, ScheduleProblem, Slot, Visit
from pairing.activities.scheduling.problem import Id
from pairing.activities.subjects import branches_of, serving, subjects_for, subjects_of, venue_key
from pairing.activities.taken import (
    available_key,
    busy_slots,
    capacity_key,
    clocks_between,
    closed_slots,
    hours_of,
    month_counts,
    single_days,
    slots_between,
    standing_days,
    week_of,
)
from pairing.plans.models import PlanOrder

LEAD_DAYS = 2  # calendar days between the announcement and the first possible activity
WANTED_SLACK_DAYS = 7  # how much later than the wanted day is still welcome
FALLBACK_DAYS = 45  # the window of an activity that nothing gives a deadline
HALVES = {Half[name.upper()]: clock for name, clock in HALF_DAYS.items()}


def schedule_problem(
    activities: Sequence[Activity], *, now: datetime, lead_days: int = LEAD_DAYS, until: date | None = None
) -> ScheduleProblem:
    """State the placing of `activities` as a problem; a constant number of queries.

    An activity must be held by its task's deadline, from `lead_days` after today on, on a working day; its
    branches, venue and people must be free, its hall open, its resource available and within its monthly
    capacity. One that has a time may keep it, and its own bookings are in nobody's way. Days up to `until`
    can be asked about.
    """
    prefetch_related_objects(
        activities,
        *("participations__branch", "pairing__branch_a", "pairing__branch_b", "task"),
        *("plan_order__resource__branch", "plan_order__demand__branch"),
    )
    ids = [activity.pk for activity in activities]
    standing = standing_days(activities)
    orders: Counter[Id | None] = Counter(activity.plan_order_id for activity in activities)
    orders.update({order: len(days) for order, days in standing.items()})
    halls = halls_of({branch for activity in activities for branch in branches_of(activity)})
    resources = [*halls.values(), *filter(None, map(resource_of, activities))]
    prefetch_related_objects(resources, "availabilities")
    release = timezone.localdate(now) + timedelta(days=lead_days)
    visits = tuple(
        _visit(each, release, halls, is_series=orders[each.plan_order_id] > 1) for each in activities
    )
    subjects = [subject for activity in activities for subject in subjects_of(activity)]
    problem = problem_of(visits, subjects=subjects, resources=resources, but=ids, now=now, until=until)
    return replace(problem, standing=standing)


def order_problem(order: PlanOrder, *, visits: int, release: date, deadline: date) -> ScheduleProblem:
    """State where `visits` activities of an order would go between two days, beside all that is booked."""
    resource, venue = order.resource, order_venue(order)
    branches = [order.pairing.branch_a, order.pairing.branch_b]
    subjects = subjects_for(
        branches=branches,
        venue=venue,
        person=order_person(order),
        home=serving(order, order.pairing),
    )
    keys = {subject.key for subject in subjects}
    halls = halls_called(branches, venue)
    week = weeks_of([resource, *halls] if resource else halls)
    one = Visit(
        id=1,
        subjects=frozenset(keys | week),
        release=release,
        deadline=deadline,
        weight=1.0 + order.demand.urgency,
        series_id=order.pk if visits > 1 else None,
        load_subjects=frozenset({capacity_key(resource)} if resource else ()),
        movers=frozenset(key for key in keys if not key.startswith("venue:")),
        place=venue_key(venue),
        position=_position(order, venue),
    )
    rows = [replace(one, id=number, title=f"第{number}次") for number in range(1, visits + 1)]
    asked_at = day_starts(release)
    return problem_of(rows, subjects=subjects, resources=filter(None, (*halls, resource)), now=asked_at)


def problem_of(
    visits: Sequence[Visit],
    *,
    subjects: Iterable[Subject],
    resources: Iterable[Resource],
    now: datetime,
    but: Sequence[int] = (),
    until: date | None = None,
) -> ScheduleProblem:
    """Surround visits with what is known of their subjects and resources, the activities `but` left out."""
    resources = {resource.pk: resource for resource in resources}.values()
    prefetch_related_objects(list(resources), "availabilities")
    names = {subject.key: f"“{subject.name}”" for subject in subjects}
    today = timezone.localdate(now)
    first = min((visit.release for visit in visits), default=today)
    last = max([until or today, first, *(visit.deadline for visit in visits)])  # deadlines may be over
    weeks = {available_key(each): list(each.availabilities.all()) for each in resources}
    away = {
        key: dict.fromkeys(single_days(rows, is_available=False), "当天不提供") for key, rows in weeks.items()
    }
    working = frozenset(working_days_between(first, last))
    return ScheduleProblem(
        visits=tuple(replace(visit, any_day=_chose_a_day_off(visit, working)) for visit in visits),
        working_days=working,
        busy=busy_slots(names, first, last, but=but),
        weekly={key: week_of(rows) for key, rows in weeks.items() if rows},
        extra={key: single_days(rows, is_available=True) for key, rows in weeks.items()},
        closed={**closed_slots(names, first, last), **away},
        month_caps={
            capacity_key(each): each.capacity_per_month for each in resources if each.capacity_per_month
        },
        month_counts=month_counts([each for each in resources if each.capacity_per_month], first, but=but),
        labels=names | _labels(resources),
        halves=HALVES,
        hours={key: clocks for key, rows in weeks.items() if (clocks := hours_of(rows))},
        now=timezone.make_naive(now),
    )


def _chose_a_day_off(visit: Visit, working: Collection[date]) -> bool:
    """Whether a person put it on a day off: only then may another one be proposed to them."""
    return visit.any_hours and any(slot.day not in working for slot in visit.clocks)


def weeks_of(resources: Iterable[Resource]) -> set[str]:
    """The subjects of those resources that say when they are to be had."""
    return {available_key(each) for each in resources if each.availabilities.all()}


def standing_slots(activities: Iterable[Activity]) -> Mapping[Id, Slot]:
    """Activity id → the first half-day it now takes; one in the evening takes none and is left out."""
    touched = {
        activity.pk: slots_between(activity.starts_at, activity.ends_at)
        for activity in activities
        if activity.starts_at and activity.ends_at
    }
    return {pk: slots[0] for pk, slots in touched.items() if slots}


def order_venue(order: PlanOrder) -> str:
    """Where the activities of an order take place unless somebody says otherwise."""
    place_of_resource = order.resource.place if order.resource else ""
    return order.place or place_of_resource or order.demand.branch.address


def order_person(order: PlanOrder) -> str:
    """Who leads the activities of an order: whom both sides have named on the side that serves."""
    serves_a = order.pairing.branch_b_id == order.demand.branch_id
    named = order.responsible_a if serves_a else order.responsible_b
    return named or (order.resource.contact_name if order.resource else "")


def resource_of(activity: Activity) -> Resource | None:
    """The resource whose week and months bind an activity."""
    return activity.plan_order.resource if activity.plan_order else None


def _visit(activity: Activity, release: date, halls: Halls, *, is_series: bool) -> Visit:
    order, resource = activity.plan_order, resource_of(activity)
    release, deadline = _window(activity, release)
    keys = {subject.key for subject in subjects_of(activity)}
    movers = frozenset(key for key in keys if not key.startswith("venue:"))
    bound = halls_at(halls, branches_of(activity), activity.venue)
    keys |= weeks_of([resource, *bound] if resource else bound)
    length, clocks = 1, {}
    if activity.starts_at and activity.ends_at:  # may stay where it is
        day = timezone.localdate(activity.starts_at)
        release, deadline = min(release, day), max(deadline, timezone.localdate(activity.ends_at))
        length = max(len(slots_between(activity.starts_at, activity.ends_at)), 1)
        clocks = clocks_between(activity.starts_at, activity.ends_at)
    return Visit(
        id=activity.pk,
        subjects=frozenset(keys),
        release=release,
        deadline=deadline,
        length=length,
        weight=1.0 + (order.demand.urgency if order else 0),
        series_id=order.pk if order and is_series else None,
        load_subjects=frozenset({capacity_key(resource)} if resource else ()),
        any_hours=order is None and activity.state != ActivityState.PLANNED,  # a person chose them
        title=activity.title,
        movers=movers,
        place=venue_key(activity.venue),
        position=_position(order, activity.venue),
        clocks=clocks,
    )


def _window(activity: Activity, release: date) -> tuple[date, date]:
    """First and last possible day: up to the task's deadline; a wanted day opens a window of its own."""
    order = activity.plan_order
    if order is None:
        return release, release + timedelta(days=FALLBACK_DAYS)
    deadline = activity.task.due_on if activity.task else order.due_on
    wanted = order.wanted_on  # it began as the claim's; what both sides have confirmed is the order's
    if wanted is None or not release < wanted <= order.due_on:
        return release, deadline
    return wanted, max(deadline, min(wanted + timedelta(days=WANTED_SLACK_DAYS), order.due_on))


def _position(order: PlanOrder | None, venue: str) -> tuple[float, float] | None:
    """Latitude and longitude of the place of an order's activity, as far as the ledgers know them."""
    if order is None:
        return None
    resource = order.resource
    if resource and resource.place and venue_key(resource.place) == venue_key(venue):
        return _coordinates(resource)
    return _coordinates(order.demand.branch) if venue == order.demand.branch.address else None


def _coordinates(row: Resource | Branch) -> tuple[float, float] | None:
    latitude, longitude = row.latitude, row.longitude
    return (float(latitude), float(longitude)) if latitude is not None and longitude is not None else None


def _labels(resources: Iterable[Resource]) -> dict[str, str]:
    keys = (available_key, capacity_key)
    return {key(resource): f"资源“{resource.title}”" for resource in resources for key in keys}
