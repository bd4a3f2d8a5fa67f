"""`make setup` sees what is wrong with an environment and makes room for another, whatever is there."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from django.conf import settings

SCRIPT = settings.BASE_DIR / "scripts" / "setup.py"


@pytest.fixture
def setup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script, for a checkout whose environment works and was made from its lock."""
    monkeypatch.syspath_prepend(str(SCRIPT.parent))
    spec = importlib.util.spec_from_file_location("setup_script", SCRIPT)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name in ("LOCK", "VENV", "STAMP", "PYTHON"):
        setattr(module, name, tmp_path / getattr(module, name).relative_to(module.ROOT))
    module.LOCK.touch()
    module.PYTHON.parent.mkdir(parents=True)
    module.PYTHON.symlink_to(sys.executable)
    module.STAMP.write_text(module.stamp())
    return module


def python_gone(setup: ModuleType) -> None:
    setup.PYTHON.unlink()
    setup.PYTHON.symlink_to("/nowhere/python3")


def python_no_program(setup: ModuleType) -> None:
    setup.PYTHON.unlink()
    setup.PYTHON.touch()


def stamp_garbage(setup: ModuleType) -> None:
    setup.STAMP.write_bytes(b"\xd2\x00")


def lock_newer(setup: ModuleType) -> None:
    setup.LOCK.write_text("django==5.2.19\n")


def interrupted(setup: ModuleType) -> None:
    setup.STAMP.unlink()


def test_environment_made_from_the_lock_is_ready(setup: ModuleType) -> None:
    assert setup.is_ready() is True


@pytest.mark.parametrize("spoil", [python_gone, python_no_program, stamp_garbage, lock_newer, interrupted])
def test_environment_that_will_not_do_is_not_ready(
    setup: ModuleType, spoil: Callable[[ModuleType], None]
) -> None:
    spoil(setup)
    assert setup.is_ready() is False


def test_room_is_made_in_the_place_of_a_folder_a_file_and_a_link(setup: ModuleType, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "kept").touch()

    setup.make_room()
    assert list(setup.VENV.iterdir()) == []
    setup.VENV.rmdir()
    setup.VENV.touch()
    setup.make_room()
    assert list(setup.VENV.iterdir()) == []
    setup.VENV.rmdir()
    setup.VENV.symlink_to(elsewhere)
    setup.make_room()
    assert (list(setup.VENV.iterdir()), setup.VENV.is_symlink()) == ([], False)
    assert [each.name for each in elsewhere.iterdir()] == ["kept"]
