"""What branches do together, and the composition root: settings, URLs, Celery."""

from pairing.celery import app as celery_app

__all__ = ["celery_app"]
