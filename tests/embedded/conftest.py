"""A cluster of its own for the tests that kill servers."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from core.embedded import postgres, sockets


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the data directory of a running cluster that waits for the disk, as the demo's does."""
    data_dir = tmp_path_factory.mktemp("pg") / "data"
    postgres.ensure_running(data_dir)
    yield data_dir
    postgres.stop(data_dir)


@pytest.fixture
def execute(cluster: Path) -> Callable[[str], list[tuple[object, ...]]]:
    """Return a function that runs one statement and returns its rows."""

    def run(statement: str) -> list[tuple[object, ...]]:
        host = str(sockets.folder(cluster))
        with psycopg.connect(
            host=host, port=sockets.PORT, user=postgres.USER, dbname="pairing"
        ) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    return run
