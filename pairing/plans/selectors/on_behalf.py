"""How every export says that the county office took a step for a branch."""

from __future__ import annotations

from django.db.models import Prefetch

from pairing.plans.models import OnBehalf, PlanOrder

STEPS = OnBehalf.objects.select_related("branch").order_by("at", "pk")
# The steps on an order and on the claim it came from, for `on_behalf_words`.
ON_BEHALF = (Prefetch("on_behalf", STEPS), Prefetch("claim__on_behalf", STEPS))


def on_behalf_words(order: PlanOrder) -> str:
    """县党建办代某支部确认定单；… of an order read with ON_BEHALF; blank when the branches did every step."""
    rows = [*(order.claim.on_behalf.all() if order.claim else ()), *order.on_behalf.all()]
    return "；".join(f"县党建办代{row.branch}{row.get_step_display()}" for row in rows)
