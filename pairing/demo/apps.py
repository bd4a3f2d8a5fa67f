"""Demo: the article's own year as a county to try."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "pairing.demo"
    verbose_name = "演示"
