"""Core: no domain word; what at least two apps need."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        from core.faults import reword
        from core.working_days import seed_working_days

        reword()
        post_migrate.connect(seed_working_days, sender=self)
