"""Workbench: the page a person lands on, made of what every other app knows; no tables."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    name = "pairing.workbench"
    verbose_name = "工作台"
