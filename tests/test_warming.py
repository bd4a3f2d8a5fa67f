"""A web process has read and loaded by itself what the first page would wait for."""

import subprocess
import sys

import pytest
from django.conf import settings
from django.utils import timezone

from ledgers.reading.bearings import forget_texts, text_scores
from ledgers.reading.sentences import _vector
from pairing import warming
from pairing.matching.selectors.gaps import county_gaps
from tests.factories.ledgers import DemandFactory, ResourceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_read() -> None:
    forget_texts()


def texts_read() -> int:
    return _vector.cache_info().misses


def test_pages_find_the_ledgers_read():
    DemandFactory(title="想学大棚种菜")
    ResourceFactory(title="农技专家下乡")
    warming.read_ledgers()
    before = texts_read()
    county_gaps(today=timezone.localdate())
    assert texts_read() == before


def test_of_a_large_county_only_the_tables_are_loaded(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(warming, "TEXTS", 1)
    DemandFactory(title="想学大棚种菜")
    ResourceFactory(title="农技专家下乡")
    warming.read_ledgers()
    before = texts_read()
    text_scores(["想学大棚种菜，"])
    assert texts_read() > before


def test_server_without_a_database_starts_all_the_same():
    """In a program of its own, in which the libraries are seen to come late and all the same."""
    program = (
        "import sys, django; django.setup()\n"
        "from pairing.warming import LIBRARIES, warm\n"
        "late = (*LIBRARIES, 'rjieba', 'pypinyin')\n"
        "print([name for name in late if name in sys.modules])\n"
        "warm()\n"
        "print([name for name in late if name not in sys.modules])\n"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "pairing.settings_test",
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    }
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Nothing could be read ahead" in done.stderr
    assert done.stdout == "[]\n[]\n"
