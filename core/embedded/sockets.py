"""Where a cluster's Unix socket is; no network port is ever opened."""

import hashlib
import os
import socket
import stat
from pathlib import Path

from core.embedded import identity
from core.embedded.errors import EmbeddedError

PORT = 5432  # only part of the file's name
FILE = f".s.PGSQL.{PORT}"
PATH_LIMIT = 100  # bytes; the kernel takes 107 on Linux and 103 on macOS


def folder(data_dir: Path) -> Path:
    """Return the folder of the socket: the data directory, or a short one when its path does not do.

    It must fit into a socket address, and a comma would end it: clients read a list of hosts there.
    """
    data_dir = data_dir.absolute()
    if len(os.fsencode(data_dir / FILE)) <= PATH_LIMIT and "," not in str(data_dir):
        return data_dir
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    return Path("/tmp") / f"pairing-{os.geteuid()}-{digest}"  # noqa: S108 - its owner is checked before use


def is_listening(data_dir: Path) -> bool:
    """Tell whether anything listens on the cluster's socket; cheap enough to ask every second."""
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.connect(str(folder(data_dir) / FILE))
        except OSError:
            return False
    return True


def make_folder(data_dir: Path, uid: int) -> Path:
    """Make the folder for a server that runs as `uid`, and return it.

    Raises:
        EmbeddedError: somebody else has taken the short one.
    """
    where = folder(data_dir)
    if where == data_dir.absolute():
        return where
    where.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0 and where.lstat().st_uid in (0, identity.NOBODY) and not where.is_symlink():
        os.chown(where, uid, uid)
    found = where.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or found.st_mode & 0o077:
        raise EmbeddedError(
            f"{where} belongs to somebody else: remove it, or move the checkout to a shorter path."
        )
    return where
