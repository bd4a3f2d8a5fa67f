"""Processes of their own that work on the test database."""

from __future__ import annotations

import os
from urllib.parse import quote

from django.db import connection


def process_environment(smtp_port: int, **more: str) -> dict[str, str]:
    """The environment of a process that uses this test's database and mails to `smtp_port`."""
    database = connection.settings_dict
    person = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    host, port = database["HOST"], database["PORT"]
    address = f":{port}/{quote(host, safe='')}" if host.startswith("/") else f"{host}:{port}"
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "pairing.settings",
        "DATABASE_URL": f"postgres://{person}@{address}/{database['NAME']}",
        "EMAIL_URL": f"smtp://127.0.0.1:{smtp_port}",
        **more,
    }
