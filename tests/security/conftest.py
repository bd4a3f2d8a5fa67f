"""One world for a whole module; what a test writes is undone before the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.once import kept_for_the_module
from tests.security.world import World, build


@pytest.fixture(scope="module")
def built_world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with kept_for_the_module(django_db_blocker):
        yield build()


@pytest.fixture
def world(built_world: World, db: None) -> World:
    return built_world
