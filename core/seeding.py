"""What an app ships with: put into its tables by every `migrate` that finds them empty."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.apps import apps as all_apps
from django.db.models.signals import post_migrate


def seeded(config: AppConfig, seed: Callable[[], None]) -> None:
    """Call `seed` after each migration that leaves the app its tables – `migrate plans zero` takes them."""

    def after_migrate(*, apps: Any = all_apps, **_kwargs: Any) -> None:
        if config.label in apps.app_configs:
            seed()

    post_migrate.connect(after_migrate, sender=config, weak=False)
