"""The expected metrics of an order: read, said in words, two versions merged, and what has been reached.

A list of targets is a mapping metric id → value, for an order aims at each metric once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import prefetch_related_objects

from core.wording import quantity
from pairing.plans.enums import Aggregation
from pairing.plans.models import Metric, OrderTarget, PlanOrder

Targets = Mapping[int, Decimal]


def targets_of(order: PlanOrder) -> dict[int, Decimal]:
    """The targets of an order as they are stored."""
    return dict(order.targets.values_list("metric", "value"))


def targets_in_words(targets: Targets) -> str:
    """One line for each target, as the trail and the comparison of two versions show them."""
    metrics = Metric.objects.filter(pk__in=targets)
    return "\n".join(f"{metric.label}：{quantity(targets[metric.pk])}" for metric in metrics)


def targets_merged(mine: Targets, seen: Targets, theirs: Targets) -> dict[int, Decimal]:
    """Both lists in one, for somebody who saw `seen`: what I changed stays mine, the rest is theirs."""
    merged = {
        metric: mine.get(metric) if mine.get(metric) != seen.get(metric) else theirs.get(metric)
        for metric in {**theirs, **mine}
    }
    return {metric: value for metric, value in merged.items() if value is not None}


def targets_as_json(targets: Targets) -> dict[str, str]:
    """Give the targets as a JSON column or a hidden field keeps them."""
    return {str(metric): str(value) for metric, value in targets.items()}


def targets_from_json(data: Mapping[str, str]) -> dict[int, Decimal]:
    """Read what `targets_as_json` gave."""
    return {int(metric): Decimal(value) for metric, value in data.items()}


def seen_targets(text: str) -> dict[int, Decimal]:
    """Read the hidden field that says which targets a page showed; empty for anything else."""
    try:
        return targets_from_json(json.loads(text))
    except (ValueError, TypeError, AttributeError, InvalidOperation):
        return {}


@dataclass(frozen=True)
class TargetRow:
    """One expected metric, and what the archived activities of the order have recorded of it."""

    target: OrderTarget
    reached: Decimal | None

    @property
    def wanted(self) -> Decimal:
        return self.target.value

    @property
    def is_reached(self) -> bool:
        return self.reached is not None and self.reached >= self.wanted


def target_rows(order: PlanOrder) -> list[TargetRow]:
    """The targets of an order with what was recorded; nothing recorded yet is None.

    Activities and outcomes sit in a layer above; only the names of their relations are used here.
    """
    targets = list(order.targets.select_related("metric"))
    held: list[Any] = [each for each in order.activities.all() if targets and each.state == "archived"]
    prefetch_related_objects(held, "outcomes")
    recorded: dict[int, list[Decimal]] = {}
    for activity in held:
        for outcome in activity.outcomes.all():
            recorded.setdefault(outcome.metric_id, []).append(outcome.value)
    return [TargetRow(target, _together(target.metric, recorded.get(target.metric_id))) for target in targets]


def _together(metric: Metric, values: list[Decimal] | None) -> Decimal | None:
    """Several recorded values, oldest first, as the one that the metric makes of them."""
    if not values:
        return None
    return values[-1] if metric.aggregation == Aggregation.LATEST else sum(values, Decimal(0))
