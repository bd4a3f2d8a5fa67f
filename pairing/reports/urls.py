"""Paths of reports."""

from django.urls import path

from pairing.reports import closures, views

urlpatterns = [
    path("demands/closures/export/", closures.closure_export, name="closure_export"),
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/pairings/", views.dashboard_pairings, name="dashboard_pairings"),
    path("dashboard/figures/<slug:key>/", views.figure_detail, name="figure_detail"),
]
