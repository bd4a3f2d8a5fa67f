"""Agreements: countable clauses, signatures, renewal, and the paper itself."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "pairing.agreements"
    verbose_name = "协议"

    def ready(self) -> None:
        from pairing.agreements import rules  # noqa: F401  registers the permissions
