"""Reports: figures and documents; no tables of its own."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "pairing.reports"
    verbose_name = "报表"
