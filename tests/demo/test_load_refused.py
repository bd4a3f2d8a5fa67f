"""load_demo refuses a database that holds somebody else's work, and leaves it alone."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories.branches import BranchFactory, UserFactory


def load_demo(folder: Path) -> None:
    call_command("load_demo", accounts=folder / "demo-accounts.txt", stdout=StringIO())


@pytest.mark.django_db
def test_load_demo_leaves_other_data_alone(tmp_path: Path) -> None:
    BranchFactory()
    with pytest.raises(CommandError) as refusal:
        load_demo(tmp_path)
    assert str(refusal.value) == (
        "The database already holds organisations; the demo only fills an empty one."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_load_demo_leaves_other_peoples_logins_alone(tmp_path: Path) -> None:
    UserFactory(username="office", email="wang@county.example")
    with pytest.raises(CommandError) as refusal:
        load_demo(tmp_path)
    assert str(refusal.value) == "These logins exist and are not the demo's: office."
    assert list(tmp_path.iterdir()) == []
