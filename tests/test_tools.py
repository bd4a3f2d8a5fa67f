"""`make test` gets the programs some tests drive, or says what to install; the package manager is made up."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

SCRIPT = settings.BASE_DIR / "scripts" / "test_tools.py"
# Takes the packages named in the file `packed`, each of which brings a program of its name.
APT_GET = """#!{sh}
echo "$*" >> {here}/asked
case "$*" in *" update"*) exit 0;; esac
for each in "$@"; do case "$each" in -*|install|-y) ;; *)
    while read known; do [ "$known" = "$each" ] && found=1; done < {here}/packed
    [ -n "$found" ] || {{ echo "E: Unable to locate package $each" >&2; exit 100; }}
    found=
;; esac; done
for each in "$@"; do case "$each" in -*|install|-y) ;; *)
    : > {here}/$each
    {chmod} +x {here}/$each
;; esac; done
"""


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder that is the whole PATH: a package manager, a font, and whoever may install."""
    programs = {
        "apt-get": APT_GET.format(sh=shutil.which("sh"), here=tmp_path, chmod=shutil.which("chmod")),
        "fc-list": f"#!{shutil.which('sh')}\necho Noto Sans CJK\n",
        "sudo": f'#!{shutil.which("sh")}\nshift\nexec "$@"\n',
    }
    for name, text in programs.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    for name in ("env", "true"):
        (tmp_path / name).symlink_to(shutil.which(name) or name)
    return tmp_path


def ask(folder: Path, *packed: str, ci: str = "") -> subprocess.CompletedProcess[str]:
    (folder / "packed").write_text("".join(f"{each}\n" for each in packed))
    return subprocess.run(
        [sys.executable, SCRIPT],
        env={"PATH": str(folder), "CI": ci},
        capture_output=True,
        text=True,
        check=False,
    )


def asked(folder: Path) -> list[str]:
    """What was to be installed, a line for each time."""
    lines = (folder / "asked").read_text().splitlines() if (folder / "asked").exists() else []
    return [line.split("--no-install-recommends ")[1] for line in lines if " install " in line]


def test_system_without_the_small_browser_gets_the_whole_one(bare: Path):
    done = ask(bare, "redis-server", "chromium", ci="true")
    assert (done.returncode, asked(bare)) == (
        0,
        ["redis-server chromium-headless-shell", "redis-server chromium"],
    )
    assert "Missing" not in done.stdout


def test_nothing_is_asked_for_where_all_is_there(bare: Path):
    for name in ("redis-server", "google-chrome"):
        (bare / name).symlink_to(shutil.which("true") or "")
    done = ask(bare, ci="true")
    assert (done.returncode, done.stdout, asked(bare)) == (0, "", [])


@pytest.mark.parametrize(("ci", "status"), [("true", 1), ("", 0)])
def test_what_cannot_be_had_is_named_and_fails_where_nobody_reads_it(bare: Path, ci: str, status: int):
    done = ask(bare, ci=ci)
    assert done.returncode == status
    assert "Missing for some tests: redis-server, chromium." in done.stdout
    assert "To get them: sudo apt-get install redis-server chromium" in done.stdout
