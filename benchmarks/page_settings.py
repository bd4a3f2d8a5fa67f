"""The test suite's settings with the addresses of the bench of pages."""

from pairing.settings_test import *  # noqa: F403

ROOT_URLCONF = "benchmarks.page_urls"
ALLOWED_HOSTS = ["127.0.0.1"]
