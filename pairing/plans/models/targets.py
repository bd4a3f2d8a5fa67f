"""What an order is meant to reach, in the metrics that the records of its activities count by."""

from __future__ import annotations

from decimal import Decimal

import pghistory
from django.db import models
from django.db.models import Q

from core.fields import OneOfField
from core.models import TimeStampedModel
from pairing.plans.enums import Aggregation, Line
from pairing.plans.models.orders import PlanOrder

# Units of which there is no half; money, weights and areas have parts, and so may units not named here.
WHOLE_UNITS = frozenset({
    "件", "条", "份", "起", "家", "户", "人", "名", "位", "人次", "次", "场", "场次", "期", "个", "项", "本",
    "册", "套", "台", "张", "篇", "例", "处", "单",
})  # fmt: skip


class Metric(models.Model):
    """指标: what an order aims at and an outcome counts, in which unit, and how several values make one.

    `line` says under which of the 四联 it is looked for; blank for what every activity may count.
    """

    name = models.CharField("名称", max_length=40, unique=True)
    unit = models.CharField("单位", max_length=10, blank=True)
    aggregation = OneOfField("汇总方式", max_length=10, choices=Aggregation, default=Aggregation.SUM)
    is_approximate = models.BooleanField("约数", default=False)
    line = OneOfField("四联类别", max_length=20, choices=Line, blank=True)
    position = models.PositiveSmallIntegerField("排序", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "指标"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """The name with the unit, said once: some workbooks write the unit into the name."""
        bare = not self.unit or self.name.endswith((f"({self.unit})", f"（{self.unit}）"))
        return self.name if bare else f"{self.name}（{self.unit}）"

    def fault_of(self, value: Decimal) -> str | None:
        """Why this metric cannot have the value; None when it can."""
        if self.unit in WHOLE_UNITS and value % 1:
            return f"“{self.name}”按{self.unit}计，请填整数。"
        return None


@pghistory.track()
class OrderTarget(TimeStampedModel):
    """预期指标: the value that the activities of an order are to reach together by one metric.

    Part of what both sides confirm: it is written with the order's next version only.
    """

    plan_order = models.ForeignKey(PlanOrder, models.CASCADE, verbose_name="定单", related_name="targets")
    metric = models.ForeignKey(Metric, models.PROTECT, verbose_name="指标", related_name="targets")
    value = models.DecimalField("目标值", max_digits=14, decimal_places=2)

    class Meta:
        verbose_name = verbose_name_plural = "预期指标"
        ordering = ["plan_order", "metric__position", "metric"]
        constraints = [
            models.UniqueConstraint(fields=["plan_order", "metric"], name="order_target_once"),
            models.CheckConstraint(
                condition=Q(value__gt=0),
                name="order_target_value",
                violation_error_message="目标值须大于 0。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} {self.value}"
