"""Takes in a 活动台账: activities by 序号, with who took part, what they occupied and what came of them."""

from __future__ import annotations

from django.db import transaction

from branches.models import Branch
from branches.naming import BranchNames
from core.workbooks.merging import Record
from core.workbooks.reader import read_table
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from core.workbooks.tables import Row
from pairing.activities.exchange import checks
from pairing.activities.exchange.columns import COLUMNS, TITLE
from pairing.activities.half_days import local_instant
from pairing.activities.services.intake import activities_take_in
from pairing.plans.exchange.pairs import settle_pairings

FIELDS = (
    "serial",
    "pairing",
    "plan_order",
    "title",
    "venue",
    "person",
    "member_count",
    "served_count",
    "record",
)


def import_activities(source: bytes | Book, terms: ImportTerms) -> ImportResult:
    """Take in a 活动台账. Activities up to the terms' as-of day are on record, later ones are announced."""
    table = read_table(source, COLUMNS, title=TITLE, terms=terms)
    settle_pairings(table)
    checks.settle_others(table, BranchNames(Branch.objects.active()))
    checks.settle_kinds(table, terms)
    checks.settle_outcomes(table, terms)
    checks.settle_orders(table)
    checks.check_times(table)
    checks.check_serials(table)
    if table.errors:
        return ImportResult.rejected("activities", table)
    by_serial = {row.values["serial"]: row for row in table.rows}
    with transaction.atomic():
        records = [_record(row) for row in table.rows]
        changes, clashes = activities_take_in(records=records, now=terms.now, as_of=terms.as_of)
        for clash in clashes:
            table.fail(by_serial[clash.activity.serial], "starts", clash.sentence)
        transaction.set_rollback(bool(clashes))
    if table.errors:
        return ImportResult.rejected("activities", table)
    return ImportResult.accepted("activities", table, changes)


def _record(row: Row) -> Record:
    values = {name: row.values[name] for name in FIELDS if name in row.values}
    values["starts_at"] = local_instant(row.values["day"], row.values["starts"])
    values["ends_at"] = local_instant(row.values["day"], row.values["ends"])
    extra = {name: row.values[name] for name in ("kind", "line", "others", "outcomes", "day")}
    return Record(row.number, values, extra)
