"""What two paired branches promise each other, version by version, until both have signed."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pghistory
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import F, Q
from django.urls import reverse

from core.fields import OneOfField
from core.models import Attachment, TimeStampedModel
from pairing.plans.enums import AGREEMENT_OPEN, AgreementState
from pairing.plans.models.pairings import Pairing

if TYPE_CHECKING:
    from branches.models import User

EXPIRING_DAYS = 60  # the first warning before the last day


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, user: User) -> AgreementQuerySet:
        if user.sees_county:
            return self
        return self.filter(
            Q(pairing__branch_a__in=user.branch_ids) | Q(pairing__branch_b__in=user.branch_ids)
        )


@pghistory.track()
class Agreement(TimeStampedModel):
    """共建协议: what a pairing promises for a term, both ends inclusive.

    Every edit raises `version` and voids the signatures; with the second signature it is in force, and the
    agreement before it (`renews`) is renewed. Expiring and expired are computed, never stored.
    """

    pairing = models.ForeignKey(Pairing, models.PROTECT, verbose_name="结对", related_name="agreements")
    number = models.CharField("协议编号", max_length=60, unique=True)
    renews = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, verbose_name="续签自", related_name="renewals"
    )
    version = models.PositiveIntegerField("版本", default=1)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    principles = models.TextField("共建原则", max_length=1000, blank=True)
    aims = models.TextField("共建目标", blank=True)
    content = models.TextField("共建内容", blank=True)
    duties_a = models.TextField("甲方权利义务", max_length=1000, blank=True)
    duties_b = models.TextField("乙方权利义务", max_length=1000, blank=True)
    mechanism = models.TextField("工作机制", max_length=1000, blank=True)
    signed_on_a = models.DateField("甲方签约日期", null=True, blank=True)
    signed_on_b = models.DateField("乙方签约日期", null=True, blank=True)
    signed_on = models.DateField("签约日期", null=True, blank=True, help_text="the later of the two")
    state = OneOfField("状态", max_length=20, choices=AgreementState, default=AgreementState.DRAFT)
    end_summary = models.TextField("终止说明", max_length=2000, blank=True)

    files = GenericRelation(Attachment)  # the signed paper, scanned

    objects = AgreementQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "共建协议"
        ordering = ["-starts_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="agreement_term",
                violation_error_message="协议结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force")
                | Q(signed_on__isnull=False, signed_on_a__isnull=False, signed_on_b__isnull=False),
                name="agreement_in_force_is_signed",
                violation_error_message="生效的协议必须有双方的签约日期。",
            ),
            models.UniqueConstraint(
                fields=["pairing"], condition=Q(state="in_force"), name="agreement_one_in_force"
            ),
            models.UniqueConstraint(
                fields=["pairing"],
                condition=Q(state__in=["draft", "to_sign"]),
                name="agreement_one_open",
                violation_error_message="这对支部已有一份协议在拟或待签。",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("agreement_detail", args=[self.pk])

    @property
    def is_open(self) -> bool:
        """Whether it is still drafted or waits for a signature."""
        return self.state in AGREEMENT_OPEN

    @property
    def is_in_force(self) -> bool:
        return self.state == AgreementState.IN_FORCE

    def is_expired(self, on: date) -> bool:
        return self.is_in_force and self.ends_on is not None and self.ends_on < on

    def is_expiring(self, on: date) -> bool:
        """Whether its last day is at most EXPIRING_DAYS away and not past."""
        if not self.is_in_force or self.ends_on is None:
            return False
        return on <= self.ends_on <= on + timedelta(days=EXPIRING_DAYS)

    def standing(self, on: date) -> tuple[str, str]:
        """The state as shown on a day, with its word; what the dates of a signed one say is computed."""
        if self.is_in_force and on < self.starts_on:
            return "upcoming", "已签待执行"
        if self.is_expired(on):
            return "expired", "已到期"
        if self.is_expiring(on):
            return "expiring", "即将到期"
        return self.state, self.get_state_display()
