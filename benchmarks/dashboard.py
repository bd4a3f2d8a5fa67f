"""The dashboard's figures from the tallies beside the same counted over all rows, and what tallies cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from benchmarks.database import scratch_database, work
from benchmarks.results import Options, Result, race

if TYPE_CHECKING:
    from pairing.reports.metrics.measure import Figure, Window

BENCH = "dashboard"
SIZES = (100_000, 1_000_000)
BRANCHES = 200
STEP = timedelta(seconds=150)  # between activities: a million of them in not quite five years
SERVED = 7  # people by each of them
ROUNDS = 11
WRITES, TURNS = 200, 8  # activities written a turn, each in a transaction of its own
COLUMNS = """
    INSERT INTO activities_activity (serial, pairing_id, kind_id, title, starts_at, ends_at, state,
        served_count, venue, person, record, state_reason, unplaced_reason, version, created_at, updated_at)
"""
WRITE = f"{COLUMNS} VALUES (%s, %s, %s, '活动', %s, %s, 'archived', 7, '', '', '', '', '', 1, now(), now())"
FILL = f"""
    WITH first AS (SELECT date_trunc('day', now()) - interval '1 day' AS at),
    pairs AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS of FROM plans_pairing),
    kinds AS (SELECT id, row_number() OVER (ORDER BY id) - 1 AS n, count(*) OVER () AS of
              FROM activities_activitykind)
    {COLUMNS}
    SELECT s, p.id, k.id, '第' || s || '次活动', at - s * %(step)s, at - s * %(step)s + interval '1 hour',
        'archived', 7, '', '', '', '', '', 1, now(), now()
    FROM first, generate_series(%(start)s, %(end)s - 1) s
    JOIN pairs p ON p.n = s %% p.of JOIN kinds k ON k.n = s %% k.of
"""  # noqa: S608  names of this module's own
TALLY = """
    TRUNCATE activities_activitytally;
    INSERT INTO activities_activitytally (is_month, day, kind_id, activity_count, served_count)
    SELECT unit = 'month', date_trunc(unit, starts_at AT TIME ZONE 'Asia/Shanghai')::date, kind_id, count(*),
        sum(served_count)
    FROM activities_activity, (VALUES ('day'), ('month')) units (unit)
    WHERE state = 'archived' GROUP BY 1, 2, 3
"""


def cases(options: Options) -> Iterator[Result]:
    """Seconds of all figures and the months' trend, times faster than over the rows; a write both ways."""
    with scratch_database("bench_dashboard"):
        from pairing.reports.metrics.measure import Window

        there = 0
        for size in SIZES:
            last = _fill(there, size)
            there = size
            year = Window(last.date() - timedelta(days=364), last.date())
            ever = Window(last.date() - STEP * size, last.date())
            for name, window in (("one year", year), ("all years", ever)):
                yield from _read(f"{size} activities, {name}", window, size)
        yield from _written(there)


def _read(case: str, window: Window, size: int) -> Iterator[Result]:
    """The dashboard's numbers both ways; only then is it sure that both count the same.

    Raises:
        RuntimeError: they do not.
    """
    from pairing.reports.selectors import dashboard_numbers

    figures = _figures(window)
    if _from_tallies(figures, window) != _from_rows(figures, window):
        raise RuntimeError("tallies and rows differ")
    tallied, counted, whole = race(
        lambda: _from_tallies(figures, window),
        lambda: _from_rows(figures, window),
        lambda: dashboard_numbers(window),
        times=ROUNDS,
        clock=work,
    )
    yield Result.at_most(BENCH, f"{case}: seconds for all figures and the trend", whole, 0.3)
    seconds = {"tallies_s": round(tallied, 4), "rows_s": round(counted, 4)}
    case = f"{case}: figures of activities and trend, times faster than over the rows"
    if size == max(SIZES):
        yield Result.at_least(BENCH, case, counted / tallied, 50, **seconds)
    else:
        yield Result.figure(BENCH, case, counted / tallied, **seconds)


def _from_tallies(figures: list[Figure], window: Window) -> Any:
    from pairing.reports.metrics.held import source, tallies
    from pairing.reports.metrics.measure import values
    from pairing.reports.selectors import month_trend

    held = tallies(window)
    return values(figures, window, {source(window): held}), month_trend(held)


def _from_rows(figures: list[Figure], window: Window) -> Any:
    """What the dashboard would ask without tallies: one query for the figures, one for the trend."""
    from django.db.models import Count, Q, Sum
    from django.db.models.functions import TruncMonth

    from pairing.activities.models import Activity
    from pairing.plans.enums import Line
    from pairing.reports.metrics.conditions import held
    from pairing.reports.metrics.measure import whole

    wanted = {}
    for figure in figures:
        measure = figure.measure(window)
        kinds = Q(**{f"kind__{measure.kinds_by}__in": measure.wanted})
        wanted[figure.key] = (
            Sum(measure.field, filter=kinds, default=0) if measure.field else Count("pk", filter=kinds)
        )
    rows = Activity.objects.filter(held(window)).order_by()
    found = {key: whole(number) for key, number in rows.aggregate(**wanted).items()}
    lines = {line.value: Count("pk", filter=Q(kind__line=line)) for line in Line}
    months = rows.annotate(month=TruncMonth("starts_at")).values("month").annotate(**lines).order_by("month")
    return found, [row | {"month": row["month"].date()} for row in months]


def _figures(window: Window) -> list[Figure]:
    from pairing.activities.models import Activity
    from pairing.reports.selectors import FIGURES

    return [figure for figure in FIGURES.values() if figure.measure(window).model is Activity]


def _written(start: int) -> Iterator[Result]:
    """Recording an activity as the product does, with the trigger and without it; then its bare row."""
    share, micros = _with_and_without(_to_record, _record, start)
    yield Result.at_most(BENCH, "upkeep of the tallies / recording an activity", share, 0.1, **micros)
    share, micros = _with_and_without(lambda numbers: numbers, _insert, start + TURNS * 2 * WRITES)
    yield Result.figure(BENCH, "upkeep of the tallies / inserting a bare row", share, **micros)


def _with_and_without(
    prepare: Callable[[range], Any], write: Callable[[Any], None], start: int
) -> tuple[float, dict[str, int]]:
    """The share that the trigger adds to some writes, and microseconds of one."""
    from django.db import connection

    spent: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    for _ in range(TURNS):
        for state in spent:
            with connection.cursor() as cursor:
                cursor.execute(f"ALTER TABLE activities_activity {state} TRIGGER {_trigger()}")
            rows = prepare(range(start, start + WRITES))
            start += WRITES
            started = work()
            write(rows)
            spent[state].append(work() - started)
    middle = {state: median(turns) for state, turns in spent.items()}
    micros = {f"{state.lower()}d_us": round(each / WRITES * 1e6) for state, each in middle.items()}
    return middle["ENABLE"] / middle["DISABLE"] - 1, micros


def _to_record(numbers: range) -> list[Any]:
    """Activities that are over, without a record."""
    from django.utils import timezone

    from pairing.activities.models import Activity, ActivityKind
    from pairing.plans.models import Pairing

    over = timezone.now() - timedelta(days=1)
    common = {"pairing": Pairing.objects.all()[0], "kind": ActivityKind.objects.all()[0], "title": "活动"}
    times = {"starts_at": over, "ends_at": over + STEP, "state": "to_record"}
    return Activity.objects.bulk_create(Activity(serial=n, **common, **times) for n in numbers)


def _record(activities: list[Any]) -> None:
    from django.utils import timezone

    from branches.models import User
    from pairing.activities.services.records import activity_record

    actor, _ = User.objects.get_or_create(username="office")
    for each in activities:
        activity_record(
            activity=each,
            actor=actor,
            now=timezone.now(),
            held_from=each.starts_at,
            held_to=each.ends_at,
            attendance={},
            served_count=SERVED,
            record="讲了课，发了资料。",
            outcomes=[],
        )


def _insert(numbers: range) -> None:
    from django.db import connection
    from django.utils import timezone

    from pairing.activities.models import ActivityKind
    from pairing.plans.models import Pairing

    pair, kind, now = Pairing.objects.all()[0].pk, ActivityKind.objects.all()[0].pk, timezone.now()
    with connection.cursor() as cursor:
        for serial in numbers:
            cursor.execute(WRITE, [serial, pair, kind, now, now + STEP])


def _trigger() -> str:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgname LIKE 'pgtrigger_tally%'")
        return str(cursor.fetchone()[0])


def _fill(start: int, end: int) -> datetime:
    """Write activities number `start` to `end` and their tallies; return when the first began."""
    from django.db import connection
    from django.utils import timezone

    from branches.models import Branch
    from pairing.plans.models import Pairing

    today = timezone.localdate()
    if not start:
        branches = Branch.objects.bulk_create(Branch(name=f"第{n}党支部", serial=n) for n in range(BRANCHES))
        Pairing.objects.bulk_create(
            Pairing(branch_a=a, branch_b=b, starts_on=today - timedelta(days=1))  # see `_to_record`
            for a, b in zip(branches[::2], branches[1::2], strict=True)
        )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # histories are not what is measured
        cursor.execute(FILL, {"step": STEP, "start": start, "end": end})
        cursor.execute(TALLY)
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    return timezone.now()
