"""What every test may rely on: a real PostgreSQL, started when the first test asks for it."""

import os
from collections.abc import Iterator

import pytest

from core.embedded import places, postgres
from core.embedded.errors import EmbeddedError


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> Iterator[None]:
    """Run the embedded test cluster for this session unless DATABASE_URL names a server."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    cluster = places.test_cluster()
    try:
        is_ours = not postgres.is_running(cluster)
        postgres.ensure_running(cluster, extra_flags=postgres.TEST_FLAGS)
    except EmbeddedError as error:
        pytest.exit(str(error), returncode=1)
    yield
    if is_ours and not postgres.has_clients(cluster):
        postgres.stop(cluster)
