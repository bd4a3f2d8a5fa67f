"""Handovers: one step on a day moves a seat with everything open that carries its holder's name."""

from django.apps import AppConfig


class HandoversConfig(AppConfig):
    name = "pairing.handovers"
    verbose_name = "交接"

    def ready(self) -> None:
        from pairing.handovers import rules  # noqa: F401  registers the permissions
