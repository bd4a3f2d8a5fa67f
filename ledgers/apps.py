"""Ledgers: what one branch declares."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class LedgersConfig(AppConfig):
    name = "ledgers"
    verbose_name = "台账"

    def ready(self) -> None:
        from core.attachments.registry import attachable
        from ledgers import rules  # noqa: F401  registers the permissions
        from ledgers.catalogue import seed_catalogue
        from ledgers.models import Demand, Resource

        attachable("demand", Demand, change="ledgers.change_demand")
        attachable("resource", Resource, change="ledgers.change_resource")
        post_migrate.connect(seed_catalogue, sender=self)
