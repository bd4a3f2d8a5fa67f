"""Settings of the test suite: the development settings with quick hashes and mail kept in memory."""

from core.embedded import places, postgres
from pairing.settings import *  # noqa: F403
from pairing.settings import LOGGING, VAR_DIR, env

DATABASES = {"default": env.db_url("DATABASE_URL", default=postgres.url(places.test_cluster()))}
DATABASES["default"]["ENGINE"] = "core.postgresql"
# A new connection for each request of a browser costs more than the request.
DATABASES["default"]["CONN_MAX_AGE"] = 60
# A name of one's own lets several runs share a server.
DATABASES["default"]["TEST"] = {
    "NAME": "_".join(filter(None, ["test_pairing", env.str("TEST_DB_SUFFIX", default="")]))
}

# Thousands of refusals are asked for: a traceback of each would cost much and say nothing.
LOGGING = LOGGING | {"loggers": LOGGING["loggers"] | {"django.request": {"level": "ERROR"}}}

DEBUG = False
SECRET_KEY = "test-only-key-" + "x" * 50
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = VAR_DIR / "test-media"
AXES_ENABLED = False
WHITENOISE_AUTOREFRESH = True
DOORBELLS: dict[str, str] = {}  # no worker runs in the suite; tests call the services, or start a real worker
