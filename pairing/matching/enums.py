"""States of a matching run."""

from django.db.models import TextChoices


class MatchRunState(TextChoices):
    RUNNING = "running", "计算中"
    DONE = "done", "已完成"
    FAILED = "failed", "失败"
