"""The only writers of the working calendar."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from branches.models import User
from core import audit
from core.errors import ConflictError
from core.models import WorkingDay


@transaction.atomic
def working_day_create(*, day: date, is_working: bool, name: str, actor: User) -> WorkingDay:
    """Add an exception to Monday–Friday; a guess of the same day gives way to it.

    Raises:
        ConflictError: when the day is an exception already, or is like any other of its weekday.
    """
    if is_working == (day.weekday() < 5):
        usual = "上班" if is_working else "休息"
        raise ConflictError(f"这一天本来就{usual}，不用登记。", field="day")
    with audit.action("working_day.create", actor=actor) as entry:
        row, is_new = WorkingDay.objects.select_for_update(no_key=True).get_or_create(
            day=day, defaults={"is_working": is_working, "name": name}
        )
        if not is_new and not row.is_guess:
            raise ConflictError("这一天已经登记过，请先删除原来的一条。", field="day")
        if row.is_guess:
            row.is_working, row.name, row.is_guess = is_working, name, False
            row.save()
        entry.target = row
    return row


@transaction.atomic
def working_day_delete(*, row: WorkingDay, actor: User) -> WorkingDay:
    """Let a day be again what its weekday says.

    Raises:
        ConflictError: somebody was quicker.
    """
    with audit.action("working_day.delete", actor=actor, target=row) as entry:
        entry.summary = str(row)
        removed, _ = WorkingDay.objects.filter(pk=row.pk).delete()
        if not removed:
            raise ConflictError("这一天的登记已经删除，请刷新页面。")
    return row
