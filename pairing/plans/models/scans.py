"""Where scanned papers were stored before they became attachments; only the first migration names it."""

from __future__ import annotations

import secrets
from pathlib import PurePath

from django.db import models


def scan_path(_row: models.Model, file_name: str) -> str:
    """A name nobody can guess; the file is only reached through the page that checks the scope."""
    return f"scans/{secrets.token_hex(16)}{PurePath(file_name).suffix.lower()}"
