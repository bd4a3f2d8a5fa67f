"""The Celery application. Messages are only a doorbell: every task looks at the database for its work."""

import os

from celery import Celery

from core.garbage import keep_freed
from pairing import filebroker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings_production")

keep_freed()
filebroker.install()
app = Celery("pairing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
