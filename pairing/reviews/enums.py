"""Kinds, states and periods of the meeting rhythm."""

from __future__ import annotations

from django.db.models import TextChoices


class ReviewKind(TextChoices):
    COMMUNICATION = "communication", "沟通"
    DISPATCH = "dispatch", "调度"
    SEMINAR = "seminar", "研讨"


PERIOD_UNIT = {
    ReviewKind.COMMUNICATION: "month",
    ReviewKind.DISPATCH: "quarter",
    ReviewKind.SEMINAR: "year",
}
RHYTHM_LABEL = {
    ReviewKind.COMMUNICATION: "一月一沟通",
    ReviewKind.DISPATCH: "一季一调度",
    ReviewKind.SEMINAR: "一年一研讨",
}


MEETING_KIND = "结对共建会议"  # the kind of activity that can hold a review


class ReviewState(TextChoices):
    DUE = "due", "待召开"
    HELD = "held", "已召开"
    HELD_LATE = "held_late", "补开"


REVIEW_TRANSITIONS = {
    ReviewState.DUE: frozenset({ReviewState.HELD, ReviewState.HELD_LATE}),
    ReviewState.HELD: frozenset(),
    ReviewState.HELD_LATE: frozenset(),
}


class HeldBy(TextChoices):
    """How a review was held; a call or a visit satisfies 沟通, not 调度 or 研讨."""

    MEETING = "meeting", "会议"
    CALL = "call", "电话视频"
    VISIT = "visit", "走访"
