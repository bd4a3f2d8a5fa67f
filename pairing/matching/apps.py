"""Matching: resources matched to demands."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "pairing.matching"
    verbose_name = "匹配"

    def ready(self) -> None:
        from pairing.matching import rules  # noqa: F401  registers the permissions
