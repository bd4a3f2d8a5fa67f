"""Installs packages of the operating system where that is allowed; standard library only."""

import os
import shutil
import subprocess
import sys


def say(sentence: str) -> None:
    """Print one line at once, also into a pipe."""
    print(sentence, flush=True)  # noqa: T201 - the terminal is the interface of this script


def install(packages: list[str]) -> bool:
    """Install the packages with apt-get; return False when that is impossible here."""
    prefix = _privilege()
    if prefix is None or shutil.which("apt-get") is None:
        return False
    say(f"Installing {', '.join(packages)} with apt-get (about a minute) …")
    return _apt(prefix, "update") and _apt(prefix, "install", "--no-install-recommends", *packages)


def instruction(packages: list[str]) -> str:
    """Return the command that a person with the rights would type."""
    if shutil.which("apt-get"):
        return "sudo apt-get install " + " ".join(packages)
    return f"install {', '.join(packages)} (their Debian names) with the package manager of this system"


def _privilege() -> "list[str] | None":
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    allowed = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)  # noqa: S607
    return ["sudo", "-n"] if allowed.returncode == 0 else None


def _apt(prefix: "list[str]", verb: str, *arguments: str) -> bool:
    command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", "-y", verb, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode != 0:
        sys.stderr.write("\n".join(done.stderr.strip().splitlines()[-5:]) + "\n")
    return done.returncode == 0
