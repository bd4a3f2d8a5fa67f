"""Production settings: no default that could be unsafe, and every missing value is named at once."""

import os
import sys

REQUIRED = {
    "DATABASE_URL": "the PostgreSQL address, e.g. postgres://user:password@host/name",
    "SECRET_KEY": "a random text of at least 50 characters",
    "ALLOWED_HOSTS": "the host names this site answers to, separated by commas, never *",
    "CELERY_BROKER_URL": "the Redis address of the task queue, e.g. redis://:password@host:6379/0",
}


def _will_do(name: str, value: str) -> bool:
    match name:
        case "DATABASE_URL":
            return value.startswith(("postgres://", "postgresql://"))
        case "CELERY_BROKER_URL":
            return "://" in value
        case "ALLOWED_HOSTS":
            return "*" not in value and value.strip(" ,") != ""
        case _:
            return len(value.strip()) >= 50 and not value.startswith("django-insecure")


def _faults() -> list[str]:
    given = {name: os.environ.get(name, "") for name in REQUIRED}
    wrong = [name for name, value in given.items() if not _will_do(name, value)]
    return [
        f"  {name}: {REQUIRED[name]}{'; the one given will not do' if given[name] else ''}" for name in wrong
    ]


if _found := _faults():
    sys.exit("Production settings need these environment variables:\n" + "\n".join(_found))
os.environ.setdefault("DEBUG", "false")

from pairing.settings import *  # noqa: E402, F403
from pairing.settings import ALLOWED_HOSTS, DEBUG, STORAGES, env  # noqa: E402

if DEBUG:
    sys.exit("DEBUG must be off in production: remove it from the environment.")

SITE_URL = env.str("SITE_URL", default=f"https://{ALLOWED_HOSTS[0].lstrip('.')}")
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# Behind the front server every request comes from its address: five wrong passwords would lock everybody out.
AXES_CLIENT_IP_CALLABLE = "core.proxies.client_ip"
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=365 * 24 * 3600)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"

WHITENOISE_USE_FINDERS = False
STORAGES["staticfiles"] = {"BACKEND": "core.staticfiles.ManifestStorage"}
