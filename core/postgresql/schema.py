"""Lets a migration change the check that a field of `core.fields` puts into its column."""

from __future__ import annotations

from typing import Any

from django.db.backends.postgresql.schema import DatabaseSchemaEditor
from django.db.models import Field


class SchemaEditor(DatabaseSchemaEditor):
    """Django's own, which asks a field for its check when it makes the column, and not when it changes it."""

    def _field_db_check(self, field: Field[Any, Any], field_db_params: dict[str, Any]) -> str | None:
        """Return the check by a name that stays when the column is renamed, so that renaming changes none."""
        check: str = field_db_params["check"] or ""
        return check.replace(self.quote_name(field.column or ""), '"__column_name__"') or None
