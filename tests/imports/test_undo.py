"""Taking a whole import back: everything as it was, or a sentence that names what stands against it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch
from core.audit import entries_of
from core.errors import DomainError
from ledgers.models import Demand, Resource, ServiceAspect
from pairing.activities.models import Activity
from pairing.imports.models import ImportBatch
from pairing.imports.registry import BOOKS
from pairing.imports.services.intake import ledger_import
from pairing.imports.services.undo import batch_undo
from pairing.plans.models import Agreement, Pairing, PlanOrder
from pairing.reminders.models import Reminder
from pairing.reminders.tasks import tick
from pairing.reviews.models import Review
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import ClaimFactory, PairingFactory
from tests.imports.test_ledgers import demand, resource
from tests.imports.test_pairings import agreement
from tests.imports.workbooks import NOW, TERMS, book, demo_book
from tests.security.world import logged_in

pytestmark = pytest.mark.django_db
MOST_QUERIES = 120  # of the book of branches, which stand in levels; the others need half


@pytest.fixture
def branch() -> Branch:
    return BranchFactory(name="甲支部")


@pytest.fixture
def office() -> Any:
    return UserFactory(office=True)


def taken_in(kind: str, content: bytes, actor: Any = None) -> ImportBatch:
    result = ledger_import(kind=kind, file_name=f"{kind}.xlsx", content=content, actor=actor, terms=TERMS)
    assert result.errors == []
    return ImportBatch.objects.first()


def state_of(model: type[Any]) -> list[dict[str, Any]]:
    return [
        {key: value for key, value in row.items() if key not in {"updated_at", "search"}}
        for row in model.objects.order_by("pk").values()
    ]


def test_undo_gives_everything_back_as_it_was(branch: Branch, office: Any) -> None:
    many = range(3, 60)
    taken_in(
        "resources",
        book("resources", resource(1), resource(2, 服务方向="乡村振兴"), *(resource(each) for each in many)),
    )
    before = state_of(Resource)
    aspects = [[a.name for a in row.aspects.all()] for row in Resource.objects.order_by("pk")]
    second = taken_in(
        "resources",
        book(
            "resources",
            resource(1, 资源名称="改了名"),
            resource(2, 服务方向="政务服务"),
            *(resource(each, 资源名称=f"新名{each}", 服务方向="政务服务") for each in many),
            resource(99),
        ),
    )
    assert (second.created, second.changed, Resource.objects.count()) == (1, 59, 60)
    with CaptureQueriesContext(connection) as captured:
        batch_undo(batch=second, actor=office, now=NOW)
    assert len(captured) <= MOST_QUERIES / 2
    assert state_of(Resource) == before
    assert [[a.name for a in row.aspects.all()] for row in Resource.objects.order_by("pk")] == aspects
    assert [entry.action for entry in entries_of(second)] == ["ledger.undo", "ledger.import"]
    with pytest.raises(DomainError, match=r"已于 .* 撤销"):
        batch_undo(batch=second, actor=office, now=NOW)


def test_undo_is_refused_while_something_depends_on_it(branch: Branch, office: Any) -> None:
    batch = taken_in("demands", book("demands", demand(1, 需求内容="路灯不亮"), demand(2, 需求内容="漏雨")))
    first, second = Demand.objects.order_by("serial")
    pairing = PairingFactory(branch_a=BranchFactory(), branch_b=branch)
    claim = ClaimFactory(pairing=pairing, demand=first)
    with pytest.raises(DomainError) as refusal:
        batch_undo(batch=batch, actor=office, now=NOW)
    assert refusal.value.message == "需求“路灯不亮”已有认领 1 条，请先处理这些再撤销。"
    claim.delete()
    second.note = "后来补的"
    second.save()
    with pytest.raises(DomainError) as refusal:
        batch_undo(batch=batch, actor=office, now=NOW)
    assert refusal.value.message == "需求“漏雨”在导入以后又改过，不能整份撤销，请逐条改正。"
    assert Demand.objects.count() == 2


def test_day_in_the_hall_that_the_clock_gives_is_no_edit(branch: Branch, office: Any) -> None:
    taken_in("demands", book("demands", demand(1, 需求内容="路灯不亮")))
    tick()
    before = state_of(Demand)
    batch = taken_in("demands", book("demands", demand(1, 需求内容="路灯坏了"), demand(2, 需求内容="漏雨")))
    tick()
    assert Demand.objects.filter(hall_on=None).count() == 0
    batch_undo(batch=batch, actor=office, now=NOW)
    assert state_of(Demand) == before


def test_undo_takes_along_what_a_tick_prepared_until_a_meeting_was_held(office: Any) -> None:
    branches = [BranchFactory(name=name) for name in ("甲支部", "乙支部")]
    UserFactory(secretary_of=branches[0])
    batch = taken_in("pairings", book("pairings", agreement("1号", 结束日期="2099-12-31")))
    tick()
    assert (Review.objects.exists(), Reminder.objects.exists()) == (True, True)
    review = Review.objects.earliest("due_on")
    held = {"state": "held_late", "held_on": review.due_on}
    Review.objects.filter(pk=review.pk).update(**held)
    with pytest.raises(DomainError, match=r"^结对“甲支部—乙支部”已有例会系列 1 条，请先处理"):
        batch_undo(batch=batch, actor=office, now=NOW)
    Review.objects.filter(pk=review.pk).update(state="due", held_on=None)
    batch_undo(batch=batch, actor=office, now=NOW)
    assert (Pairing.objects.count(), Review.objects.count()) == (0, 0)


def test_undo_of_books_backwards_empties_the_ledgers(office: Any) -> None:
    """Each book can be undone once the ones that build on it are; before, the refusal names them.

    However many rows a book has, its undo needs a fixed number of queries for each table it wrote.
    """
    before = Branch.objects.count()
    batches = {kind: taken_in(kind, demo_book(kind).read_bytes()) for kind in BOOKS}
    with pytest.raises(DomainError, match=r"党组织“.*”已有需求 53 条，请先处理这些再撤销。"):
        batch_undo(batch=batches["branches"], actor=office, now=NOW)
    queries = {}
    for kind in reversed(batches):
        with CaptureQueriesContext(connection) as captured:
            batch_undo(batch=batches[kind], actor=office, now=NOW)
        queries[kind] = len(captured)
    emptied = (Activity, PlanOrder, Demand, Resource, Agreement, Pairing)
    assert [model.objects.count() for model in (*emptied, Branch)] == [0] * len(emptied) + [before]
    assert ServiceAspect.objects.exists()
    assert max(queries.values()) <= MOST_QUERIES, queries


def test_undo_on_the_page_belongs_to_who_imported_it(branch: Branch, office: Any) -> None:
    secretary = UserFactory(secretary_of=branch)
    batch = taken_in("demands", book("demands", demand(1)), secretary)
    undo = reverse("import_undo", args=[batch.pk])
    assert logged_in(UserFactory(secretary_of=branch)).get(undo).status_code == 404
    client = logged_in(secretary)
    listed = client.get(reverse("import_history"))
    assert [row.pk for row in listed.context["page"]] == [batch.pk]
    assert client.get(undo).context["blockers"] == []
    answer = client.post(undo, follow=True)
    assert [str(message) for message in answer.context["messages"]] == ["已撤销“demands.xlsx”的导入。"]
    assert (Demand.objects.count(), ImportBatch.objects.get().undone_by) == (0, secretary)
    assert timezone.now() >= ImportBatch.objects.get().undone_at
