"""`manage.py` works on a fresh checkout and speaks in sentences where it cannot."""

import json
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


def test_commands_bring_the_server_and_then_the_tables_along(
    tmp_path: Path, bare_environment: dict[str, str]
) -> None:
    status, output, _ = run("manage.py", "showmigrations", "contenttypes", environment=bare_environment)
    assert (status, output.splitlines()[:2]) == (0, ["contenttypes", " [ ] 0001_initial"])
    assert postgres.is_running(tmp_path / "postgres") is True

    metrics = ("manage.py", "metrics", "--from", "2025-01-01", "--to", "2025-11-28")
    elsewhere = bare_environment | {"DATABASE_URL": postgres.url(tmp_path / "postgres")}
    assert run(*metrics, environment=elsewhere) == (
        1,
        "",
        "The database lacks tables of this version: run `manage.py migrate` first.\n",
    )
    status, output, told = run(*metrics, "--json", environment=bare_environment)
    assert (status, told) == (0, "Creating the tables of a new database …\n")
    assert set(json.loads(output).values()) == {0}


def test_two_commands_at_once_on_a_new_database_make_its_tables_once(
    bare_environment: dict[str, str],
) -> None:
    assert run("manage.py", "showmigrations", "contenttypes", environment=bare_environment)[0] == 0
    command = [sys.executable, "manage.py", "metrics", "--from", "2025-01-01", "--to", "2025-11-28", "--json"]
    both = [
        subprocess.Popen(
            command,
            env=bare_environment,
            cwd=places.ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    told = [each.communicate() for each in both]
    assert [each.returncode for each in both] == [0, 0]
    assert sorted(errors for _, errors in told) == ["", "Creating the tables of a new database …\n"]
    assert [set(json.loads(output).values()) for output, _ in told] == [{0}, {0}]


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


@pytest.fixture
def bare_checkout(tmp_path: Path) -> Path:
    """Return a folder with manage.py and a setup that makes an environment without Django."""
    (tmp_path / "scripts").mkdir()
    shutil.copy(places.ROOT / "manage.py", tmp_path)
    (tmp_path / "scripts" / "setup.py").write_text(
        "import pathlib, sys\n"
        "print('Making .venv …')\n"
        "folder = pathlib.Path(sys.argv[0]).parents[1] / '.venv' / 'bin'\n"
        "folder.mkdir(parents=True)\n"
        f"(folder / 'python').symlink_to({os.path.realpath(sys.executable)!r})\n"
    )
    return tmp_path


def test_missing_environment_is_made_first(bare_checkout: Path, bare_environment: dict[str, str]) -> None:
    # -S leaves out the installed packages, as the system's own Python would.
    outcome = run("-S", bare_checkout / "manage.py", "migrate", environment=bare_environment)
    assert outcome == (
        1,
        "",
        "Making .venv …\n"
        f"Django is missing in {bare_checkout}/.venv: delete that folder and run `make setup`.\n",
    )


def test_environment_that_cannot_be_made_ends_the_command(
    bare_checkout: Path, bare_environment: dict[str, str]
) -> None:
    (bare_checkout / "scripts" / "setup.py").write_text("raise SystemExit('No room on the disk.')")
    outcome = run("-S", bare_checkout / "manage.py", "migrate", environment=bare_environment)
    assert outcome == (1, "", "No room on the disk.\n")


def test_database_that_does_not_answer_is_told(bare_environment: dict[str, str]) -> None:
    nowhere = bare_environment | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none"}
    status, output, told = run("manage.py", "metrics", environment=nowhere)
    assert (status, output) == (1, "")
    assert told.startswith("The database does not answer: ")
    assert told.endswith(" (DATABASE_URL says where it is.)\n")


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
