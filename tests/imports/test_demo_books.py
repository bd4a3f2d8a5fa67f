"""The six workbooks of the demo go in on an empty database, every deliberate untidiness included."""

from __future__ import annotations

import json
from datetime import date, time
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models import Count
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openpyxl import load_workbook

from branches.models import Branch
from core.models import AuditEntry
from ledgers.models import Demand, Resource
from pairing.activities.models import Activity, Booking, Outcome, Participation
from pairing.imports.models import ImportBatch
from pairing.imports.registry import BOOKS
from pairing.imports.services.intake import ledger_import, ledger_preview
from pairing.plans.models import Agreement, Pairing, PlanOrder
from tests.imports.workbooks import TERMS, demo_book

pytestmark = pytest.mark.django_db

ROWS = {"branches": 12, "pairings": 6, "resources": 79, "demands": 53, "plan_orders": 32, "activities": 116}


def import_book(kind: str):
    content = demo_book(kind).read_bytes()
    return ledger_import(kind=kind, file_name=f"{kind}.xlsx", content=content, actor=None, terms=TERMS)


@pytest.fixture
def imported():
    return {kind: import_book(kind) for kind in BOOKS}


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


@pytest.mark.parametrize("kind", BOOKS)
def test_demo_book_preview_writes_nothing_and_tells_the_same(kind):
    for earlier in BOOKS:
        content = demo_book(earlier).read_bytes()
        if earlier == kind:
            break
        import_book(earlier)
    batches = ImportBatch.objects.count()
    preview = ledger_preview(kind=kind, content=content, terms=TERMS)
    assert ImportBatch.objects.count() == batches
    taken = import_book(kind)
    assert preview.as_dict() == taken.as_dict()
    assert [(row.row, row.status, row.fields) for row in preview.changes] == [
        (row.row, row.status, row.fields) for row in taken.changes
    ]


def test_demo_books_take_few_queries():
    counts = {}
    for kind in BOOKS:
        with CaptureQueriesContext(connection) as queries:
            import_book(kind)
        counts[kind] = len(queries)
    assert max(counts.values()) <= 60, counts


def test_import_ledger_command_takes_all_six_books_twice_and_refuses_a_broken_one(tmp_path: Path):
    first = {kind: run_command(kind, demo_book(kind)) for kind in BOOKS}
    written = {model: model.objects.count() for model in (Branch, Outcome, Participation, Booking)}
    second = {kind: run_command(kind, demo_book(kind)) for kind in BOOKS}
    assert {kind: (status, counts(result)) for kind, (status, result) in first.items()} == {
        kind: (0, (True, rows, rows, 0, 0, [])) for kind, rows in ROWS.items()
    }
    assert {kind: (status, counts(result)) for kind, (status, result) in second.items()} == {
        kind: (0, (True, rows, 0, 0, rows, [])) for kind, rows in ROWS.items()
    }
    assert {model: model.objects.count() for model in written} == written
    assert ImportBatch.objects.count() == 6
    assert [note[:6] for note in second["demands"][1]["notes"]] == ["该文件已于 "]
    workbook = load_workbook(demo_book("demands"))
    page = workbook.worksheets[0]
    page["A5"], page["B6"] = "x", "没有的支部"
    workbook.save(tmp_path / "坏.xlsx")
    status, result = run_command("demands", tmp_path / "坏.xlsx")
    assert (status, result["ok"], result["errors"]) == (
        1,
        False,
        [
            fault(5, "序号", "x", "应为数字，请只填数字"),
            fault(6, "提出单位", "没有的支部", "没有这个党组织。请改正名称，或先导入组织清单"),
        ],
    )


def run_command(kind: str, file: Path) -> tuple[int, dict[str, Any]]:
    out, status = StringIO(), 0
    try:
        call_command("import_ledger", kind, str(file), "--json", "--as-of", "2025-11-28", stdout=out)
    except SystemExit as end:
        status = int(end.code or 0)
    return status, json.loads(out.getvalue())


def counts(result: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(result[name] for name in ("ok", "rows", "created", "changed", "unchanged", "errors"))


def fault(row: int, column: str, value: str, reason: str) -> dict[str, Any]:
    return {"sheet": "需求账单", "row": row, "column": column, "value": value, "reason": reason}


def test_import_ledger_command_dry_run_writes_nothing():
    out = StringIO()
    call_command("import_ledger", "branches", str(demo_book("branches")), "--dry-run", stdout=out)
    assert out.getvalue().splitlines()[-1] == (
        "组织清单：共 12 行，将会新增 12 行、更新 0 行，0 行没有变化。"
    )
    assert Branch.objects.count() == 0


def test_import_ledger_command_says_when_nothing_changes(imported):
    out = StringIO()
    call_command("import_ledger", "resources", str(demo_book("resources")), stdout=out)
    assert out.getvalue().splitlines()[-1] == "资源清单：共 79 行，没有变化。"
