"""How much each direction of a bearing tells: the table beside the bearings, and how it is learned."""

import numpy as np
import pytest

from ledgers.reading.bearings import bearings
from pairing.matching.engine import telling
from scripts.build_telling import Lesson, learn


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """A table of its own, and afterwards the shipped one again."""
    monkeypatch.setattr(telling, "TABLE", tmp_path / "telling.txt")
    telling.telling.cache_clear()
    yield telling.TABLE
    telling.telling.cache_clear()


def test_shipped_table_names_every_column_and_no_other():
    rows = [tuple(line.split("|")[:2]) for line in telling.TABLE.read_text(encoding="utf-8").splitlines()]
    assert rows == telling.columns()
    assert len(rows) == len(bearings().items) + len(bearings().sides)


def test_shipped_weights_stay_near_even():
    weights = telling.telling()
    assert weights.min() >= 0
    assert weights.max() < 3
    assert 0.8 < weights.mean() < 1.2


def test_column_without_a_row_counts_as_before(table):
    kind, name = telling.columns()[3]
    table.write_text(f"{kind}|{name}|0.25\n", encoding="utf-8")
    assert telling.telling()[:5].tolist() == [1, 1, 1, 0.25, 1]


def test_weights_are_kept_in_order(table):
    telling.write(np.linspace(0, 2, len(telling.columns())))
    assert telling.telling() == pytest.approx(np.linspace(0, 2, len(telling.columns())), abs=0.005)


def test_direction_that_misleads_comes_to_tell_less():
    """Both demands share the first direction with the wrong resource and the second with the right one."""
    product = np.zeros((2, 2, 2), dtype=np.float32)
    product[:, 0, 0] = product[:, 1, 1] = 0.5
    right = np.array([[0.0, 1.0, 0.0], [0.0, 1.0, 0.0]])
    lesson = Lesson(right, np.full((2, 2), 0.5), product, np.zeros((2, 2), dtype=bool))
    misleading, leading = learn([lesson])
    assert misleading < 0.8 < 1.2 < leading


def test_resources_of_the_own_branch_teach_nothing():
    product = np.full((1, 2, 1), 0.5, dtype=np.float32)
    own = np.array([[True, True]])
    lesson = Lesson(np.array([[0.0, 0.0, 1.0]]), np.full((1, 2), 0.5), product, own)
    assert learn([lesson]) == pytest.approx([1.0])
