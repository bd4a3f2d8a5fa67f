"""Paths of ledgers."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
