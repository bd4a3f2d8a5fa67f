"""Paths of imports; a ledger is named by its kind, with hyphens."""

from django.urls import path, register_converter

from pairing.imports.enums import LedgerKind
from pairing.imports.views import files, history


class LedgerConverter:
    """`plan-orders` ⇄ LedgerKind.PLAN_ORDERS; an unknown word is no address of this site."""

    regex = "[a-z_-]+"

    def to_python(self, value: str) -> LedgerKind:
        return LedgerKind(value.replace("-", "_"))

    def to_url(self, value: str) -> str:
        return str(value).replace("_", "-")


register_converter(LedgerConverter, "ledger")

urlpatterns = [
    path("imports/", files.import_list, name="import_list"),
    path("imports/history/", history.import_history, name="import_history"),
    path("imports/history/<int:pk>/undo/", history.import_undo, name="import_undo"),
    path("imports/<ledger:kind>/", files.import_upload, name="import_upload"),
    path("imports/<ledger:kind>/preview/", files.import_preview, name="import_preview"),
    path("imports/<ledger:kind>/columns/", files.import_columns, name="import_columns"),
    path("imports/<ledger:kind>/errors/", files.import_errors, name="import_errors"),
    path("imports/<ledger:kind>/confirm/", files.import_confirm, name="import_confirm"),
    path("imports/<ledger:kind>/template/", files.import_template, name="import_template"),
]
