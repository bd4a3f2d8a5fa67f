"""Production refuses to start on settings that nobody has chosen."""

import os
import subprocess
import sys

import pytest

from core.embedded import places

COMPLETE = {
    "DATABASE_URL": "postgres://app:secret@db/pairing",
    "SECRET_KEY": "k" * 50,
    "ALLOWED_HOSTS": "jiedui.example.cn",
    "CELERY_BROKER_URL": "redis://127.0.0.1:6379/0",
}
MEANINGS = {
    "DATABASE_URL": "the PostgreSQL address, e.g. postgres://user:password@host/name",
    "SECRET_KEY": "a random text of at least 50 characters",
    "ALLOWED_HOSTS": "the host names this site answers to, separated by commas",
    "CELERY_BROKER_URL": "the Redis address of the task queue, e.g. redis://:password@host:6379/0",
}


def start(environment: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-c", "import pairing.settings_production"],
        env={"PATH": os.environ["PATH"]} | environment,
        cwd=places.ROOT,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stderr


def refusal(*names: str) -> tuple[int, str]:
    lines = [f"  {name}: {MEANINGS[name]}" for name in names]
    return 1, "\n".join(["Production settings need these environment variables:", *lines, ""])


def test_complete_environment_starts() -> None:
    assert start(COMPLETE) == (0, "")


@pytest.mark.parametrize("name", COMPLETE)
def test_missing_value_is_named(name: str) -> None:
    assert start({key: value for key, value in COMPLETE.items() if key != name}) == refusal(name)


def test_empty_environment_names_every_value() -> None:
    assert start({}) == refusal(*COMPLETE)


def test_short_secret_key_is_refused() -> None:
    message = "SECRET_KEY is too weak: production needs a random text of at least 50 characters.\n"
    assert start(COMPLETE | {"SECRET_KEY": "short"}) == (1, message)


def test_debug_is_refused() -> None:
    message = "DEBUG must be off in production: remove it from the environment.\n"
    assert start(COMPLETE | {"DEBUG": "true"}) == (1, message)
