"""Texts are read in context once, in the background; programs that start later take over what was read."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.core.checks import run_checks

from core.models import Heartbeat
from ledgers.models import Demand, Resource
from ledgers.reading import contexts
from ledgers.reading.contexts import context_vectors, forget_contexts, name_of
from pairing.matching import adapter
from pairing.matching.adapter import pose
from pairing.matching.engine import Weights, sentences
from pairing.matching.models import TextContext
from pairing.matching.models import contexts as rows
from pairing.matching.services import contexts as service
from pairing.matching.services.contexts import KEPT, contexts_keep
from pairing.matching.tasks import keep_contexts
from tests.factories.ledgers import DemandFactory, ResourceFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 3, 2)
POSING = 5  # queries
SILENT = replace(Weights.default(), relevance=0.0)


@pytest.fixture(autouse=True)
def nothing_read(monkeypatch):
    monkeypatch.setattr(adapter, "FEW", 1)
    forget_contexts()
    yield
    forget_contexts()


@pytest.fixture
def texts():
    """What both ledgers say, needs and offers."""
    DemandFactory(title="想学大棚种菜", description="村里二十户。")
    ResourceFactory(title="农技专家", description="教种菜。嫁接不做。")
    return sentences(posed(SILENT))


@pytest.fixture
def no_reading(monkeypatch):
    """Nothing can be read any more: what is not kept is missed."""
    monkeypatch.setattr(contexts, "encoder", None)


def posed(weights=None):
    rows = {"demands": Demand.objects.open(), "resources": Resource.objects.published()}
    return pose(**rows, as_of=TODAY, weights=weights).problem


def keep(seconds=60.0, today=TODAY):
    return contexts_keep(today=today, seconds=seconds)


def names():
    return set(TextContext.objects.values_list("name", flat=True))


def test_every_text_is_read_and_kept_once(texts):
    assert [keep(), keep()] == [2, 0]
    [asked], [offered] = texts
    assert "嫁接" not in offered
    assert names() == {name_of(asked, offered=False), name_of(offered, offered=True)}


def test_program_that_starts_takes_over_what_was_read(texts, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(rows, "TOGETHER", 1)
    keep()
    read = [context_vectors(side, offered=bool(i)).tolist() for i, side in enumerate(texts)]
    forget_contexts()
    monkeypatch.setattr(contexts, "encoder", None)
    with django_assert_num_queries(POSING + 2):
        posed()
    assert [context_vectors(side, offered=bool(i)).tolist() for i, side in enumerate(texts)] == read
    with django_assert_num_queries(POSING):
        posed()


def test_few_words_are_read_at_once(texts, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(adapter, "FEW", 100)
    with django_assert_num_queries(POSING):
        posed()


def test_where_contexts_have_no_say_none_is_read(texts, no_reading, django_assert_num_queries):
    with django_assert_num_queries(POSING):
        posed(SILENT)


def test_what_no_row_says_any_more_is_dropped_in_the_end(texts):
    keep()
    before = names()
    demand = Demand.objects.get()
    demand.title = "想学养蜂"
    demand.save()
    assert [keep(today=TODAY + KEPT), len(names())] == [1, 3]
    assert keep(today=TODAY + KEPT + timedelta(days=1)) == 0
    assert len(names()) == 2
    assert len(names() & before) == 1


def test_reading_stops_when_its_time_is_over_and_goes_on_at_the_next_call(texts, monkeypatch):
    monkeypatch.setattr(service, "TOGETHER", 1)
    monkeypatch.setattr(service.time, "monotonic", iter([0, 1, 11, 20, 21, 22]).__next__)
    assert [keep(seconds=10), len(names())] == [1, 1]
    assert [keep(seconds=10), len(names())] == [1, 2]


def test_two_workers_at_once_leave_the_same_rows(texts, monkeypatch):
    """The second one has looked before the first one wrote."""
    look = TextContext.objects.all
    keep()
    before = dict(TextContext.objects.values_list("name", "vector"))
    monkeypatch.setattr(TextContext.objects, "values_list", lambda *names, **how: look().none())
    assert keep() == 2
    monkeypatch.undo()
    assert dict(TextContext.objects.values_list("name", "vector")) == before


def test_task_reads_and_says_that_it_ran(texts):
    keep_contexts()
    assert len(names()) == 2
    assert Heartbeat.objects.filter(name="contexts").exists()


def test_deployment_is_told_when_texts_cannot_be_read(no_reading):
    [error] = [each for each in run_checks(include_deployment_checks=True) if each.id == "matching.E001"]
    assert "onnxruntime" in error.hint
