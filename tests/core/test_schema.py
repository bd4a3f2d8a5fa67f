"""First migrations that create several models at once can be written anew (`makemigrations --update`)."""

import pytest
from django.db.migrations import CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.writer import MigrationWriter

from core.schema import CreateModels

FIRST = {
    app: migration
    for (app, _), migration in sorted(MigrationLoader(None).disk_migrations.items(), key=lambda item: item[0])
    if any(isinstance(operation, CreateModels) for operation in migration.operations)
}


@pytest.mark.parametrize("migration", FIRST.values(), ids=FIRST)
def test_first_migration_is_written_with_all_its_models(migration):
    written = MigrationWriter(migration).as_string()
    read: dict[str, object] = {}
    exec(compile(written, migration.app_label, "exec"), read)
    assert models_of(read["Migration"].operations) == models_of(migration.operations)


def models_of(operations):
    many = [model for each in operations if isinstance(each, CreateModels) for model in each.models]
    return [model.name for model in (*many, *operations) if isinstance(model, CreateModel)]
