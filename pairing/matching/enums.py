"""Scopes, states and origins of matching runs, and what a person can say about one match of a draft."""

from django.db.models import TextChoices


class MatchScope(TextChoices):
    """Whose lists a run plans."""

    PAIRING = "pairing", "一对支部"
    GROUP = "group", "一组支部"
    AREA = "area", "一个上级组织及下属支部"
    COUNTY = "county", "全部支部"


class MatchRunState(TextChoices):
    """Of a run and of each of its shards."""

    QUEUED = "queued", "排队中"
    RUNNING = "running", "计算中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"


MATCH_RUN_LIVE = (MatchRunState.QUEUED, MatchRunState.RUNNING)
MATCH_RUN_OVER = (MatchRunState.DONE, MatchRunState.FAILED)


class MatchRunOrigin(TextChoices):
    """Why a run was made."""

    NEW = "new", "新生成"
    EDITED = "edited", "按意见重算"
    LEDGERS = "ledgers", "按最新台账更新"


class MatchEditKind(TextChoices):
    PIN = "pin", "锁定"
    FORBID = "forbid", "排除"
