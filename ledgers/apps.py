"""Ledgers: what one branch declares."""

from django.apps import AppConfig


class LedgersConfig(AppConfig):
    name = "ledgers"
    verbose_name = "台账"

    def ready(self) -> None:
        from core.attachments.registry import attachable
        from core.seeding import seeded
        from ledgers import rules  # noqa: F401  registers the permissions
        from ledgers.catalogue import seed_catalogue
        from ledgers.models import Demand, Resource

        for name, model in (("demand", Demand), ("resource", Resource)):
            attachable(name, model, change=f"ledgers.change_{name}", branches=lambda row: [row.branch])
        seeded(self, seed_catalogue)
