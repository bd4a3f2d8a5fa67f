"""Core: no domain word; what at least two apps need."""

from django.apps import AppConfig


def seed_working_days() -> None:
    """Load the tables of holidays, a quarter of a second, only in a program that migrates."""
    from core import public_holidays

    public_holidays.seed_working_days()


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"

    def ready(self) -> None:
        from core.faults import reword
        from core.seeding import seeded

        reword()
        seeded(self, seed_working_days)
