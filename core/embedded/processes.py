"""What the process behind a pid is, for pids read from files, which may by now be anybody's."""

import subprocess
from pathlib import Path


def is_live(pid: int, *, program: str, folder: Path) -> bool:
    """Tell whether process `pid` runs `program` in the working directory `folder`; a zombie does not run."""
    if not Path("/proc/self/stat").exists():
        return _name_by_ps(pid) == program
    try:
        name, _, rest = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return name.partition("(")[2] == program and rest.split()[0] not in "ZX" and _works_in(pid, folder)


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return Path(f"/proc/{pid}/cwd").readlink() == folder.resolve()
    except PermissionError:
        return True  # another user's process keeps its folder to itself; then the name has to do
    except (FileNotFoundError, ProcessLookupError):
        return False


def _name_by_ps(pid: int) -> str:
    """Ask `ps`, for systems without /proc (macOS)."""
    found = subprocess.run(  # noqa: S603
        ["ps", "-o", "comm=", "-p", str(pid)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    return Path(found.stdout.strip()).name
