"""What every test may rely on: a real PostgreSQL, started when the first test asks for it."""

import os

import pytest

from core.embedded import places, postgres
from core.embedded.errors import EmbeddedError


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Start the embedded test cluster unless DATABASE_URL names a server."""
    if os.environ.get("DATABASE_URL"):
        return
    try:
        postgres.ensure_running(places.test_cluster(), extra_flags=postgres.TEST_FLAGS)
    except EmbeddedError as error:
        pytest.exit(str(error), returncode=1)
