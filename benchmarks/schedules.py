"""Made-up cities of joint activities to schedule: seeded, crowded, in counties as a real one."""

from __future__ import annotations

import random
from datetime import date, timedelta

from pairing.activities.scheduling import Half, ScheduleProblem, Slot, Visit

FIRST_DAY = date(2026, 9, 21)  # a Monday; National Day and its make-up Saturday lie in the window
DAYS_OFF = frozenset(date(2026, 10, day) for day in range(1, 8))
MADE_UP = frozenset({date(2026, 9, 20), date(2026, 10, 10)})
HORIZON_DAYS = 42
COUNTY_VISITS = 1_000  # of one county in these weeks
DEPARTMENTS, VILLAGES, HALLS = (
    36,
    90,
    12,
)  # of one county: 甲方 with experts, 乙方 with demands, shared venues
CITY_EXPERTS = 0.03  # share of visits led by an expert of another county
SHARED = {"branch": 10, "person": 15, "venue": 15}  # visits for each of them in a tangle


def is_working(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in DAYS_OFF)


def city(visits: int, seed: int) -> ScheduleProblem:
    """A problem of `visits` activities in visits / 1,000 counties, at least one scaled down.

    Every activity holds two branches, an expert and a place for 3–13 days from its release; some belong to
    series, some like an afternoon, some last a day. Experts have a week of their own, days off and a monthly
    cap; branches have meetings. The same seed gives the same city.
    """
    pick = random.Random(seed)  # noqa: S311 - a seeded generator is what is wanted
    rows: list[Visit] = []
    busy: dict[str, frozenset[Slot]] = {}
    weekly: dict[str, frozenset[tuple[int, Half]]] = {}
    closed: dict[str, dict[Slot, str]] = {}
    caps: dict[str, int] = {}
    for start in range(0, visits, COUNTY_VISITS):
        count = min(COUNTY_VISITS, visits - start)
        county = _County(start // COUNTY_VISITS, count / COUNTY_VISITS, pick)
        counties = -(-visits // COUNTY_VISITS)
        rows += [county.visit(number, counties) for number in range(start, start + count)]
        busy |= county.busy()
        weekly |= county.weekly()
        closed |= county.closed()
        caps |= county.caps()
    return ScheduleProblem(tuple(rows), is_working, busy=busy, weekly=weekly, closed=closed, month_caps=caps)


def tangle(visits: int, seed: int) -> ScheduleProblem:
    """The hardest kind of list: everybody may meet anybody anywhere, so that nothing falls into parts."""
    pick = random.Random(seed)  # noqa: S311 - a seeded generator is what is wanted
    names = {kind: [f"{kind}:{i}" for i in range(visits // share)] for kind, share in SHARED.items()}
    rows = []
    for number in range(visits):
        branches = pick.sample(names["branch"], 2)
        expert, venue = pick.choice(names["person"]), pick.choice(names["venue"])
        release = FIRST_DAY + timedelta(days=pick.randrange(30))
        rows.append(
            Visit(
                id=number,
                subjects=frozenset({*branches, expert, venue}),
                release=release,
                deadline=release + timedelta(days=pick.randrange(3, 14)),
                weight=pick.choice((1.0, 1.0, 2.0, 3.0)),
                movers=frozenset({expert}),
                place=venue,
            )
        )
    return ScheduleProblem(tuple(rows), is_working, month_caps=dict.fromkeys(names["person"], 12))


class _County:
    """Branches, experts and halls of one county, `scale` times the usual number."""

    def __init__(self, number: int, scale: float, pick: random.Random) -> None:
        self.number, self.pick, self.scale = number, pick, scale
        self.departments = [f"branch:{number}/d{i}" for i in range(max(2, round(DEPARTMENTS * scale)))]
        self.villages = [f"branch:{number}/v{i}" for i in range(max(3, round(VILLAGES * scale)))]
        self.halls = [f"venue:{number}/h{i}" for i in range(max(1, round(HALLS * scale)))]
        self.partners = {village: pick.sample(self.departments, 2) for village in self.villages}

    def visit(self, number: int, counties: int) -> Visit:
        pick = self.pick
        village = pick.choice(self.villages)
        department = pick.choice(self.partners[village])
        home = department
        if counties > 1 and pick.random() < CITY_EXPERTS:
            home = f"branch:{pick.randrange(counties - 1)}/d{pick.randrange(DEPARTMENTS)}"
        expert = f"person:{home}/{pick.randrange(3)}"
        venue = pick.choice(self.halls) if pick.random() < 0.25 else f"venue:{village}"
        release = FIRST_DAY + timedelta(days=pick.randrange(HORIZON_DAYS - 13))
        series = (village, department) if pick.random() < 0.3 else None
        return Visit(
            id=number,
            subjects=frozenset({village, department, expert, venue}),
            release=release,
            deadline=release + timedelta(days=pick.randrange(4, 14)),
            length=2 if pick.random() < 0.1 else 1,
            weight=pick.choice((1.0, 1.0, 2.0, 3.0)),
            series_id=f"{series[0]}+{series[1]}" if series else None,
            preferences={(day, Half.PM): 1.0 for day in range(5)} if pick.random() < 0.2 else {},
            movers=frozenset({department, expert}),
            place=venue,
        )

    def _experts(self) -> list[str]:
        return [f"person:{department}/{i}" for department in self.departments for i in range(3)]

    def busy(self) -> dict[str, frozenset[Slot]]:
        """One half-day in ten is taken by a meeting of the branch."""
        return {branch: self._some(0.1) for branch in (*self.departments, *self.villages)}

    def weekly(self) -> dict[str, frozenset[tuple[int, Half]]]:
        week = [(day, half) for day in range(5) for half in Half]
        return {expert: frozenset(self.pick.sample(week, 9)) for expert in self._experts()}

    def closed(self) -> dict[str, dict[Slot, str]]:
        return {hall: dict.fromkeys(self._some(0.05), "维修") for hall in self.halls}

    def caps(self) -> dict[str, int]:
        return {expert: self.pick.choice((6, 8, 10)) for expert in self._experts()}

    def _some(self, share: float) -> frozenset[Slot]:
        days = [FIRST_DAY + timedelta(days=i) for i in range(HORIZON_DAYS)]
        return frozenset(Slot(day, half) for day in days for half in Half if self.pick.random() < share)
