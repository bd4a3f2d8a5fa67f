"""The tallies of recorded activities say what the rows say, whatever becomes of the rows."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import connection, transaction
from django.utils import timezone

from pairing.activities.models import Activity
from pairing.activities.services.tallies import tallies_fold
from pairing.activities.tallies import ActivityTally, by_month
from pairing.reports.metrics.held import activities, people, tallies
from pairing.reports.metrics.measure import Window
from pairing.reports.selectors import month_trend
from tests.factories.activities import ActivityFactory, ActivityKindFactory

pytestmark = pytest.mark.django_db
MONTHS = Window(date(2026, 2, 10), date(2026, 4, 20))


def at(day, hour):
    starts_at = timezone.make_aware(datetime(2026, 1, 31, hour, 30) + timedelta(days=day))
    return {"starts_at": starts_at, "ends_at": starts_at + timedelta(minutes=20)}


def counted(measure):
    return measure.read({"n": measure})["n"]


def assert_they_agree(kinds):
    """The same numbers from tallies and rows, over windows of several lengths, for each kind and all."""
    windows = [
        MONTHS,
        *(Window(date(2026, 2, 1), date(2026, 2, 1) + timedelta(days=n)) for n in (0, 3, 27, 99)),
    ]
    for window in windows:
        for which in ({"line": kinds[0].line}, *({"name": kind.name} for kind in kinds)):
            rows = activities(window, **which).rows()
            assert counted(activities(window, **which)) == rows.count()
            assert counted(people(window, **which)) == sum(row.served_count or 0 for row in rows)


def test_tallies_follow_every_change_and_folding_changes_nothing():
    random, kinds = Random(7), [ActivityKindFactory(), ActivityKindFactory()]
    rows = [ActivityFactory(archived=True, kind=kinds[0], served_count=n, **at(n, 0)) for n in range(12)]
    rows += [ActivityFactory(to_record=True, kind=kinds[1], **at(5, 23)) for _ in range(4)]
    for turn in range(40):
        row = random.choice(rows)
        change = random.choice(
            [
                {"state": random.choice(["archived", "to_record"])},
                {"kind": random.choice(kinds)},
                {"served_count": random.choice([None, 0, 50])},
                at(random.randrange(99), random.choice([0, 12, 23])),
                {"title": f"第{turn}次"},
            ]
        )
        Activity.objects.filter(pk=row.pk).update(**change)
    Activity.objects.filter(pk=rows[0].pk).delete()
    assert_they_agree(kinds)
    before = month_trend(tallies(MONTHS))
    assert tallies_fold() > 0
    assert_they_agree(kinds)
    assert month_trend(tallies(MONTHS)) == before
    assert tallies_fold() == 0
    cells = ActivityTally.objects.values_list("is_month", "day", "kind")
    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        (("2026-02-02", "2026-02-28"), (1, 0)),
        (("2026-02-02", "2026-03-02"), (3, 0)),
        (("2026-02-01", "2026-02-28"), (0, 2)),
        (("2026-01-31", "2026-03-01"), (2, 2)),
    ],
)
def test_whole_months_are_counted_by_month_and_the_days_around_by_day(window, expected):
    for day in (0, 1, 3, 29, 30):  # 31 January, 1 and 3 February, 1 and 2 March
        ActivityFactory(archived=True, kind=ActivityKindFactory(), **at(day, 9))
    first, last = map(date.fromisoformat, window)
    counts = []
    for is_month in (False, True):
        with transaction.atomic():
            ActivityTally.objects.exclude(is_month=is_month).delete()
            counts.append(sum(row.activity_count for row in by_month(first, last)))
            transaction.set_rollback(True)
    assert tuple(counts) == expected


def test_tallies_of_what_is_gone_leave_no_rows():
    row = ActivityFactory(archived=True, **at(1, 9))
    row.delete()
    assert tallies_fold() == 4  # of a day and of a month
    assert ActivityTally.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_folding_leaves_to_another_worker_what_it_is_folding():
    for hour in (9, 10, 11):
        ActivityFactory(archived=True, **at(1, hour))

    def fold():
        with closing(connection):
            return tallies_fold()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        held = ActivityTally.objects.order_by("pk").select_for_update()[:1].get()
        assert pool.submit(fold).result(timeout=20) == 3
    days = ActivityTally.objects.filter(is_month=False)
    assert set(days.values_list("activity_count", flat=True)) == {1, 2}
    assert days.get(activity_count=1).pk == held.pk
    assert tallies_fold() == 1
    assert list(ActivityTally.objects.values_list("is_month", "activity_count")) == [(False, 3), (True, 3)]
