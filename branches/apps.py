"""Branches: who takes part."""

from django.apps import AppConfig


class BranchesConfig(AppConfig):
    name = "branches"
    verbose_name = "党组织"

    def ready(self) -> None:
        from branches import rules  # noqa: F401  registers the permissions
