"""What the scheduler is asked and what it answers: visits, half-day slots, who must be free – frozen data."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import IntEnum

Id = int | str
Clock = tuple[time, time]  # from when to when on one day
Subject = str  # a branch, a venue, a person or a resource, as the caller names it: "branch:3", "venue:12"


WHOLE_DAY: Clock = time.min, time.max


class Half(IntEnum):
    """Half a day."""

    AM = 0
    PM = 1

    @property
    def label(self) -> str:
        """Return the Chinese word."""
        return "上午" if self is Half.AM else "下午"


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One half-day; slots sort by time."""

    day: date
    half: Half

    def __str__(self) -> str:
        return f"{self.day.month}月{self.day.day}日{self.half.label}"

    @property
    def number(self) -> int:
        """Return the half-day's place in the calendar: consecutive half-days have consecutive numbers."""
        return self.day.toordinal() * 2 + self.half

    @classmethod
    def numbered(cls, number: int) -> "Slot":
        """Return the half-day with that `number`."""
        return cls(date.fromordinal(number // 2), Half(number % 2))

    def following(self, count: int) -> tuple["Slot", ...]:
        """Return `count` consecutive half-days starting with this one."""
        if count == 1:
            return (self,)
        return tuple(Slot.numbered(self.number + i) for i in range(count))


@dataclass(frozen=True, slots=True)
class Visit:
    """An activity to schedule.

    All `subjects` must be free during `length` consecutive half-days between `release` and `deadline`, both
    included. `load_subjects` are not occupied but count towards their month caps (a resource's capacity).
    `preferences` maps (weekday with Monday 0, half) to a liking in [0, 1]; `weight` is how much placing it
    is worth against other visits. Visits of one `series_id` are spread evenly. `any_day` allows days off,
    `any_hours` whatever hours somebody has fixed in a half-day enough of which is open.
    `movers` are the subjects who travel to `place` (its name, in one spelling) at `position` (latitude and
    longitude in degrees, None when unknown); they like their visits of one day near each other. `clocks` are
    half-days whose hours somebody has fixed; in all others the visit takes what is open of the half-day.
    """

    id: Id
    subjects: frozenset[Subject]
    release: date
    deadline: date
    length: int = 1
    weight: float = 1.0
    series_id: Id | None = None
    preferences: Mapping[tuple[int, Half], float] = field(default_factory=dict)
    load_subjects: frozenset[Subject] = frozenset()
    any_day: bool = False
    any_hours: bool = False
    title: str = ""
    movers: frozenset[Subject] = frozenset()
    place: str = ""
    position: tuple[float, float] | None = None
    clocks: Mapping[Slot, Clock] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Return the title in quotes, or the id when there is none."""
        return f"“{self.title or self.id}”"

    @property
    def loads(self) -> frozenset[Subject]:
        """Return every subject whose month cap the visit counts towards."""
        return self.subjects | self.load_subjects


@dataclass(frozen=True, slots=True)
class ScheduleProblem:
    """Visits, the working calendar, and what is already taken.

    `weekly` lists, per subject, the (weekday, half) patterns in which it is available; absent means always.
    `extra` are single half-days on which a subject is to be had although its week says otherwise, `closed`
    those on which it is not, each with the reason. `month_caps` bounds visits per subject and calendar month,
    `month_counts` counts those already there (first day of the month). `labels` names subjects for sentences.
    `halves` are the hours of a half-day, `hours` those in which a subject is open in it; absent means all.
    `standing` are the days of visits outside the problem, by series: the others keep apart from them.
    `now` is the local time, without a zone, at or before which nothing may begin; None asks no clock.
    """

    visits: tuple[Visit, ...]
    working_days: Collection[date] | Callable[[date], bool]
    busy: Mapping[Subject, Collection[Slot]] = field(default_factory=dict)
    weekly: Mapping[Subject, Collection[tuple[int, Half]]] = field(default_factory=dict)
    extra: Mapping[Subject, Collection[Slot]] = field(default_factory=dict)
    closed: Mapping[Subject, Mapping[Slot, str]] = field(default_factory=dict)
    month_caps: Mapping[Subject, int] = field(default_factory=dict)
    month_counts: Mapping[tuple[Subject, date], int] = field(default_factory=dict)
    labels: Mapping[Subject, str] = field(default_factory=dict)
    halves: Mapping[Half, Clock] = field(default_factory=dict)
    hours: Mapping[Subject, Mapping[Half, Clock]] = field(default_factory=dict)
    standing: Mapping[Id, Collection[date]] = field(default_factory=dict)
    now: datetime | None = None

    def clock(self, visit: Visit, half: Half) -> Clock:
        """Return the hours of a half-day in which all subjects are open; none when start ≥ end."""
        bounds = [self.halves.get(half, WHOLE_DAY)]
        bounds += [self.hours[each][half] for each in visit.subjects if half in self.hours.get(each, ())]
        return max(opens for opens, _ in bounds), min(closes for _, closes in bounds)

    def begins(self, visit: Visit, slot: Slot) -> datetime:
        """Return the local time at which the visit begins that starts in the half-day."""
        opens, _ = visit.clocks.get(slot) or self.clock(visit, slot.half)
        return datetime.combine(slot.day, opens)

    def is_working(self, day: date) -> bool:
        """Return whether the day is a working day."""
        return self.working_days(day) if callable(self.working_days) else day in self.working_days

    def label(self, subject: Subject) -> str:
        """Return how sentences call a subject."""
        return self.labels.get(subject, subject)


@dataclass(frozen=True, slots=True)
class Move:
    """A kept visit that could not stay: where it was and is now (None: nowhere), and why it had to go."""

    visit_id: Id
    before: Slot
    after: Slot | None
    reason: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """Placements by visit id, the rest with a reason, and how good it is: `objective` ≤ `bound`.

    With kept placements the bound is that of all schedules that keep them too.
    """

    placements: Mapping[Id, Slot]
    unplaced: tuple[tuple[Id, str], ...]
    objective: float
    bound: float
    ratio: float
    moves: tuple[Move, ...] = ()


def day_in_words(day: date) -> str:
    """Write 2025年11月28日, as every page does; a Slot leaves the year out."""
    return f"{day.year}年{day.month}月{day.day}日"


def window(visit: Visit) -> list[Slot]:
    """Return the slots at which the visit may start and still end by its deadline, in order of time."""
    days = (visit.deadline - visit.release).days + 1
    starts = [Slot(visit.release + timedelta(days=i), half) for i in range(days) for half in Half]
    return [slot for slot in starts if slot.following(visit.length)[-1].day <= visit.deadline]
