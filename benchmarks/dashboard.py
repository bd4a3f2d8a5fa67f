"""The county's dashboard, which counts raw rows on every call: no summary is kept beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from benchmarks.database import scratch_database
from benchmarks.results import Options, Result, seconds

BENCH = "dashboard"
SIZES = (10_000, 100_000)
BRANCHES = 200
STEP = timedelta(minutes=90)  # between activities, so that the largest size spreads over seventeen years
SERVED = 7  # people each of them


def cases(options: Options) -> Iterator[Result]:
    """Seconds for all figures and the months' trend of the busiest year, at so many recorded activities."""
    with scratch_database("bench_dashboard"):
        from pairing.reports.metrics.measure import Window
        from pairing.reports.selectors import month_trend, readings

        there = 0
        for size in SIZES:
            last = _fill(there, size)
            there = size
            year = Window(last.date() - timedelta(days=364), last.date())
            ever = Window(last.date() - STEP * size, last.date())
            for name, window in (("one year", year), ("all years", ever)):
                spent = seconds(lambda w=window: (readings(w), month_trend(w)), times=3)
                yield Result.at_most(BENCH, f"{size} activities, {name}: seconds", spent, 0.3)


def _fill(start: int, end: int) -> datetime:
    """Write activities number `start` to `end`, each with its two branches; return when the first began."""
    from django.db import connection
    from django.utils import timezone

    from branches.models import Branch
    from pairing.activities.models import Activity, ActivityKind, Participation
    from pairing.plans.models import Pairing

    first = timezone.now().replace(hour=9, minute=0, second=0, microsecond=0) - timedelta(days=1)
    if not start:
        branches = Branch.objects.bulk_create(Branch(name=f"第{n}党支部", serial=n) for n in range(BRANCHES))
        Pairing.objects.bulk_create(
            Pairing(branch_a=a, branch_b=b, starts_on=first.date())
            for a, b in zip(branches[::2], branches[1::2], strict=True)
        )
    pairings = list(Pairing.objects.order_by("pk"))
    kinds = list(ActivityKind.objects.order_by("pk"))
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # histories are not what is measured
    made = Activity.objects.bulk_create(
        (
            Activity(
                serial=n,
                pairing=pairings[n % len(pairings)],
                kind=kinds[n % len(kinds)],
                title=f"第{n}次活动",
                starts_at=first - n * STEP,
                ends_at=first - n * STEP + timedelta(hours=1),
                state="archived",
                served_count=SERVED,
            )
            for n in range(start, end)
        ),
        batch_size=2000,
    )
    Participation.objects.bulk_create(
        (
            Participation(activity=each, branch_id=branch, role=role, expected_count=5, attended_count=4)
            for each in made
            for branch, role in ((each.pairing.branch_a_id, "party_a"), (each.pairing.branch_b_id, "party_b"))
        ),
        batch_size=4000,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("VACUUM ANALYZE")
    return first
