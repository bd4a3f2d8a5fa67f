"""Where the embedded services keep their files."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def var_dir() -> Path:
    """Return the folder of everything that is written at run time: VAR_DIR, else `var` in the checkout."""
    return Path(os.environ.get("VAR_DIR") or ROOT / "var").absolute()


def demo_cluster() -> Path:
    """Return the data directory of the cluster behind the demo and every `manage.py` command."""
    return var_dir() / "postgres"


def test_cluster() -> Path:
    """Return the data directory of the cluster behind the tests; it may lose data in a power cut."""
    return var_dir() / "postgres-test"
