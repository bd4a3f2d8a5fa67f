"""Paths of reports."""

from django.urls import path

from pairing.reports import views

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("dashboard/pairings/", views.dashboard_pairings, name="dashboard_pairings"),
    path("dashboard/figures/<slug:key>/", views.figure_detail, name="figure_detail"),
]
