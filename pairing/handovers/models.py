"""A handover of one seat from one person to another on a day."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse

from branches.models import Branch, Membership
from core.fields import OneOfField
from core.models import TimeStampedModel
from pairing.handovers.enums import HandoverState

if TYPE_CHECKING:
    from branches.models import User


class HandoverQuerySet(models.QuerySet["Handover"]):
    def due(self, *, on: date) -> HandoverQuerySet:
        return self.filter(state=HandoverState.PLANNED, on__lte=on)

    def visible_to(self, user: User) -> HandoverQuerySet:
        return self if user.sees_county else self.filter(seat__branch__in=user.staff_branch_ids)


@pghistory.track()
class Handover(TimeStampedModel):
    """交接: from `on` the successor holds the seat and what is open in it.

    `moved` is label → count; `left` holds a sentence for each activity that stayed with the leaver.
    """

    seat = models.ForeignKey(Membership, models.PROTECT, verbose_name="岗位", related_name="handovers")
    successor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="接任人", related_name="+"
    )
    on = models.DateField("交接日期")
    note = models.CharField("说明", max_length=300, blank=True)
    state = OneOfField("状态", max_length=10, choices=HandoverState, default=HandoverState.PLANNED)
    state_reason = models.CharField("取消理由", max_length=300, blank=True)
    planned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+"
    )
    done_at = models.DateTimeField("交接时间", null=True, blank=True)
    moved = models.JSONField("移交内容", default=dict, blank=True)
    left = models.JSONField("没有移交的", default=list, blank=True)

    objects = HandoverQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "交接"
        ordering = ["-on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["seat"], condition=Q(state="planned"), name="handover_one_planned"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) | ~Q(state="done") & Q(done_at=None),
                name="handover_done_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state="cancelled") | ~Q(state_reason=""), name="handover_cancel_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.seat.get_role_display()}：{self.leaver} → {self.successor}"

    def get_absolute_url(self) -> str:
        return reverse("handover_detail", args=[self.pk])

    @property
    def branch(self) -> Branch:
        return self.seat.branch

    @property
    def leaver(self) -> User:
        return self.seat.user

    @property
    def is_planned(self) -> bool:
        return self.state == HandoverState.PLANNED
