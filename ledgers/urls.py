"""Paths of ledgers."""

from django.urls import path

from ledgers.services.demand_steps import STEPS
from ledgers.views import catalogue, demands, export, resources

urlpatterns = [
    path("resources/", resources.resource_list, name="resource_list"),
    path("resources/export/", export.resource_export, name="resource_export"),
    path("resources/new/", resources.resource_new, name="resource_new"),
    path("resources/<int:pk>/", resources.resource_detail, name="resource_detail"),
    path("resources/<int:pk>/edit/", resources.resource_edit, name="resource_edit"),
    path("resources/<int:pk>/publish/", resources.resource_publish, name="resource_publish"),
    path("resources/<int:pk>/withdraw/", resources.resource_withdraw, name="resource_withdraw"),
    path("demands/", demands.demand_list, name="demand_list"),
    path("demands/export/", export.demand_export, name="demand_export"),
    path("demands/new/", demands.demand_new, name="demand_new"),
    path("demands/<int:pk>/", demands.demand_detail, name="demand_detail"),
    path("demands/<int:pk>/edit/", demands.demand_edit, name="demand_edit"),
    *(
        path(f"demands/<int:pk>/{step}/", demands.demand_step, {"step": step}, name=f"demand_{step}")
        for step in STEPS
    ),
    path("manage/service-items/", catalogue.service_item_list, name="service_item_list"),
]
