"""The demo's six workbooks on an empty database: the preview tells what the import does, twice is once."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from branches.models import Branch
from pairing.activities.models import Booking, Outcome, Participation
from pairing.imports.models import ImportBatch
from pairing.imports.registry import BOOKS
from pairing.imports.services.intake import ledger_preview
from tests.imports.workbooks import TERMS, demo_book, import_demo_book

pytestmark = pytest.mark.django_db

ROWS = {"branches": 12, "pairings": 6, "resources": 79, "demands": 53, "plan_orders": 32, "activities": 116}


def test_preview_writes_nothing_and_tells_the_same_in_few_queries():
    counts = {}
    for kind in BOOKS:
        batches = ImportBatch.objects.count()
        preview = ledger_preview(kind=kind, content=demo_book(kind).read_bytes(), terms=TERMS)
        assert ImportBatch.objects.count() == batches
        with CaptureQueriesContext(connection) as queries:
            taken = import_demo_book(kind)
        counts[kind] = len(queries)
        assert preview.as_dict() == taken.as_dict()
        assert [(row.row, row.status, row.fields) for row in preview.changes] == [
            (row.row, row.status, row.fields) for row in taken.changes
        ]
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
    out = StringIO()
    call_command("import_ledger", "resources", str(demo_book("resources")), stdout=out)
    assert out.getvalue().splitlines()[-1] == "资源清单：共 79 行，没有变化。"
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
