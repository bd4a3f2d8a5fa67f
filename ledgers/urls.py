"""Paths of ledgers."""

from django.urls import URLPattern, path

from ledgers.services.demand_steps import STEPS
from ledgers.views import (
    catalogue,
    catalogue_edit,
    demands,
    duplicates,
    export,
    freshness,
    listing,
    lists,
    regrouping,
    resources,
    suggestions,
)


def _lines(level: str) -> list[URLPattern]:
    """The pages that write the lines of one level of the catalogue."""
    base, name, level_of = f"manage/service-{level}s", f"service_{level}", {"level": level}
    return [
        path(f"{base}/new/", catalogue_edit.entry_new, level_of, name=f"{name}_new"),
        path(f"{base}/<int:pk>/edit/", catalogue_edit.entry_edit, level_of, name=f"{name}_edit"),
        path(f"{base}/<int:pk>/retire/", catalogue_edit.entry_retire, level_of, name=f"{name}_retire"),
        path(f"{base}/<int:pk>/restore/", catalogue_edit.entry_restore, level_of, name=f"{name}_restore"),
        path(f"{base}/<int:pk>/delete/", catalogue_edit.entry_delete, level_of, name=f"{name}_delete"),
    ]


urlpatterns = [
    path("resources/", lists.resource_list, name="resource_list"),
    path("resources/export/", export.resource_export, name="resource_export"),
    path("resources/bulk/", lists.resource_bulk, name="resource_bulk"),
    path("resources/round/", freshness.resource_round, name="resource_round"),
    path("resources/views/save/", listing.view_save, {"page": "resource_list"}, name="resource_view_save"),
    path("resources/new/", resources.resource_new, name="resource_new"),
    path("resources/<int:pk>/", resources.resource_detail, name="resource_detail"),
    path("resources/<int:pk>/edit/", resources.resource_edit, name="resource_edit"),
    path("resources/<int:pk>/confirm/", freshness.resource_confirm, name="resource_confirm"),
    path("resources/<int:pk>/publish/", resources.resource_publish, name="resource_publish"),
    path("resources/<int:pk>/withdraw/", resources.resource_withdraw, name="resource_withdraw"),
    path("demands/", lists.demand_list, name="demand_list"),
    path("demands/export/", export.demand_export, name="demand_export"),
    path("demands/bulk/", lists.demand_bulk, name="demand_bulk"),
    path("demands/views/save/", listing.view_save, {"page": "demand_list"}, name="demand_view_save"),
    path("demands/new/", demands.demand_new, name="demand_new"),
    path("demands/<int:pk>/", demands.demand_detail, name="demand_detail"),
    path("demands/<int:pk>/edit/", demands.demand_edit, name="demand_edit"),
    path("demands/<int:pk>/split/", regrouping.demand_split_page, name="demand_split"),
    path("demands/<int:pk>/merge/", regrouping.demand_merge_page, name="demand_merge"),
    *(
        path(f"demands/<int:pk>/{step}/", demands.demand_step, {"step": step}, name=f"demand_{step}")
        for step in STEPS
    ),
    path("duplicates/", duplicates.duplicate_list, name="duplicate_list"),
    path("duplicates/settle/", duplicates.duplicate_settle, name="duplicate_settle"),
    path("views/<int:pk>/remove/", listing.view_remove, name="saved_view_remove"),
    path("service-items/confirm/", suggestions.item_confirm, name="item_confirm"),
    path("manage/service-items/", catalogue.service_item_list, name="service_item_list"),
    path("manage/service-items/try/", catalogue.service_item_try, name="service_item_try"),
    path("manage/service-items/export/", catalogue.service_item_export, name="service_item_export"),
    *_lines("item"),
    *_lines("aspect"),
]
