"""Paths of the workbench."""

from django.urls import path

from pairing.workbench import views

urlpatterns = [
    path("search/", views.search, name="search"),
    path("", views.workbench, name="workbench"),
    path("pairings/<int:pk>/", views.pairing_detail, name="pairing_detail"),
    path("workbench/pairings/", views.workbench_pairings, name="workbench_pairings"),
]
