"""Tables without a domain word: audit trail, outbox, forms sent, working calendar, heartbeats."""

from __future__ import annotations

from functools import cache
from typing import Any

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.actions import action_words
from core.attachments import registry
from core.changes import in_words
from core.enums import Channel, NotificationState
from core.fields import OneOfField


class TimeStampedModel(models.Model):
    """Rows that know when they were made and last changed."""

    created_at = models.DateTimeField("创建时间", auto_now_add=True)
    updated_at = models.DateTimeField("更新时间", auto_now=True)

    class Meta:
        abstract = True

    def _get_FIELD_display(self, field: models.Field[Any, Any]) -> Any:  # noqa: N802  Django's name
        """The words behind every `get_…_display`; Django makes the table of them anew for each row."""
        value = getattr(self, field.attname)
        return _labels(field).get(value, value)


@cache
def _labels(field: models.Field[Any, Any]) -> dict[Any, str]:
    return {value: str(label) for value, label in field.flatchoices}


class AuditEntry(models.Model):
    """操作留痕: one business action by one person, written in the same transaction as its effect."""

    at = models.DateTimeField("时间", default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="操作人",
        related_name="+",
    )
    action = models.CharField("动作", max_length=60, help_text="e.g. plan_order.confirm")
    target_type = models.CharField("对象类型", max_length=60)
    target_id = models.BigIntegerField("对象编号")
    target_label = models.CharField("对象", max_length=200)
    summary = models.CharField("说明", max_length=300, blank=True)
    reason = models.TextField("理由", blank=True)
    changes = models.JSONField("变更", default=dict, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "操作留痕"
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["target_type", "target_id", "-at"], name="audit_target"),
            models.Index(fields=["action", "-at"], name="audit_action"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_label}"

    @property
    def words(self) -> str:
        """The action in Chinese: 确认计划定单."""
        return action_words(self.action, self.target_type)

    @property
    def changes_in_words(self) -> list[str]:
        """What changed, a sentence a field: 状态：草稿 → 可用."""
        return [in_words(self.target_type, name, pair) for name, pair in self.changes.items()]

    @property
    def page_name(self) -> str:
        """The URL name of the page of its target, where there is one: plan_order_detail."""
        return f"{self.action.partition('.')[0]}_detail"


class NotificationQuerySet(models.QuerySet["Notification"]):
    def unread(self) -> NotificationQuerySet:
        return self.filter(channel=Channel.IN_APP, state=NotificationState.SENT, read_at=None)

    def visible_to(self, user: object) -> NotificationQuerySet:
        return self.filter(recipient=user, channel=Channel.IN_APP)


class Notification(TimeStampedModel):
    """通知: one message to one person over one channel; the outbox that every channel is fed from."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="收件人", related_name="notifications"
    )
    channel = OneOfField("渠道", max_length=10, choices=Channel)
    dedupe_key = models.CharField("去重键", max_length=200, unique=True)
    subject = models.CharField("标题", max_length=200)
    body = models.TextField("内容", blank=True)
    url = models.CharField("链接", max_length=300, blank=True, help_text="path within this site")
    state = OneOfField("状态", max_length=10, choices=NotificationState, default=NotificationState.PENDING)
    due_at = models.DateTimeField("应发时间", default=timezone.now)
    sent_at = models.DateTimeField("送达时间", null=True, blank=True)
    read_at = models.DateTimeField("阅读时间", null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField("尝试次数", default=0)
    attempt_started_at = models.DateTimeField("开始投递", null=True, blank=True)
    lease_until = models.DateTimeField("租约到期", null=True, blank=True)
    lease_token = models.UUIDField("租约", null=True, blank=True)
    last_error = models.TextField("最近错误", blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通知"
        ordering = ["-due_at", "-pk"]
        indexes = [
            models.Index(
                fields=["state", "due_at"],
                condition=Q(state__in=["pending", "claimed", "failed", "uncertain"]),
                name="notification_unsettled",
            ),
            models.Index(fields=["recipient", "-due_at"], name="notification_inbox"),
            models.Index(  # counted for every page
                fields=["recipient"],
                condition=Q(channel="in_app", state="sent", read_at=None),
                name="notification_unread",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False), name="notification_sent_has_time"
            ),
            models.CheckConstraint(
                condition=~Q(state="claimed") | Q(lease_until__isnull=False, lease_token__isnull=False),
                name="notification_claimed_has_lease",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class AttachmentQuerySet(models.QuerySet["Attachment"]):
    def of(self, target: models.Model) -> AttachmentQuerySet:
        return self.filter(content_type=ContentType.objects.get_for_model(target), object_id=target.pk)

    def visible_to(self, user: Any) -> AttachmentQuerySet:
        """Whoever reads a row reads its files."""
        seen = Q(pk__in=[])
        for place in registry.all_attachables():
            table = ContentType.objects.get_for_model(place.model)
            seen |= Q(content_type=table, object_id__in=place.rows(user).values("pk"))
        return self.filter(seen)


class Attachment(models.Model):
    """附件: one file kept with a row of another table; see core.attachments for what is taken and how."""

    content_type = models.ForeignKey(ContentType, models.PROTECT, verbose_name="对象类型", related_name="+")
    object_id = models.BigIntegerField("对象编号")
    target = GenericForeignKey("content_type", "object_id")
    name = models.CharField("文件名", max_length=120)
    media_type = models.CharField("类型", max_length=100, help_text="as checked when it came")
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    file = models.FileField("文件", upload_to="attachments", max_length=100)
    thumbnail = models.FileField("缩略图", upload_to="attachments", max_length=100, blank=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="上传人", related_name="+"
    )
    uploaded_at = models.DateTimeField("上传时间")
    space = models.BigIntegerField(
        "计入支部", null=True, blank=True, help_text="the branch in whose space it counts, by its key"
    )

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "附件"
        ordering = ["uploaded_at", "pk"]
        indexes = [models.Index(fields=["space"], include=["size"], name="attachment_space")]
        constraints = [
            models.UniqueConstraint(fields=["content_type", "object_id", "sha256"], name="attachment_once"),
            models.CheckConstraint(condition=Q(size__gt=0), name="attachment_size"),
        ]

    def __str__(self) -> str:
        return self.name


class SubmitToken(models.Model):
    """表单提交: one form that one person sent, and the page it led to; see core.submissions."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="用户", related_name="+")
    key = models.CharField("表单摘要", max_length=64)
    location = models.CharField("结果页", max_length=1000, blank=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "表单提交"
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="submit_token_once")]

    def __str__(self) -> str:
        return self.key


class WorkingDay(models.Model):
    """工作日历: an exception to Monday–Friday: a holiday, or a weekend day worked instead (调休)."""

    day = models.DateField("日期", unique=True)
    is_working = models.BooleanField("上班")
    name = models.CharField("说明", max_length=60, blank=True)
    is_guess = models.BooleanField("推测", default=False, help_text="官方安排公布前的推测，请管理员核对")

    class Meta:
        verbose_name = verbose_name_plural = "工作日历"
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {'上班' if self.is_working else '放假'}"


class Heartbeat(models.Model):
    """心跳: when a recurring job last ran; what the watchdog looks at."""

    name = models.CharField("任务", max_length=40, unique=True)
    beat_at = models.DateTimeField("最近一次")

    class Meta:
        verbose_name = verbose_name_plural = "心跳"

    def __str__(self) -> str:
        return self.name
