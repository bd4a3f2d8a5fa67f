"""Activities: what branches do together, when and where, and what came of it."""

from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "pairing.activities"
    verbose_name = "活动"

    def ready(self) -> None:
        from core.attachments.registry import attachable
        from core.seeding import seeded
        from pairing.activities import rules  # noqa: F401  registers the permissions
        from pairing.activities.dictionary import seed_dictionary
        from pairing.activities.models import Activity

        change = "activities.change_activity"
        attachable("activity", Activity, change=change, branches=lambda row: row.pairing.branches)
        seeded(self, seed_dictionary)
