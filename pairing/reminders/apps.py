"""Reminders: who is told what is due."""

from django.apps import AppConfig


class RemindersConfig(AppConfig):
    name = "pairing.reminders"
    verbose_name = "提醒"
