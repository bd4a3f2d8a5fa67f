"""The hard rules: each says in Chinese why a visit may not stand in a slot, or None.

The solver, a person's manual move and the checker all ask these functions, so they can never disagree.
A rule asks `placed` only two things: which visits hold a subject in a half-day, and which load it in a month.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, time
from typing import Protocol

from pairing.activities.scheduling.problem import (
    Clock,
    Half,
    ScheduleProblem,
    Slot,
    Subject,
    Visit,
    day_in_words,
)

SHORTEST_MINUTES = 60  # what must be open of a half-day for a visit to be worth the way
_WEEKDAYS = "一二三四五六日"


class Standing(Protocol):
    """What stands already, as far as a rule wants to know."""

    @property
    def holders(self) -> Mapping[tuple[Subject, Slot], list[Visit]]: ...

    @property
    def months(self) -> Mapping[tuple[Subject, date], list[Visit]]: ...


def within_window(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse a start before the release or an end after the deadline."""
    if slot.day < visit.release:
        return f"{slot}早于最早可安排的{day_in_words(visit.release)}"
    if slot.following(visit.length)[-1].day > visit.deadline:
        return f"{slot}开始会超过完成时限{day_in_words(visit.deadline)}"
    return None


def not_begun(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse a half-day in which the visit would already have begun: nobody can be asked to come any more."""
    if problem.now is None or problem.begins(visit, slot) > problem.now:
        return None
    begins = problem.begins(visit, slot)
    return f"{slot.day.month}月{slot.day.day}日 {begins.hour}:{begins.minute:02} 已经过了"


def on_working_days(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse non-working days (the caller's table knows 调休), unless the visit may stand on any day."""
    if visit.any_day:
        return None
    for each in slot.following(visit.length):
        if not problem.is_working(each.day):
            return f"{each.day.month}月{each.day.day}日不是工作日"
    return None


def subjects_available(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse half-days outside a subject's weekly pattern, unless it is to be had on that very one."""
    for subject in sorted(visit.subjects & problem.weekly.keys()):
        week, extra = problem.weekly[subject], problem.extra.get(subject, ())
        for each in slot.following(visit.length):
            if (each.day.weekday(), each.half) not in week and each not in extra:
                return f"{problem.label(subject)}周{_WEEKDAYS[each.day.weekday()]}{each.half.label}不可用"
    return None


def within_opening_hours(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse fixed hours outside a subject's hours, and half-days too little of which is open to all."""
    held = sorted(visit.subjects & problem.hours.keys())
    for each in slot.following(visit.length) if held else ():
        opening = {
            subject: problem.hours[subject][each.half]
            for subject in held
            if each.half in problem.hours[subject]
        }
        fixed = None if visit.any_hours else visit.clocks.get(each)
        if fixed:
            opening = {who: (at, to) for who, (at, to) in opening.items() if fixed[0] < at or to < fixed[1]}
        if opening and (fixed or not is_open_enough(problem, visit, each.half)):
            said = "、".join(
                f"{problem.label(who)}{each.half.label}只在 {_clock(opening[who])} 开放" for who in opening
            )
            return (
                f"{said}，{_clock(fixed)} 不在其中"
                if fixed
                else f"{said}，能用的不足 {SHORTEST_MINUTES} 分钟"
            )
    return None


def is_open_enough(problem: ScheduleProblem, visit: Visit, half: Half) -> bool:
    """Return whether enough of such a half-day is open to all subjects of the visit."""
    return is_long_enough(*problem.clock(visit, half))


def is_long_enough(opens: time, closes: time) -> bool:
    """Return whether a part of a day is long enough to be worth the way."""
    return _minutes(closes) - _minutes(opens) >= SHORTEST_MINUTES


def _minutes(clock: time) -> int:
    return clock.hour * 60 + clock.minute


def _clock(clock: Clock) -> str:
    return "–".join(f"{each.hour}:{each.minute:02}" for each in clock)


def subjects_not_closed(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse half-days on which a subject is not to be had: a hall under repair, an expert on leave."""
    for subject in sorted(visit.subjects & problem.closed.keys()):
        for each in slot.following(visit.length):
            if each in problem.closed[subject]:
                return f"{problem.label(subject)}{each}不可用：{problem.closed[subject][each]}"
    return None


def subjects_not_busy(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse half-days a subject has already given to something outside this problem."""
    for subject in sorted(visit.subjects & problem.busy.keys()):
        for each in slot.following(visit.length):
            if each in problem.busy[subject]:
                return f"{problem.label(subject)}{each}已有安排"
    return None


def no_clash(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse half-days in which another visit of the schedule has one of the subjects."""
    for subject in sorted(visit.subjects):
        for each in slot.following(visit.length):
            for other in placed.holders.get((subject, each), ()):
                if other.id != visit.id:
                    return f"{problem.label(subject)}{each}已安排{other.name}"
    return None


def within_month_caps(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> str | None:
    """Refuse a month in which a subject has reached its cap; a visit counts in the month it starts."""
    month = slot.day.replace(day=1)
    for subject in sorted(visit.loads & problem.month_caps.keys()):
        others = sum(other.id != visit.id for other in placed.months.get((subject, month), ()))
        count = others + problem.month_counts.get((subject, month), 0)
        if count >= problem.month_caps[subject]:
            return f"{problem.label(subject)}{month.month}月已安排 {count} 次，达到每月上限"
    return None


Rule = Callable[[ScheduleProblem, Standing, Visit, Slot], str | None]
DAY_RULES: tuple[Rule, ...] = (
    within_window,
    not_begun,
    on_working_days,
    within_opening_hours,
    within_month_caps,
)
HARD_RULES: tuple[Rule, ...] = (
    within_window,
    not_begun,
    on_working_days,
    subjects_available,
    within_opening_hours,
    subjects_not_closed,
    subjects_not_busy,
    no_clash,
    within_month_caps,
)


def refusals(
    problem: ScheduleProblem,
    placed: Standing,
    visit: Visit,
    slot: Slot,
    rules: Iterable[Rule] = HARD_RULES,
) -> list[str]:
    """Return every reason against placing the visit there; an empty list means it may stand."""
    said = (rule(problem, placed, visit, slot) for rule in rules)
    return [reason for reason in said if reason is not None]


def allows(problem: ScheduleProblem, placed: Standing, visit: Visit, slot: Slot) -> bool:
    """Return whether no hard rule refuses – like `refusals`, stopping at the first."""
    return all(rule(problem, placed, visit, slot) is None for rule in HARD_RULES)
