"""Plans: what two branches agree to do together."""

from django.apps import AppConfig


class PlansConfig(AppConfig):
    name = "pairing.plans"
    verbose_name = "结对与定单"

    def ready(self) -> None:
        from core.attachments.registry import attachable
        from ledgers.selectors import usage
        from pairing.plans import rules  # noqa: F401  registers the permissions
        from pairing.plans.models import OnBehalf, PlanOrder
        from pairing.plans.selectors.promises import visits_promised

        change = "plans.change_plan_order"
        attachable("plan_order", PlanOrder, change=change, branches=lambda row: row.pairing.branches)
        # Nobody may remove the paper behind a step, so it fills nobody's space.
        attachable("on_behalf", OnBehalf, change="plans.change_on_behalf", branches=lambda _row: [])
        usage.count_promises_with(visits_promised)
