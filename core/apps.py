"""Core: no domain word; what at least two apps need."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        from core.faults import reword
        from core.seeding import seeded
        from core.working_days import seed_working_days

        reword()
        seeded(self, seed_working_days)
