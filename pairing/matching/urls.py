"""Paths of matching."""

from django.urls import path

from pairing.matching.views import runs, studies, suggestions, weights

urlpatterns = [
    path("matching/", suggestions.matching, name="matching"),
    path("matching/<int:demand_pk>/<int:resource_pk>/claim/", suggestions.match_claim, name="match_claim"),
    path("hall/<int:pk>/matches/", suggestions.hall_matches, name="hall_matches"),
    path("matching/gaps/", studies.gap_list, name="gap_list"),
    path("matching/idle/", studies.idle_list, name="idle_list"),
    path("matching/re-pairing/", studies.repairing_detail, name="repairing_detail"),
    path("matching/weights/", weights.weights_edit, name="weights_edit"),
    path("match-runs/", runs.match_run_list, name="match_run_list"),
    path("match-runs/new/", runs.match_run_new, name="match_run_new"),
    path("match-runs/<int:pk>/", runs.match_run_detail, name="match_run_detail"),
    path("match-runs/<int:pk>/edit/", runs.match_run_edit, name="match_run_edit"),
    path("match-runs/<int:pk>/pin/<int:demand_pk>/", runs.match_run_pin, name="match_run_pin"),
    path("match-runs/<int:pk>/resolve/", runs.match_run_resolve, name="match_run_resolve"),
    path("match-runs/<int:pk>/update/", runs.match_run_update, name="match_run_update"),
    path("match-runs/<int:pk>/retry/", runs.match_run_retry, name="match_run_retry"),
    path("match-runs/<int:pk>/accept/", runs.match_run_accept, name="match_run_accept"),
]
