"""Summing up the differences that the trigger of activities has written."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from django.db import transaction
from django.db.models import Count

from pairing.activities.tallies import ActivityTally


@transaction.atomic
def tallies_fold() -> int:
    """Put one row in the place of all rows of a day, or a month, and a kind; return how many rows went away.

    No sum changes, neither for who reads meanwhile nor by what is written meanwhile. Rows that another worker
    folds are left to it.
    """
    cells = ActivityTally.objects.order_by().values_list("is_month", "day", "kind").annotate(n=Count("pk"))
    days = {day for _, day, _, _ in cells.filter(n__gt=1)}
    groups: dict[tuple[bool, date, int], list[ActivityTally]] = defaultdict(list)
    for row in ActivityTally.objects.filter(day__in=days).select_for_update(skip_locked=True):
        groups[row.is_month, row.day, row.kind_id].append(row)
    many = {key: rows for key, rows in groups.items() if len(rows) > 1}
    gone = [row.pk for rows in many.values() for row in rows]
    sums = [
        ActivityTally(
            is_month=is_month,
            day=day,
            kind_id=kind,
            activity_count=sum(row.activity_count for row in rows),
            served_count=sum(row.served_count for row in rows),
        )
        for (is_month, day, kind), rows in many.items()
    ]
    kept = [row for row in sums if row.activity_count or row.served_count]
    ActivityTally.objects.filter(pk__in=gone).delete()
    ActivityTally.objects.bulk_create(kept)
    return len(gone) - len(kept)
