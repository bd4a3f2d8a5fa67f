"""The clauses of an agreement: what is promised on each of the 四联, and how often where that counts."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q

from core.fields import OneOfField
from core.models import TimeStampedModel
from ledgers.models import ServiceAspect
from pairing.activities.models import ActivityKind
from pairing.agreements.enums import ClauseKind, ClausePeriod
from pairing.plans.enums import Line
from pairing.plans.models import Agreement

UNITS = {ClauseKind.ORDER: "件"}  # everything else is counted in 次


class AgreementClauseQuerySet(models.QuerySet["AgreementClause"]):
    def current(self) -> AgreementClauseQuerySet:
        """The clauses of each agreement's newest version, with the rows they count."""
        rows = self.filter(version=F("agreement__version"))
        return rows.select_related("activity_kind", "aspect")

    def earlier(self) -> AgreementClauseQuerySet:
        """The clauses of versions that have been replaced, newest version first."""
        rows = self.filter(version__lt=F("agreement__version")).order_by("-version", "position")
        return rows.select_related("activity_kind", "aspect")


class AgreementClause(TimeStampedModel):
    """协议条款: one promise of one version; with a kind at least `target` of them in every `period`.

    Rows are never changed: an edit writes the clauses of the next version and keeps those before it.

    `activity_kind` narrows ACTIVITY to one row of the dictionary, `aspect` ORDER to one service direction.
    """

    agreement = models.ForeignKey(Agreement, models.CASCADE, verbose_name="协议", related_name="clauses")
    version = models.PositiveIntegerField("版本", default=1)
    position = models.PositiveSmallIntegerField("序号")
    line = OneOfField("四联类别", max_length=20, choices=Line)
    words = models.CharField("条款", max_length=300)
    kind = OneOfField("计数内容", max_length=20, choices=ClauseKind, blank=True)
    activity_kind = models.ForeignKey(
        ActivityKind, models.PROTECT, null=True, blank=True, verbose_name="活动类型", related_name="+"
    )
    aspect = models.ForeignKey(
        ServiceAspect, models.PROTECT, null=True, blank=True, verbose_name="服务方向", related_name="+"
    )
    target = models.PositiveSmallIntegerField(
        "不少于", null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(999)]
    )
    period = OneOfField("每", max_length=10, choices=ClausePeriod, blank=True)

    objects = AgreementClauseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "协议条款"
        ordering = ["agreement", "version", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "version", "position"], name="agreement_clause_position"
            ),
            models.CheckConstraint(
                condition=Q(kind="", target=None, period="") | ~Q(kind="") & Q(target__gte=1) & ~Q(period=""),
                name="agreement_clause_countable",
                violation_error_message="可计数的条款要写明次数和周期。",
            ),
            models.CheckConstraint(
                condition=(Q(activity_kind=None) | Q(kind="activity")) & (Q(aspect=None) | Q(kind="order")),
                name="agreement_clause_narrowed",
            ),
        ]

    def __str__(self) -> str:
        return self.words

    @property
    def unit(self) -> str:
        return UNITS.get(ClauseKind(self.kind), "次")

    @property
    def counted(self) -> str:
        """What is counted, in the words of the dictionaries."""
        if self.activity_kind is not None:
            return self.activity_kind.name
        if self.aspect is not None:
            return f"{self.aspect.name}类定单"
        return self.get_kind_display()

    @property
    def promise(self) -> str:
        """The countable part as a document writes it: 主题党日每季不少于 2 次; blank when not countable."""
        if not self.kind:
            return ""
        per = "期内" if self.period == ClausePeriod.TERM else f"每{self.get_period_display()}"
        return f"{self.counted}{per}不少于 {self.target} {self.unit}"
