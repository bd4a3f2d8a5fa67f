"""The six workbooks of the demo go in on an empty database, every deliberate untidiness included."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.db.models import Count
from django.utils import timezone

from branches.models import Branch
from core.models import AuditEntry
from ledgers.models import Demand, Resource
from pairing.activities.models import Activity
from pairing.imports.models import ImportBatch
from pairing.plans.models import Agreement, Pairing, PlanOrder
from tests.imports.workbooks import import_demo_books
from tests.once import kept_for_the_module

pytestmark = pytest.mark.django_db

ROWS = {"branches": 12, "pairings": 6, "resources": 79, "demands": 53, "plan_orders": 32, "activities": 116}


@pytest.fixture(scope="module")
def results(django_db_setup, django_db_blocker):
    with kept_for_the_module(django_db_blocker):
        yield import_demo_books()


@pytest.fixture
def imported(results, db):
    return results


def test_demo_books_import_every_row(imported):
    assert {kind: result.errors for kind, result in imported.items()} == {kind: [] for kind in ROWS}
    assert {kind: (result.rows, result.created) for kind, result in imported.items()} == {
        kind: (count, count) for kind, count in ROWS.items()
    }
    assert Pairing.objects.count() == Agreement.objects.count() == 6
    assert (Resource.objects.count(), Demand.objects.count()) == (79, 53)
    assert (PlanOrder.objects.count(), Activity.objects.count()) == (32, 116)
    assert ImportBatch.objects.count() == AuditEntry.objects.filter(action="ledger.import").count() == 6


def test_demo_books_unknown_superiors_become_roots(imported):
    roots = set(Branch.objects.filter(parent=None).values_list("name", flat=True))
    assert roots == {
        "娄底市局（公司）党委",
        "永丰街道党工委",
        "青树坪镇党委",
        "荷叶镇党委",
        "双峰县公安局党委",
        "娄底市局（公司）机关党委",
    }
    assert imported["branches"].notes == [
        f"上级党组织“{name}”不在清单里，随本次导入作为顶层组织新建。"
        for name in (
            "娄底市局（公司）党委",
            "永丰街道党工委",
            "青树坪镇党委",
            "荷叶镇党委",
            "双峰县公安局党委",
            "娄底市局（公司）机关党委",
        )
    ]
    assert Branch.objects.get(name="专卖党支部").parent.name == "双峰县烟草专卖局（分公司）党总支"


def test_demo_books_text_dates(imported):
    demands = {demand.serial: demand for demand in Demand.objects.all()}
    assert demands[2].raised_on == date(2025, 1, 9)
    assert demands[28].raised_on == date(2025, 1, 6)
    assert demands[11].deadline_on == date(2025, 12, 15)
    assert demands[8].deadline_on == date(2025, 12, 31)
    assert demands[40].deadline_on is None
    ends = dict(Agreement.objects.values_list("number", "ends_on"))
    assert ends["双烟党建协〔2025〕4号"] == date(2025, 12, 31)
    assert ends["双烟党建协〔2025〕5号"] == date(2026, 12, 31)
    assert PlanOrder.objects.get(number="DD2025-008").due_on == date(2025, 4, 30)


def test_demo_books_text_times_numbers_and_blanks(imported):
    activities = {activity.serial: activity for activity in Activity.objects.all()}
    assert timezone.localtime(activities[36].starts_at).time() == time(9, 30)
    assert timezone.localtime(activities[81].starts_at).time() == time(14, 30)
    assert activities[58].served_count == 58
    assert activities[41].title == "普法进社区第一讲：哪些烟不能进"
    assert Resource.objects.get(serial=66).branch.name == "双峰县公安局党支部"
    demand = Demand.objects.get(serial=31)
    assert (demand.closed_on, demand.satisfaction) == (None, None)
    assert "\n" in Demand.objects.get(serial=24).description
    assert Demand.objects.get(serial=37).expected_people > 0


def test_demo_books_states(imported):
    def counts(model):
        return dict(model.objects.values_list("state").annotate(n=Count("pk")).order_by())

    assert counts(Demand) == {"closed": 32, "open": 21}
    assert counts(PlanOrder) == {"completed": 32}
    assert counts(Activity) == {"archived": 116}
    assert counts(Resource) == {"published": 79}
    assert counts(Agreement) == {"in_force": 6}
    order = PlanOrder.objects.get(number="DD2025-003")
    assert (order.responsible_a, order.responsible_b) == ("刘同志", "阳同志")
    assert order.completed_on == date(2025, 3, 21)
    assert order.is_confirmed_a and order.is_confirmed_b


def test_demo_books_book_what_activities_occupied(imported):
    activity = Activity.objects.get(serial=18)
    names = sorted(activity.bookings.values_list("subject__name", flat=True))
    assert names == sorted(["机关党支部", "和谐村党支部", "青树坪所站党支部", "和谐村村部晒谷坪"])
    assert dict(activity.participations.values_list("branch__name", "role")) == {
        "机关党支部": "party_a",
        "和谐村党支部": "party_b",
        "青树坪所站党支部": "other",
    }
