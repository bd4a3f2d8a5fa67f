"""Paths of matching."""

from django.urls import path

from pairing.matching import views

urlpatterns = [
    path("matching/", views.matching, name="matching"),
    path("matching/<int:demand_pk>/<int:resource_pk>/claim/", views.match_claim, name="match_claim"),
    path("match-runs/", views.match_run_list, name="match_run_list"),
    path("match-runs/new/", views.match_run_new, name="match_run_new"),
    path("match-runs/<int:pk>/", views.match_run_detail, name="match_run_detail"),
]
