"""Under which identity PostgreSQL runs: it refuses to run as root, so root must become somebody else."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from core.embedded import binaries
from core.embedded.errors import EmbeddedError

NOBODY = 65534
_DROP = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")


@dataclass(frozen=True)
class Identity:
    """A command prefix, and the owner that the files must have for it."""

    prefix: tuple[str, ...]
    uid: int


# In order of preference. A user namespace keeps the files owned by root. Where containers forbid that, become
# nobody; where nobody may not pass a parent folder (a checkout in /root), let it keep that one capability.
# The number must have a name in /etc/passwd, or initdb refuses: "nobody" always has.
_RENAME = ("unshare", "--user", f"--map-user={NOBODY}")
# Without the secure bit access(2) would still answer for nobody, and initdb would not find its programs.
_KEEP_PASSING = (
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
    "--securebits=+no_setuid_fixup",
)
_AS_ROOT = (
    Identity(_RENAME, 0),
    Identity(_DROP, NOBODY),
    Identity((*_DROP, *_KEEP_PASSING), NOBODY),
)
# A program that may not look at its own file says so on stderr and goes on, until it needs its neighbours.
_PROBE = '[ -z "$("$1" --version 2>&1 >/dev/null)" ] && : >"$2/.probe" && rm "$2/.probe"'


def choose(directory: Path) -> Identity:
    """Return an identity that can run PostgreSQL in `directory`, and give it the files there.

    Raises:
        EmbeddedError: root cannot become anybody who may read the programs and write to `directory`.
    """
    if os.geteuid() != 0:
        return _as_ordinary_user(directory)
    for identity in _AS_ROOT:
        _give(directory, identity.uid)
        if _works(identity, directory):
            return identity
    raise EmbeddedError(_closed_folder(directory))


def _as_ordinary_user(directory: Path) -> Identity:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:  # containers run programs under numbers that have no name
        renamed = Identity(_RENAME, os.geteuid())
        if _works(renamed, directory):
            return renamed
    return Identity((), os.geteuid())


def _works(identity: Identity, directory: Path) -> bool:
    command = [
        *identity.prefix,
        "sh",
        "-c",
        _PROBE,
        "sh",
        str(binaries.folder() / "postgres"),
        str(directory),
    ]
    try:
        probe = subprocess.run(command, capture_output=True, timeout=20, check=False)  # noqa: S603
    except (FileNotFoundError, subprocess.TimeoutExpired):
        return False
    return probe.returncode == 0


def _give(directory: Path, uid: int) -> None:
    if directory.stat().st_uid == uid:
        return
    # The top comes last: an interrupted hand-over is then taken up again by the next start.
    for path in directory.rglob("*"):
        os.chown(path, uid, uid, follow_symlinks=False)
    os.chown(directory, uid, uid)


def _closed_folder(directory: Path) -> str:
    places = [*binaries.folder().parents, *directory.parents]
    closed = next((place for place in places if not place.stat().st_mode & 0o001), directory.parent)
    return (
        "PostgreSQL refuses to run as root, and no other user may read what is below "
        f"{closed}: move the checkout to a folder that everybody may enter, or run as an ordinary user."
    )
