"""How many activities were recorded on a day, kept beside the rows by a trigger, so that counting is fast.

Every change adds rows of differences and changes none: writers never wait for each other, and a sum over the
rows is right at any moment. A tick sums them up (`services.tallies`), which changes no sum.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models


class ActivityTally(models.Model):
    """活动计数: recorded activities of one kind on one local day; several rows of a day and kind add up."""

    day = models.DateField("日期", db_index=True)
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
        ordering = ["day", "kind", "pk"]

    def __str__(self) -> str:
        return f"{self.day} {self.kind_id}: {self.activity_count}"


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
    day = f"({row}.starts_at AT TIME ZONE '{settings.TIME_ZONE}')::date"
    return f"""IF {row}.state = 'archived' THEN
        INSERT INTO activities_activitytally (day, kind_id, activity_count, served_count)
        VALUES ({day}, {row}.kind_id, {sign}1, {sign}COALESCE({row}.served_count, 0));
    END IF;"""  # noqa: S608  names of this module's own columns
