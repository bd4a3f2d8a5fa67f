"""Two branches for a term."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.urls import reverse

from branches.models import Branch
from core.fields import OneOfField
from core.models import TimeStampedModel
from pairing.plans.enums import PairingKind, PairingState

if TYPE_CHECKING:
    from branches.models import User


class PairingQuerySet(models.QuerySet["Pairing"]):
    def active(self) -> PairingQuerySet:
        """Running pairings for a term; see `supporting` for the other kind."""
        return self.filter(kind=PairingKind.TERM, state=PairingState.ACTIVE)

    def supporting(self) -> PairingQuerySet:
        """Running 县内支援: two branches that share one matter and nothing else."""
        return self.filter(kind=PairingKind.SUPPORT, state=PairingState.ACTIVE)

    def of_branches(self, branch_ids: object) -> PairingQuerySet:
        return self.filter(Q(branch_a__in=branch_ids) | Q(branch_b__in=branch_ids))

    def between(self, first: Branch | int, second: Branch | int) -> PairingQuerySet:
        """The pairings of two branches, whichever of them is 甲方."""
        return self.filter(Q(branch_a=first, branch_b=second) | Q(branch_a=second, branch_b=first))

    def visible_to(self, user: User) -> PairingQuerySet:
        return self if user.sees_county else self.of_branches(user.branch_ids)


@pghistory.track()
class Pairing(TimeStampedModel):
    """结对: two branches for a term. 甲方 and 乙方 only order the names; a pair is one either way round.

    A claim across no pairing makes one of kind SUPPORT. It carries the claim, its order and their activities,
    opens neither ledger, owes no meetings, counts in no figure of pairs, and ends with its last order.
    """

    kind = OneOfField("性质", max_length=10, choices=PairingKind, default=PairingKind.TERM)
    branch_a = models.ForeignKey(Branch, models.PROTECT, verbose_name="甲方", related_name="pairings_as_a")
    branch_b = models.ForeignKey(Branch, models.PROTECT, verbose_name="乙方", related_name="pairings_as_b")
    liaison_a = models.CharField("甲方联络员", max_length=60, blank=True)
    liaison_b = models.CharField("乙方联络员", max_length=60, blank=True)
    starts_on = models.DateField("开始日期")
    ends_on = models.DateField("结束日期", null=True, blank=True)
    aims = models.TextField("共建目标", blank=True)
    state = OneOfField("状态", max_length=10, choices=PairingState, default=PairingState.ACTIVE)
    end_reason = models.CharField("结束说明", max_length=300, blank=True)
    end_summary = models.TextField("共建总结", max_length=2000, blank=True)

    objects = PairingQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "结对"
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(branch_a=F("branch_b")),
                name="pairing_not_with_itself",
                violation_error_message="支部不能和自己结对，请选择另一个支部。",
            ),
            models.UniqueConstraint(
                Least("branch_a", "branch_b"),
                Greatest("branch_a", "branch_b"),
                "kind",
                condition=Q(state="active"),
                name="pairing_once_while_active",
                violation_error_message="这两个支部已经在结对中，不能重复结对。",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="pairing_term",
                violation_error_message="结对结束日期不能早于开始日期。",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ends_on__isnull=False), name="pairing_ended_has_date"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch_a}—{self.branch_b}"

    def get_absolute_url(self) -> str:
        return reverse("pairing_detail", args=[self.pk])

    @property
    def is_active(self) -> bool:
        return self.state == PairingState.ACTIVE

    @property
    def is_support(self) -> bool:
        return self.kind == PairingKind.SUPPORT

    @property
    def branches(self) -> tuple[Branch, Branch]:
        return self.branch_a, self.branch_b

    def has(self, branch_id: int) -> bool:
        return branch_id in (self.branch_a_id, self.branch_b_id)

    def partner_of(self, branch_id: int) -> Branch:
        """The other side of `branch_id`."""
        return self.branch_b if branch_id == self.branch_a_id else self.branch_a
