"""The light of a pairing: green, yellow or red, always with the facts and what clears it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Count

from ledgers.models import Demand
from pairing.plans.models import Pairing, PlanOrder
from pairing.reviews.models import Review

RED_AT = 3  # this many late things together turn a yellow light red


@dataclass(frozen=True)
class Light:
    """The colour of one pairing with its reasons; no reasons means green."""

    pairing: Pairing
    reasons: tuple[str, ...]
    late_count: int

    @property
    def colour(self) -> str:
        if not self.late_count:
            return "green"
        return "red" if self.late_count >= RED_AT else "yellow"


def pairing_lights(pairings: Iterable[Pairing], *, today: date) -> list[Light]:
    """One light per pairing, red first, with three queries however many pairings there are."""
    rows = list(pairings)
    reviews = _by_pairing(Review.objects.owed(on=today).overdue(on=today), "series__pairing", rows)
    orders = _by_pairing(PlanOrder.objects.overdue(on=today), "pairing", rows)
    overdue = _overdue_by_branch(rows, today)
    lights = [_light(pairing, reviews, orders, overdue) for pairing in rows]
    return sorted(lights, key=lambda light: (-light.late_count, light.pairing.pk))


def _by_pairing(late: object, field: str, pairings: list[Pairing]) -> dict[int, int]:
    found = late.filter(**{f"{field}__in": pairings}).values_list(field)  # type: ignore[attr-defined]
    return dict(found.order_by().annotate(n=Count("pk")))


def _overdue_by_branch(pairings: list[Pairing], today: date) -> Counter[int]:
    branches = {pk for pairing in pairings for pk in (pairing.branch_a_id, pairing.branch_b_id)}
    late = Demand.objects.overdue(on=today).filter(branch__in=branches)
    return Counter(dict(late.order_by().values_list("branch").annotate(n=Count("pk"))))


def _light(pairing: Pairing, reviews: dict[int, int], orders: dict[int, int], overdue: Counter[int]) -> Light:
    late_reviews = reviews.get(pairing.pk, 0)
    late_orders = orders.get(pairing.pk, 0)
    late_demands = overdue[pairing.branch_a_id] + overdue[pairing.branch_b_id]
    reasons = []
    if late_reviews:
        reasons.append(f"最近一期的沟通、调度、研讨有 {late_reviews} 项没有按期开：补开并记录纪要后解除")
    if late_orders:
        reasons.append(f"{late_orders} 张定单超过完成时限：完成活动并验收，或双方商定新时限")
    if late_demands:
        reasons.append(f"双方有 {late_demands} 条需求逾期未办结：认领或办结后解除")
    return Light(pairing, tuple(reasons), late_reviews + late_orders + late_demands)
