"""Agreements: countable clauses, signatures, renewal, and the paper itself."""

from django.apps import AppConfig


class AgreementsConfig(AppConfig):
    name = "pairing.agreements"
    verbose_name = "协议"

    def ready(self) -> None:
        from core.attachments.registry import attachable
        from pairing.agreements import rules  # noqa: F401  registers the permissions
        from pairing.plans.models import Agreement

        change = "agreements.change_agreement"
        attachable("agreement", Agreement, change=change, branches=lambda row: row.pairing.branches)
