"""Imports: the six workbooks, in their order."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    name = "pairing.imports"
    verbose_name = "导入"

    def ready(self) -> None:
        from pairing.imports import rules  # noqa: F401  registers the permissions
