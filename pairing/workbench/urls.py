"""Paths of the workbench."""

from django.urls import path

from pairing.workbench import views

urlpatterns = [
    path("", views.workbench, name="workbench"),
    path("workbench/pairings/", views.workbench_pairings, name="workbench_pairings"),
]
