"""Choices and the state machine of joint activities."""

from __future__ import annotations

from django.db.models import TextChoices


class ActivityState(TextChoices):
    PLANNED = "planned", "拟定"
    ANNOUNCED = "announced", "已通知"
    UNDER_WAY = "under_way", "进行中"
    TO_RECORD = "to_record", "待补记录"
    ARCHIVED = "archived", "已归档"
    CANCELLED = "cancelled", "取消"


ACTIVITY_TRANSITIONS = {
    ActivityState.PLANNED: frozenset(
        {ActivityState.ANNOUNCED, ActivityState.TO_RECORD, ActivityState.CANCELLED}
    ),
    ActivityState.ANNOUNCED: frozenset(
        {ActivityState.UNDER_WAY, ActivityState.TO_RECORD, ActivityState.ARCHIVED, ActivityState.CANCELLED}
    ),
    ActivityState.UNDER_WAY: frozenset(
        {ActivityState.TO_RECORD, ActivityState.ARCHIVED, ActivityState.CANCELLED}
    ),
    ActivityState.TO_RECORD: frozenset({ActivityState.ARCHIVED, ActivityState.CANCELLED}),
    ActivityState.ARCHIVED: frozenset(),
    ActivityState.CANCELLED: frozenset(),
}


# Told to the branches and not yet on record.
ACTIVITY_AWAITED = (ActivityState.ANNOUNCED, ActivityState.UNDER_WAY, ActivityState.TO_RECORD)


class ParticipationRole(TextChoices):
    PARTY_A = "party_a", "甲方"
    PARTY_B = "party_b", "乙方"
    OTHER = "other", "参加"


class SubjectKind(TextChoices):
    BRANCH = "branch", "支部"
    VENUE = "venue", "场地"
    PERSON = "person", "人员"
