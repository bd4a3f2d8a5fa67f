"""How many activities were recorded on a day and in a month, kept beside the rows by a trigger.

Every change adds rows of differences and changes none: writers never wait for each other, and a sum over the
rows is right at any moment. A tick sums them up (`services.tallies`), which changes no sum. Each activity
counts in its day and in its month, so that a year is a dozen rows of a kind and not 365.
"""

from __future__ import annotations

from datetime import date, timedelta
from itertools import starmap
from typing import NamedTuple

import pgtrigger
from django.conf import settings
from django.db import connection, models
from django.db.models import Q


class ActivityTally(models.Model):
    """活动计数: recorded activities of one kind on one local day, or in the month that starts on it.

    Several rows of a day, or of a month, and a kind add up.
    """

    is_month = models.BooleanField("按月", help_text="counts the whole month that starts on the day")
    day = models.DateField("日期")
    kind = models.ForeignKey(
        "activities.ActivityKind",
        models.CASCADE,
        verbose_name="活动类型",
        related_name="tallies",
        db_index=False,
        db_constraint=False,  # the activity's own reference holds; checking twice makes every write dearer
    )
    activity_count = models.IntegerField("活动数", help_text="negative where one was taken off the records")
    served_count = models.BigIntegerField("服务群众人次")

    class Meta:
        verbose_name = verbose_name_plural = "活动计数"
        ordering = ["is_month", "day", "kind", "pk"]
        indexes = [models.Index(fields=["is_month", "day"], name="tally_day")]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_month=False) | Q(day__day=1), name="tally_month_starts_on_its_first"
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.kind_id}: {self.activity_count}"


class MonthTally(NamedTuple):
    """What was recorded of one kind in a month, with what figures ask of the kind."""

    month: date
    name: str
    line: str
    is_volunteer_service: bool
    activity_count: int
    served_count: int


BY_MONTH = """
    SELECT month, kind.name, kind.line, kind.is_volunteer_service, activity_count, served_count
    FROM (
        SELECT date_trunc('month', day::timestamp)::date AS month, kind_id,
            sum(activity_count)::bigint AS activity_count, sum(served_count)::bigint AS served_count
        FROM activities_activitytally
        WHERE is_month AND day >= %(start)s AND day < %(end)s
            OR NOT is_month AND (day >= %(first)s AND day < %(start)s OR day >= %(end)s AND day <= %(last)s)
        GROUP BY month, kind_id
    ) tally JOIN activities_activitykind kind ON kind.id = kind_id
    ORDER BY month
"""


def by_month(first: date, last: date) -> list[MonthTally]:
    """What was recorded from first to last by month and kind, oldest first: each day counts once.

    Whole months are read from the rows of months, the days around them from the rows of days. Written by
    hand, since only so the kinds are joined to sums and not to every row that is summed up.
    """
    start, end = _month_from(first), (last + timedelta(days=1)).replace(day=1)
    if start >= end:
        start = end = last + timedelta(days=1)
    with connection.cursor() as cursor:
        cursor.execute(BY_MONTH, {"first": first, "start": start, "end": end, "last": last})
        return list(starmap(MonthTally, cursor.fetchall()))


def _month_from(day: date) -> date:
    """The first month that starts on the day or after it."""
    return day if day.day == 1 else (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def tally_trigger() -> pgtrigger.Trigger:
    """Writes what a change of an activity adds to its day, and takes from the day it stood on before."""
    return pgtrigger.Trigger(
        name="tally",
        when=pgtrigger.After,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        func=f"""
            IF TG_OP = 'UPDATE' THEN
                IF {_counted("OLD")} IS NOT DISTINCT FROM {_counted("NEW")} THEN RETURN NULL; END IF;
            END IF;
            IF TG_OP <> 'INSERT' THEN {_add("OLD", "-")} END IF;
            IF TG_OP <> 'DELETE' THEN {_add("NEW", "+")} END IF;
            RETURN NULL;
        """,
    )


def _counted(row: str) -> str:
    return f"({row}.state, {row}.kind_id, {row}.starts_at, {row}.served_count)"


def _add(row: str, sign: str) -> str:
    local = f"({row}.starts_at AT TIME ZONE '{settings.TIME_ZONE}')"
    counts = f"{row}.kind_id, {sign}1, {sign}COALESCE({row}.served_count, 0)"
    return f"""IF {row}.state = 'archived' THEN
        INSERT INTO activities_activitytally (is_month, day, kind_id, activity_count, served_count)
        VALUES (false, {local}::date, {counts}), (true, date_trunc('month', {local})::date, {counts});
    END IF;"""  # noqa: S608  names of this module's own columns
