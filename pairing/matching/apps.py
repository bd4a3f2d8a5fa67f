"""Matching: resources matched to demands."""

from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "pairing.matching"
    verbose_name = "匹配"
