"""Paths of handovers."""

from django.urls import path

from pairing.handovers import views

urlpatterns = [
    path("handovers/", views.handover_list, name="handover_list"),
    path("handovers/<int:pk>/", views.handover_detail, name="handover_detail"),
    path("handovers/<int:pk>/cancel/", views.handover_cancel, name="handover_cancel"),
    path("memberships/<int:pk>/hand-over/", views.handover_new, name="handover_new"),
]
