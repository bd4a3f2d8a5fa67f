"""Worlds that are built once for a whole module; what a test writes is undone before the next."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.database import committed_for_the_module
from tests.once import kept_for_the_module
from tests.security.small import build_small
from tests.security.world import World, build


@pytest.fixture(scope="module")
def built_world(django_db_setup, django_db_blocker) -> Iterator[World]:
    with kept_for_the_module(django_db_blocker):
        yield build()


@pytest.fixture
def world(built_world: World, db: None) -> World:
    return built_world


@pytest.fixture(scope="module")
def built_pair(django_db_setup, django_db_blocker) -> Iterator[World]:
    yield from committed_for_the_module(build_small, django_db_blocker)


@pytest.fixture
def pair(built_pair: World, transactional_db: None) -> World:
    """What the main forms act on, for tests that commit."""
    return built_pair.with_new_windows()


@pytest.fixture(scope="module")
def built_county(django_db_setup, django_db_blocker) -> Iterator[World]:
    yield from committed_for_the_module(build, django_db_blocker)


@pytest.fixture
def county(built_county: World, transactional_db: None) -> World:
    """The whole world of the routes, for tests that commit."""
    return built_county.with_new_windows()
