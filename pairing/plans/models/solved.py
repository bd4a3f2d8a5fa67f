"""Problems that were solved without ever standing in a ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.models import Branch
from core.models import TimeStampedModel

if TYPE_CHECKING:
    from branches.models import User


class SolvedProblemQuerySet(models.QuerySet["SolvedProblem"]):
    def visible_to(self, user: User) -> SolvedProblemQuerySet:
        """Own branches' problems, those they helped to solve, and their partners'."""
        if user.sees_county:
            return self
        own = user.branch_ids
        partners = Branch.objects.partnered_with(own).values("pk")
        return self.filter(Q(branch__in=own) | Q(helper__in=own) | Q(branch__in=partners))


@pghistory.track()
class SolvedProblem(TimeStampedModel):
    """账外解决的问题: solved at once, on a visit or by a telephone call; counted apart from demands."""

    branch = models.ForeignKey(
        Branch, models.PROTECT, verbose_name="谁的问题", related_name="solved_problems"
    )
    helper = models.ForeignKey(
        Branch, models.PROTECT, null=True, blank=True, verbose_name="帮忙的支部", related_name="+"
    )
    title = models.CharField("什么问题", max_length=120)
    how = models.TextField("怎样解决的", max_length=1000)
    solved_on = models.DateField("解决日期")
    people_count = models.PositiveIntegerField("受益人数", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name="登记人", related_name="+"
    )

    objects = SolvedProblemQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "账外解决的问题"
        ordering = ["-solved_on", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(helper__isnull=True) | ~Q(helper=F("branch")),
                name="solved_problem_other_helper",
                violation_error_message="帮忙的支部不能是问题所在的支部；自己解决的请留空。",
            ),
            models.CheckConstraint(condition=~Q(how=""), name="solved_problem_how"),
        ]

    def __str__(self) -> str:
        return self.title
