"""计划定单 in and out: its columns, and what must be true of its rows."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from branches.references import settle_branches
from core.workbooks.columns import Column
from core.workbooks.dates import Aim
from core.workbooks.merging import Record
from core.workbooks.reader import read_table
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from core.workbooks.tables import Row, Table
from core.workbooks.values import Day, Label, Several, Text, Whole
from ledgers.models import Demand, Resource
from pairing.plans.enums import Line, PlanOrderState
from pairing.plans.exchange.pairs import settle_pairings
from pairing.plans.models import Pairing
from pairing.plans.services.intake import plan_orders_take_in

TITLE = "计划定单"
COLUMNS = (
    Column("定单编号", "number", Text(40), required=True),
    Column("甲方", "party_a", Text(100), required=True),
    Column("乙方", "party_b", Text(100), required=True),
    Column("需求序号", "demand", Whole(minimum=1), required=True),
    Column("需求单位", "demand_owner", Text(100), optional=True),
    Column("资源序号", "resource", Whole(minimum=1)),
    Column("资源单位", "resource_owner", Text(100), optional=True),
    Column("四联类别", "line", Label(Line), required=True),
    Column("任务", "task", Text(1000, multiline=True), required=True),
    Column("责任人", "responsible", Several(60)),
    Column("地点意向", "place", Text(200), optional=True),
    Column("完成时限", "due_on", Day(aim=Aim.END), required=True, also=("时限", "办理时限")),
    Column("状态", "state", Label(PlanOrderState), required=True),
    Column("完成日期", "completed_on", Day(aim=Aim.PAST), optional=True),
    Column("状态说明", "state_reason", Text(300), optional=True),
)
FIELDS = (
    "number",
    "pairing",
    "demand",
    "resource",
    "line",
    "task",
    "place",
    "due_on",
    "state",
    "state_reason",
)


def import_plan_orders(source: bytes | Book, terms: ImportTerms) -> ImportResult:
    """Take in 计划定单: orders by number, pointing at one side's demand and the other side's resource."""
    table = read_table(source, COLUMNS, title=TITLE, terms=terms)
    settle_pairings(table)
    settle_branches(table, "demand_owner", "resource_owner")
    table.fail_repeated("number")
    _settle_serials(table, "demand", Demand, "需求账单")
    _settle_serials(table, "resource", Resource, "资源清单")
    for row in table.rows:
        _check_sides(table, row)
        _check_state(table, row)
    if table.errors:
        return ImportResult.rejected("plan_orders", table)
    records = [_record(row) for row in table.rows]
    changes = plan_orders_take_in(records=records, now=terms.now, as_of=terms.as_of)
    return ImportResult.accepted("plan_orders", table, changes)


def _settle_serials(table: Table, name: str, model: type[Demand] | type[Resource], ledger: str) -> None:
    """Replace a 序号 by the one row of either party that has it; none or several are a fault."""
    serials = {row.values[name] for row in table.rows if row.get(name)}
    by_serial: dict[int, list[Any]] = defaultdict(list)
    for found in model.objects.filter(serial__in=serials).select_related("branch").order_by("pk"):
        by_serial[found.serial].append(found)
    for row in table.rows:
        if not row.get(name):
            continue
        serial = row.values.pop(name)
        if not row.has("pairing"):
            continue
        candidates = [each for each in by_serial[serial] if _may_be(row, each, f"{name}_owner")]
        if len(candidates) == 1:
            row.values[name] = candidates[0]
        else:
            reason = _serial_reason(row.values["pairing"], candidates, serial, ledger)
            table.fail(row, name, reason)


def _may_be(row: Row, found: Any, owner: str) -> bool:
    wanted = row.get(owner)
    return row.values["pairing"].has(found.branch_id) and (not wanted or found.branch == wanted)


def _serial_reason(pairing: Pairing, candidates: list[Any], serial: int, ledger: str) -> str:
    if not candidates:
        return f"“{pairing.branch_a}”和“{pairing.branch_b}”的{ledger}里都没有序号 {serial}，请核对序号"
    named = "；".join(f"{found.branch}“{found}”" for found in candidates)
    return f"两个支部的{ledger}里都有序号 {serial}：{named}。请加一列“{ledger[:2]}单位”写明是谁的"


def _check_sides(table: Table, row: Row) -> None:
    demand, resource = row.get("demand"), row.get("resource")
    if demand and resource and demand.branch_id == resource.branch_id:
        reason = f"需求和资源都是“{demand.branch}”的，定单应由一方提需求、另一方供资源，请改正序号"
        table.fail(row, "resource", reason)


def _check_state(table: Table, row: Row) -> None:
    state = row.get("state")
    if state == PlanOrderState.CANCELLED and not row.get("state_reason"):
        table.fail(row, "state", "取消的定单请加一列“状态说明”写明理由")
    if state is not None and state != PlanOrderState.COMPLETED and row.get("completed_on"):
        table.fail(row, "completed_on", "只有已完成的定单才填写完成日期，请清空或改状态")


def _record(row: Row) -> Record:
    values = {name: row.values[name] for name in FIELDS if name in row.values}
    values["resource"] = row.get("resource")
    values |= _responsible(row)
    return Record(row.number, values, {"completed_on": row.get("completed_on")})


def _responsible(row: Row) -> dict[str, str]:
    """The first of the 责任人 is 甲方's, the rest are 乙方's, whichever way round the pairing stands."""
    if not row.has("responsible"):
        return {}
    first, *rest = row.values["responsible"] or ("",)
    names = (first[:60], "、".join(rest)[:60])
    if row.values["party_a"].pk != row.values["pairing"].branch_a_id:
        names = names[::-1]
    return {"responsible_a": names[0], "responsible_b": names[1]}
