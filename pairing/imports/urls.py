"""Paths of imports; a ledger is named by its kind, with hyphens."""

from django.urls import path, register_converter

from pairing.imports import views
from pairing.imports.enums import LedgerKind


class LedgerConverter:
    """`plan-orders` ⇄ LedgerKind.PLAN_ORDERS; an unknown word is no address of this site."""

    regex = "[a-z_-]+"

    def to_python(self, value: str) -> LedgerKind:
        return LedgerKind(value.replace("-", "_"))

    def to_url(self, value: str) -> str:
        return str(value).replace("_", "-")


register_converter(LedgerConverter, "ledger")

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    path("imports/<ledger:kind>/", views.import_upload, name="import_upload"),
    path("imports/<ledger:kind>/preview/", views.import_preview, name="import_preview"),
    path("imports/<ledger:kind>/confirm/", views.import_confirm, name="import_confirm"),
    path("imports/<ledger:kind>/template/", views.import_template, name="import_template"),
]
