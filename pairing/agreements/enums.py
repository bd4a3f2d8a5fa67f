"""What a clause can count, and over which time."""

from __future__ import annotations

from django.db.models import TextChoices


class ClauseKind(TextChoices):
    ACTIVITY = "activity", "联办活动"
    VOLUNTEER = "volunteer", "联合志愿服务"
    COMMUNICATION = "communication", "沟通"
    DISPATCH = "dispatch", "调度"
    SEMINAR = "seminar", "研讨"
    VISIT = "visit", "走访"
    ORDER = "order", "办成定单"


class ClausePeriod(TextChoices):
    """The time over which a target is counted; TERM is the agreement's own."""

    MONTH = "month", "月"
    QUARTER = "quarter", "季"
    YEAR = "year", "年"
    TERM = "term", "期内"
