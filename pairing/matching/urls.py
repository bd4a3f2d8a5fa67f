"""Paths of matching."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
