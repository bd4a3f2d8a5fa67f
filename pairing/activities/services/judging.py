"""May an activity stand at this time? The scheduler's own rules, asked for a person who chooses by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.utils import timezone

from branches.models import Branch
from core.errors import DomainError
from core.wording import cn_date
from core.working_days import days_between
from pairing.activities.adapter import problem_of, schedule_problem, weeks_of
from pairing.activities.half_days import Span
from pairing.activities.halls import halls_called
from pairing.activities.models import Activity
from pairing.activities.scheduling import HARD_RULES, Half, Placed, ScheduleProblem, Slot, Visit, refusals
from pairing.activities.scheduling.constraints import DAY_RULES, no_clash, not_begun, subjects_not_busy
from pairing.activities.subjects import subjects_for
from pairing.activities.taken import clocks_between, slots_between, times_in
from pairing.plans.models import Pairing

SEARCH_DAYS = 45  # how far ahead half-days are looked at
MOST_DAYS = 1_000
NEARBY_DAYS = 14  # how far behind the planned day
OFFERED = 6
NOTICE_DAYS = 1  # what is offered begins tomorrow: people have to read of it and come

# Whether somebody is taken is for the bookings to say, to the minute; a person cannot insist against them.
CHOSEN_RULES = tuple(rule for rule in HARD_RULES if rule not in (no_clash, subjects_not_busy))


class Offer(NamedTuple):
    """One half-day and what speaks against it; nothing does when it is free."""

    slot: Slot
    span: Span
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Question:
    """An activity to be placed by hand, with everything the rules want to know around it."""

    problem: ScheduleProblem
    visit: Visit
    now: datetime
    first: date
    planned: Span | None = None
    around: date | None = None

    def against(self, span: Span) -> list[str]:
        """Every reason of the rules against a time a person has chosen, to the minute or half a day.

        That it has begun is none where it is over: such a time is chosen for the record.
        """
        placed, touched = Placed(self.problem), slots_between(*span)
        excused = {not_begun} if span[1] <= self.now else set()
        visit = replace(self.visit, clocks=clocks_between(*span))
        said = [
            # A midday or an evening takes no half-day: only the day and the hours can be wrong.
            refusals(self.problem, placed, visit, slot, [rule for rule in rules if rule not in excused])
            for slot in sorted({*touched, *visit.clocks})
            for rules in [CHOSEN_RULES if slot in touched else DAY_RULES]
        ]
        return list(dict.fromkeys(reason for reasons in said for reason in reasons))

    def offers(self, limit: int = OFFERED) -> list[Offer]:
        """The half-days nearest to the planned one, as many as hold `limit` free ones, each with its reasons.

        They come in order of time, from `first` on and without the planned one itself. What has begun is no
        offer, with or without a reason.
        """
        found: list[Offer] = []
        for slot in self._nearest():
            reasons = refusals(self.problem, Placed(self.problem), self.visit, slot)
            found.append(Offer(slot, self._span(slot), tuple(reasons)))
            limit -= not found[-1].reasons
            if not limit:
                break
        return sorted(found, key=lambda offer: (offer.slot.day, offer.slot.half))

    def _nearest(self) -> list[Slot]:
        first, placed = self.first, Placed(self.problem)
        around = max(self.around or first, first)
        searched = timezone.localdate(self.now) + timedelta(days=SEARCH_DAYS)
        last = max(searched, around + timedelta(days=NEARBY_DAYS))
        out = slots_between(*self.planned) if self.planned else []
        slots = [Slot(day, half) for day in days_between(first, last) for half in Half]
        coming = [s for s in slots if s not in out and not not_begun(self.problem, placed, self.visit, s)]
        return sorted(coming, key=lambda slot: (abs((slot.day - around).days), slot.day, slot.half))

    def _span(self, slot: Slot) -> Span:
        return times_in(self.problem, self.visit, slot)


def asked_about(
    activity: Activity, *, now: datetime, chosen: Span | None = None, notice_days: int = NOTICE_DAYS
) -> Question:
    """Where may this activity stand, perhaps at the `chosen` time? What it holds now is not in its way."""
    today = timezone.localdate(now)
    planned = (activity.starts_at, activity.ends_at) if activity.starts_at and activity.ends_at else None
    until = max(_horizon(today, chosen), _horizon(today, planned) + timedelta(days=NEARBY_DAYS))
    problem = schedule_problem([activity], now=now, lead_days=0, until=until)
    (visit,) = problem.visits
    around = timezone.localdate(planned[0]) if planned else visit.release
    visit = replace(visit, length=1, release=today, any_day=False, any_hours=False, clocks={})
    first = today + timedelta(days=notice_days)
    return Question(problem, visit, now, first, planned=planned, around=around)


def asked_for(
    pairing: Pairing,
    *,
    venue: str,
    person: str,
    guests: Iterable[Branch],
    now: datetime,
    chosen: Span | None = None,
) -> Question:
    """Where may an activity of these branches, in this place, led by these people, stand?"""
    today = timezone.localdate(now)
    branches = [pairing.branch_a, pairing.branch_b, *guests]
    subjects = subjects_for(branches=branches, venue=venue, person=person, home=pairing.branch_a)
    halls = halls_called(branches, venue)
    keys = {subject.key for subject in subjects} | weeks_of(halls)
    visit = Visit(id=0, subjects=frozenset(keys), release=today, deadline=date.max)
    problem = problem_of(
        [replace(visit, deadline=_horizon(today, chosen))], subjects=subjects, resources=halls, now=now
    )
    return Question(problem, visit, now, today + timedelta(days=NOTICE_DAYS))


def settle(question: Question, span: Span, *, insist: bool) -> Sequence[str]:
    """Refuse a time the rules speak against, unless somebody insists; returns what was said against it.

    Raises:
        DomainError: with every reason, at the field `insist`; for a day beyond the calendar, at `day`.
    """
    last = timezone.localdate(question.now) + timedelta(days=MOST_DAYS)
    if timezone.localdate(span[0]) > last:
        raise DomainError(f"活动最远可以安排到 {cn_date(last)}，请核对年份。", field="day")
    against = question.against(span)
    if against and not insist:
        raise DomainError(
            f"这个时间不合适：{'；'.join(against)}。请换一个时间；确要这样安排，请勾选“仍然这样安排”。",
            field="insist",
        )
    return [f"仍然这样安排：{'；'.join(against)}"] if against else []


def _horizon(today: date, chosen: Span | None) -> date:
    """How far the calendar has to be known; nobody plans years ahead."""
    soon, years = today + timedelta(days=SEARCH_DAYS), today + timedelta(days=MOST_DAYS)
    return min(max(soon, timezone.localdate(chosen[1])), years) if chosen else soon
