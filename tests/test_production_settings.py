"""Production refuses to start on settings that nobody has chosen."""

import os
import re
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
    "ALLOWED_HOSTS": "the host names this site answers to, separated by commas, never *",
    "CELERY_BROKER_URL": "the Redis address of the task queue, e.g. redis://:password@host:6379/0",
}


def run(program: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"]} | environment,
        cwd=places.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def start(environment: dict[str, str]) -> tuple[int, str]:
    done = run("import pairing.settings_production", environment)
    return done.returncode, done.stderr


def printed(program: str, environment: dict[str, str]) -> str:
    return run(program, environment).stdout


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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://app:secret@db/pairing"),
        ("SECRET_KEY", "short"),
        ("SECRET_KEY", " " * 60),
        ("SECRET_KEY", "django-insecure-" + "k" * 50),
        ("ALLOWED_HOSTS", "*"),
        ("ALLOWED_HOSTS", " ,"),
        ("CELERY_BROKER_URL", "127.0.0.1:6379"),
    ],
)
def test_value_that_will_not_do_is_named_and_not_repeated(name: str, value: str) -> None:
    status, told = refusal(name)
    assert start(COMPLETE | {name: value}) == (status, f"{told.rstrip()}; the one given will not do\n")


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SECURE_HSTS_SECONDS", "an hour", "SECURE_HSTS_SECONDS must be a whole number, not 'an hour'."),
        ("SECURE_SSL_REDIRECT", "perhaps", "SECURE_SSL_REDIRECT must be true or false, not 'perhaps'."),
        (
            "EMAIL_URL",
            "mail.example.cn:25",
            "EMAIL_URL must be an address like smtp+tls://user:password@host:587.",
        ),
    ],
)
def test_other_value_that_means_nothing_is_named(name: str, value: str, sentence: str) -> None:
    assert start(COMPLETE | {name: value}) == (1, f"{sentence}\n")


def test_links_in_mail_lead_to_the_first_host_unless_told_otherwise() -> None:
    shown = "import pairing.settings_production as chosen; print(chosen.SITE_URL)"
    assert printed(shown, COMPLETE | {"ALLOWED_HOSTS": ".example.cn,other"}) == "https://example.cn\n"
    assert printed(shown, COMPLETE | {"SITE_URL": "https://a.cn"}) == "https://a.cn\n"


def test_example_names_every_variable_that_production_reads() -> None:
    sources = ("settings.py", "settings_production.py", "matching/reranker.py")
    read = {
        name
        for source in sources
        for name in re.findall(
            r'(?:env\.\w+|environ\.get)\("([A-Z_]+)"',
            (places.ROOT / "pairing" / source).read_text(encoding="utf-8"),
        )
    }
    example = (places.ROOT / ".env.example").read_text(encoding="utf-8")
    named = set(re.findall(r"^#?([A-Z_]+)=", example, re.MULTILINE))
    assert read | {"VAR_DIR", "DJANGO_SETTINGS_MODULE"} == named | {"DEBUG"}


def test_debug_is_refused() -> None:
    message = "DEBUG must be off in production: remove it from the environment.\n"
    assert start(COMPLETE | {"DEBUG": "true"}) == (1, message)
