"""The Celery application of beat: it rings tasks by name, so it loads none of them nor their engines."""

import os

from celery import Celery

from pairing import filebroker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pairing.settings_production")
os.environ.setdefault("CELERY_SKIP_CHECKS", "true")  # they load every page; web server and worker run them

filebroker.install()
app = Celery("clock")
app.config_from_object("django.conf:settings", namespace="CELERY")
