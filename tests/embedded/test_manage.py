"""`manage.py` works on a fresh checkout and speaks in sentences where it cannot."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import manage
from core.embedded import places, postgres


@pytest.fixture
def bare_environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """Return an environment with nothing set but the folder for data."""
    yield {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path)}
    postgres.stop(tmp_path / "postgres")


def run(*command: str | Path, environment: dict[str, str]) -> tuple[int, str, str]:
    done = subprocess.run(
        [sys.executable, *command], env=environment, cwd=places.ROOT, capture_output=True, text=True
    )
    return done.returncode, done.stdout, done.stderr


def test_database_command_starts_the_embedded_server(
    tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    status, output, _ = run("manage.py", "showmigrations", "contenttypes", environment=bare_environment)
    assert (status, output.splitlines()[0]) == (0, "contenttypes")
    assert postgres.is_running(tmp_path / "postgres") is True


def test_other_command_starts_nothing(tmp_path: Path, bare_environment: dict[str, str]) -> None:
    status, _, _ = run("manage.py", "diffsettings", environment=bare_environment)
    assert (status, list(tmp_path.iterdir())) == (0, [])


def test_folder_that_cannot_be_made_is_named(tmp_path: Path, bare_environment: dict[str, str]) -> None:
    (tmp_path / "file").touch()
    environment = bare_environment | {"VAR_DIR": str(tmp_path / "file")}
    assert run("manage.py", "migrate", environment=environment) == (
        1,
        "",
        f"Cannot write to {tmp_path}/file (File exists): "
        "make that folder yours, or set VAR_DIR to a folder that is.\n",
    )


def test_missing_environment_is_named(tmp_path: Path, bare_environment: dict[str, str]) -> None:
    shutil.copy(places.ROOT / "manage.py", tmp_path)
    # -S leaves out the installed packages, as the system's own Python would.
    outcome = run("-S", tmp_path / "manage.py", "migrate", environment=bare_environment)
    assert outcome == (1, "", "Django is not installed here: run `make setup` first.\n")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["migrate"], True),
        (["load_demo"], True),
        (["migrate", "--help"], False),
        (["check", "--deploy"], False),
        ([], False),
    ],
)
def test_needs_embedded_database(
    arguments: list[str], expected: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "pairing.settings")
    assert manage.needs_embedded_database(arguments) is expected


def test_needs_embedded_database_with_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://somebody@db/else")
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "pairing.settings")
    assert manage.needs_embedded_database(["migrate"]) is False
