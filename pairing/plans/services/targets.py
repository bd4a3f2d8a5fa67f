"""Checking and writing the expected metrics of an order as one list."""

from __future__ import annotations

from core.errors import DomainError
from pairing.plans.models import Metric, OrderTarget, PlanOrder
from pairing.plans.selectors.targets import Targets

MOST = 10  # expected metrics of one order


def check_targets(targets: Targets) -> None:
    """Refuse too many targets, one that is not positive, and a metric that is not in the dictionary.

    Raises:
        DomainError: naming the metric.
    """
    if len(targets) > MOST:
        raise DomainError(f"一张定单最多 {MOST} 项预期指标，现在是 {len(targets)} 项，请只留最要紧的。")
    names = dict(Metric.objects.filter(pk__in=targets).values_list("pk", "name"))
    for metric, value in targets.items():
        if metric not in names:
            raise DomainError("有一项预期指标已不在指标目录里，请刷新页面后重新选择。")
        if value <= 0:
            raise DomainError(f"预期指标“{names[metric]}”的目标值须大于 0；不需要这一项就清空。")


def write_targets(order: PlanOrder, targets: Targets) -> None:
    """Make the targets of a locked order what a checked list says."""
    stored = {target.metric_id: target for target in order.targets.all()}
    order.targets.exclude(metric__in=targets).delete()
    for metric, value in targets.items():
        target = stored.get(metric) or OrderTarget(plan_order=order, metric_id=metric)
        if target.value != value:
            target.value = value
            target.save()
