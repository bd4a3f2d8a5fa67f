"""Every kind of bad input, by number: answered in a sentence with place, reason and remedy, never with a 5xx.

One row of the tables is one test. Items 46–54 and 63–66 are rules of the business, of concurrency and of
addresses; they are tested where those live.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from django.db import transaction

import core.workbooks.opening
from tests.bad_input.attached import ATTACHED
from tests.bad_input.cases import Desk
from tests.bad_input.files import FILES
from tests.bad_input.rows import ROWS
from tests.bad_input.typed import TYPED
from tests.security.conftest import built_world, world  # noqa: F401  fixtures
from tests.security.world import World

pytestmark = pytest.mark.django_db

TABLES = (FILES, ROWS, TYPED, ATTACHED)
TABLE = {number: item for table in TABLES for number, item in table.items()}
NUMBERS = [*range(1, 46), *range(55, 63)]


@pytest.fixture(autouse=True)
def one_parse_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Page and command are given the very same file: the child that parses it answers once."""
    once = cache(core.workbooks.opening._answer_of_child)
    monkeypatch.setattr(core.workbooks.opening, "_answer_of_child", once)


@pytest.fixture
def desk(world: World, settings, tmp_path: Path) -> Desk:  # noqa: F811  the fixture
    settings.MEDIA_ROOT = tmp_path / "media"
    (tmp_path / "files").mkdir()
    return Desk(world, tmp_path / "files")


def test_every_number_has_one_item() -> None:
    assert sorted(number for table in TABLES for number in table) == NUMBERS
    assert [number for number, (_, cases) in TABLE.items() if not cases] == []


@pytest.mark.parametrize(
    "number", NUMBERS, ids=lambda number: f"item-{number}-{TABLE.get(number, ('missing',))[0]}"
)
def test_bad_input(number: int, desk: Desk) -> None:
    _, cases = TABLE[number]
    for case in cases:
        with transaction.atomic():
            case.check(desk)
            transaction.set_rollback(True)
