"""Matching: resources matched to demands."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "pairing.matching"
    verbose_name = "匹配"

    def ready(self) -> None:
        from pairing.matching import checks, rules  # noqa: F401  register what is checked and who may what
