"""Settings of the test suite: the development settings with quick hashes and mail kept in memory."""

from pairing.settings import *  # noqa: F403
from pairing.settings import VAR_DIR

DEBUG = False
SECRET_KEY = "test-only-key-" + "x" * 50
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
MEDIA_ROOT = VAR_DIR / "test-media"
AXES_ENABLED = False
WHITENOISE_AUTOREFRESH = True
