"""Settings for a developer's machine and the demo; production overrides them in settings_production."""

import os
from pathlib import Path

from csp.constants import NONCE, NONE, SELF

from core.embedded import places, postgres
from core.environment import Environment
from core.logs import in_one_line

# Before anything loads numpy: the text encoder multiplies small matrices, and a second thread that waits
# for a processor made one reading take eight times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = places.var_dir()  # everything the embedded services write; ignored by git

env = Environment()

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = env.str("SECRET_KEY", default="development-only-key-never-used-in-production-settings")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
    "template_partials",
    "tree_queries",
    "rules",
    "pgtrigger",
    "pghistory",
    "core",
    "branches",
    "ledgers",
    "pairing.plans",
    "pairing.activities",
    "pairing.matching",
    "pairing.reviews",
    "pairing.agreements",
    "pairing.handovers",
    "pairing.reminders",
    "pairing.reports",
    "pairing.workbench",
    "pairing.imports",
    "pairing.demo",
]

MIDDLEWARE = [
    "core.stack.in_one_piece",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "core.middleware.one_language",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "core.middleware.LoginFirst",
    "django.contrib.messages.middleware.MessageMiddleware",
    "branches.middleware.own_password_first",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.private_pages",
    "core.middleware.told_methods",
    "core.middleware.domain_errors",
    "core.middleware.scanned_uploads",  # before submit_once: nobody waits for a scanner in a transaction
    "core.submissions.submit_once",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "pairing.urls"
WSGI_APPLICATION = "pairing.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "core.context_processors.shell",
            ],
        },
    }
]

DATABASES = {"default": env.db_url("DATABASE_URL", default=postgres.url(places.demo_cluster()))}
DATABASES["default"]["ENGINE"] = "core.postgresql"
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 60
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "branches.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "rules.permissions.ObjectPermissionBackend",
    "branches.backends.PersonBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "branches.passwords.SimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email", "phone")},
    },
    {"NAME": "branches.passwords.LengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
CSRF_FAILURE_VIEW = "core.middleware.csrf_failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "workbench"
LOGOUT_REDIRECT_URL = "login"
SESSION_ENGINE = "core.sessions"
SESSION_COOKIE_AGE = 12 * 3600  # seconds a login may last at most
SESSION_COOKIE_SAMESITE = "Lax"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "registration/locked_out.html"

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "core.staticfiles.PlainStorage"},
}
WHITENOISE_USE_FINDERS = True  # only production collects its static files
MEDIA_ROOT = VAR_DIR / "media"

CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
FORM_RENDERER = "core.renderers.Widgets"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF, "data:"],  # FullCalendar carries its four arrows as a data font
        "style-src": [SELF, NONCE],  # the nonce is sent only by the calendar page, for FullCalendar's <style>
        "script-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

PGHISTORY_APPEND_ONLY = True
# One context row per unit of work, shared by its events: actor, action, reason.
PGHISTORY_CONTEXT_FIELD_NAME = "context"

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10  # seconds; a hung mail server must not hold a worker
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="jiedui@localhost")

CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="filesystem://")
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "data_folder_in": str(VAR_DIR / "broker/messages"),
        "data_folder_out": str(VAR_DIR / "broker/messages"),
        "control_folder": str(VAR_DIR / "broker/control"),
        "processed_folder": str(VAR_DIR / "broker/processed"),
        "store_processed": False,
        "polling_interval": 0.2,
    }
    if CELERY_BROKER_URL.startswith("filesystem://")
    else {"visibility_timeout": 3600, "socket_timeout": 5, "health_check_interval": 30}
)
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 120
CELERY_TASK_SOFT_TIME_LIMIT = 90
CELERY_TASK_IGNORE_RESULT = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "pairing.reminders.tasks.tick", "schedule": 60.0},
    "handovers": {"task": "pairing.handovers.tasks.execute_due", "schedule": 60.0},
    "dispatch": {"task": "pairing.reminders.tasks.dispatch", "schedule": 15.0},
    "schedule": {"task": "pairing.activities.tasks.schedule", "schedule": 60.0},
    "matching": {"task": "pairing.matching.tasks.resume_runs", "schedule": 10.0},
    "contexts": {"task": "pairing.matching.tasks.keep_contexts", "schedule": 300.0},
    "opinions": {"task": "pairing.matching.tasks.ask_opinions", "schedule": 60.0},
}

# Which background task looks at what a lower layer has left; see core.doorbell.
DOORBELLS = {
    "plan_order_confirmed": "pairing.activities.tasks.schedule",
    "plan_order_cancelled": "pairing.activities.tasks.schedule",
    "notification_queued": "pairing.reminders.tasks.dispatch",
    "match_shard_queued": "pairing.matching.tasks.execute_shard",
    "second_opinion_wanted": "pairing.matching.tasks.ask_opinions",
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"in_one_line": {"()": "django.utils.log.CallbackFilter", "callback": in_one_line}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # Whoever tries out addresses names hosts that are not ours, which is no fault of the program.
    "loggers": {"django.security.DisallowedHost": {"filters": ["in_one_line"]}},
}

BODY_SECONDS = env.int("BODY_SECONDS", default=300)  # in which a form must have come to its end
# What the files of one branch may take in all; and the county's clamd that looks at every upload, if there is
# one: unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310.
ATTACHMENT_BRANCH_MB = env.int("ATTACHMENT_BRANCH_MB", default=2000)
CLAMD_ADDRESS = env.str("CLAMD_ADDRESS", default="")
CLAMD_TIMEOUT = env.int("CLAMD_TIMEOUT", default=20)  # seconds, of all the files of one form together

# Working days that a claim waits for its answer, and a demand for a claim before the county may claim it.
CLAIM_EXPIRY_WORKING_DAYS = env.int("CLAIM_EXPIRY_WORKING_DAYS", default=5)
HALL_AFTER_WORKING_DAYS = env.int("HALL_AFTER_WORKING_DAYS", default=10)

SITE_NAME = env.str("SITE_NAME", default="三单四联")
SITE_URL = env.str("SITE_URL", default="http://localhost:8000")
