"""Steps that the county office took for a branch that has no account yet or does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from pairing.plans.enums import OnBehalfStep
from pairing.plans.models.agreements import Agreement
from pairing.plans.models.changes import ChangeRequest
from pairing.plans.models.claims import Claim
from pairing.plans.models.orders import PlanOrder
from pairing.plans.models.pairings import Pairing

if TYPE_CHECKING:
    from branches.models import User


class OnBehalfQuerySet(models.QuerySet["OnBehalf"]):
    def visible_to(self, user: User) -> OnBehalfQuerySet:
        if user.sees_county:
            return self
        return self.filter(
            Q(pairing__branch_a__in=user.branch_ids) | Q(pairing__branch_b__in=user.branch_ids)
        )


class OnBehalf(TimeStampedModel):
    """代确认: one step on one claim, order or agreement, taken by the office in the name of `branch`.

    `version` is the version of the order or agreement that the step made or confirmed; a later one needs a
    new step. An answer to a change names the change beside its order. The paper is the row's one attachment.
    """

    pairing = models.ForeignKey(Pairing, models.PROTECT, verbose_name="结对", related_name="on_behalf")
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="代哪个支部", related_name="+")
    step = OneOfField("步骤", max_length=20, choices=OnBehalfStep)
    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, blank=True, verbose_name="认领", related_name="on_behalf"
    )
    order = models.ForeignKey(
        PlanOrder, models.PROTECT, null=True, blank=True, verbose_name="定单", related_name="on_behalf"
    )
    agreement = models.ForeignKey(
        Agreement, models.PROTECT, null=True, blank=True, verbose_name="协议", related_name="on_behalf"
    )
    change = models.OneToOneField(
        ChangeRequest,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name="变更申请",
        related_name="on_behalf",
    )
    version = models.PositiveIntegerField("版本", default=1)
    reason = models.CharField("理由", max_length=300)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="办理人", related_name="+"
    )
    at = models.DateTimeField("办理时间")

    objects = OnBehalfQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "代确认"
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(step="claim_accept", claim__isnull=False, order=None, agreement=None, change=None)
                | Q(
                    step__in=["order_confirm", "order_accept"],
                    order__isnull=False,
                    claim=None,
                    agreement=None,
                    change=None,
                )
                | Q(
                    step__in=["change_accept", "change_decline"],
                    order__isnull=False,
                    change__isnull=False,
                    claim=None,
                    agreement=None,
                )
                | Q(step="agreement_sign", agreement__isnull=False, claim=None, order=None, change=None),
                name="on_behalf_one_target",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="on_behalf_has_reason"),
            models.UniqueConstraint(
                fields=["step", "branch", "claim", "order", "agreement", "change", "version"],
                nulls_distinct=False,
                name="on_behalf_once",
            ),
        ]

    def __str__(self) -> str:
        return f"县党建办代{self.branch}：{self.get_step_display()}"
