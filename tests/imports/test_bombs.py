"""Bombs: each is refused in words. The other bad files stand in the table of tests/bad_input."""

from __future__ import annotations

import pytest

from core.workbooks.errors import WorkbookError
from core.workbooks.opening import open_book
from core.workbooks.reader import read_table
from ledgers.exchange import resources
from tests.imports.bombs import BOMBS, package
from tests.imports.workbooks import TERMS

WITHIN_THE_LIMITS = frozenset({"just within the limits", "styles within the limits"})  # read to the end
# Of these the table shows that page and command answer alike.
IN_THE_TABLE = frozenset(
    [
        "zeros",
        "lying directory",
        "entries",
        "too many rows",
        "too many columns",
        "full of cells",
        "one sheet many times",
        "one cell far away",
        "entities",
        "external entity",
    ]
)


@pytest.mark.parametrize("bomb", [name for name in BOMBS if name not in WITHIN_THE_LIMITS | IN_THE_TABLE])
def test_bomb_is_refused_in_words(bomb: str):
    """What it costs is measured by tests.imports.measure_bombs; here only that it is refused."""
    with pytest.raises(WorkbookError, match="请"):
        open_book(BOMBS[bomb]())


def test_package_of_the_bombs_is_sound():
    """Positive control: without a charge the package is read as an empty workbook, not a broken one."""
    with pytest.raises(WorkbookError, match="工作表是空的"):
        read_table(package({}), resources.COLUMNS, title="资源清单", terms=TERMS)
