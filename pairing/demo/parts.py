"""How the parts of a demo are started: their commands and their environment."""

import os
import secrets
import sys

from core.embedded import places as embedded
from core.embedded import postgres
from pairing.demo import places
from pairing.demo.children import Child

HOST = "127.0.0.1"  # other machines cannot reach a demo
_CELERY = (sys.executable, "-m", "celery", "-A")


def children(port: int, environment: dict[str, str]) -> list[Child]:
    """Return the parts in the order in which they start."""
    return [
        Child("web server", web_command(port), environment, places.LOGS / "web.log"),
        Child("task worker", worker_command(), environment, places.LOGS / "worker.log"),
        Child("clock", clock_command(), environment, places.LOGS / "clock.log"),
    ]


def prepare_command() -> list[str]:
    """Return the command that brings tables and data up to date before anything else starts."""
    return [sys.executable, "-m", "pairing.demo.prepare"]


def web_command(port: int) -> list[str]:
    """Return the command of the web server: one process with few threads, to stay small."""
    options = ["--bind", f"{HOST}:{port}", "--workers", "1", "--threads", "3", "--graceful-timeout", "5"]
    files = ["--access-logfile", "-", "--no-control-socket"]
    return [sys.executable, "-m", "gunicorn", "pairing.wsgi:application", *options, *files]


def worker_command() -> list[str]:
    """Return the command of the task worker; it is alone, so it need not look for others."""
    lonely = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*_CELERY, "pairing", "worker", "--pool", "solo", "--loglevel", "INFO", *lonely]


def clock_command() -> list[str]:
    """Return the command of beat, a process of its own: a worker does not notice when its beat dies."""
    return [*_CELERY, "pairing.clock", "beat", "--loglevel", "WARNING", "--pidfile="]


def environment(port: int) -> dict[str, str]:
    """Return the environment of all parts.

    It overrides the caller's: a demo must never fill a real database nor send real mail.
    """
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "pairing.settings",
        "DATABASE_URL": postgres.url(embedded.demo_cluster()),
        "CELERY_BROKER_URL": "filesystem://",
        "EMAIL_URL": "consolemail://",
        "DEBUG": "false",
        "ALLOWED_HOSTS": "localhost,127.0.0.1",
        "SITE_URL": f"http://localhost:{port}",
        "SECRET_KEY": secret_key(),
        "PYTHONUNBUFFERED": "1",
    }


def secret_key() -> str:
    """Return this checkout's own key, made at the first call and readable by its owner only."""
    if not places.SECRET_KEY.exists():
        descriptor = os.open(places.SECRET_KEY, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(60))
    return places.SECRET_KEY.read_text()
