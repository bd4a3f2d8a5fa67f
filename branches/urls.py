"""Paths of branches."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
