"""Reviews: the rhythm of meetings."""

from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "pairing.reviews"
    verbose_name = "例会"

    def ready(self) -> None:
        from pairing.reviews import rules  # noqa: F401  registers the permissions
