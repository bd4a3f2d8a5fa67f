"""A demo whose tables were made by migrations that have been rewritten since says that it starts over."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError

from pairing.demo import places, prepare

pytestmark = pytest.mark.django_db


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the demo keeps what its migrations said, after a start with those of today."""
    monkeypatch.setattr(places, "TABLES", tmp_path / "demo-tables.json")
    prepare.migrate()
    return places.TABLES


def test_demo_of_the_same_migrations_goes_on(record: Path) -> None:
    before = record.read_text()
    prepare.migrate()
    assert record.read_text() == before
    assert {"branches.0001_initial", "plans.0001_initial"} <= json.loads(before).keys()
    assert not any(name.startswith("auth.") for name in json.loads(before))


def test_tables_of_a_rewritten_migration_are_not_gone_on_with(record: Path) -> None:
    other = json.dumps(json.loads(record.read_text()) | {"plans.0001_initial": "another"})
    record.write_text(other)
    with pytest.raises(CommandError, match=r"made by an earlier version .* `make demo-reset`"):
        prepare.migrate()
    assert record.read_text() == other


def test_nothing_hangs_on_a_migration_that_never_was_applied(record: Path) -> None:
    record.write_text(json.dumps(json.loads(record.read_text()) | {"plans.0002_gone": "another"}))
    prepare.migrate()
    assert "plans.0002_gone" not in json.loads(record.read_text())
