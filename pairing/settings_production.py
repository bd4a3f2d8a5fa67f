"""Production settings: no default that could be unsafe, and every missing value is named at once."""

import os
import sys

REQUIRED = {
    "DATABASE_URL": "the PostgreSQL address, e.g. postgres://user:password@host/name",
    "SECRET_KEY": "a random text of at least 50 characters",
    "ALLOWED_HOSTS": "the host names this site answers to, separated by commas",
    "CELERY_BROKER_URL": "the Redis address of the task queue, e.g. redis://:password@host:6379/0",
}

_missing = [f"  {name}: {meaning}" for name, meaning in REQUIRED.items() if not os.environ.get(name)]
if _missing:
    sys.exit("Production settings need these environment variables:\n" + "\n".join(_missing))
if len(os.environ["SECRET_KEY"]) < 50 or os.environ["SECRET_KEY"].startswith("django-insecure"):
    sys.exit("SECRET_KEY is too weak: production needs a random text of at least 50 characters.")
os.environ.setdefault("DEBUG", "false")

from pairing.settings import *  # noqa: E402, F403
from pairing.settings import DEBUG, STORAGES, env  # noqa: E402

if DEBUG:
    sys.exit("DEBUG must be off in production: remove it from the environment.")

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
