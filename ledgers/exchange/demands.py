"""需求账单 in and out: its columns, and what must be true of its rows."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from branches.references import settle_branches
from core.workbooks.columns import Column
from core.workbooks.dates import Aim
from core.workbooks.merging import Record
from core.workbooks.reader import read_table
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from core.workbooks.tables import Row, Table
from core.workbooks.values import Day, Label, Phone, Text, Whole, is_blank
from ledgers.enums import DemandNature, DemandSource, DemandState, Urgency
from ledgers.exchange import words
from ledgers.exchange.aspects import settle_aspects
from ledgers.exchange.serials import note_unnumbered
from ledgers.models import Demand
from ledgers.services.demands import NEEDS_REASON, RAISED_AHEAD
from ledgers.services.intake import FINISHED, demands_take_in, is_alike

TITLE = "需求账单"
COLUMNS = (
    Column("序号", "serial", Whole(minimum=1), optional=True),
    Column("提出单位", "branch", Text(100), required=True, also=words.BRANCH, spans=True),
    Column("需求方面", "aspect", Text(40), required=True, also=words.ASPECT, spans=True),
    Column("需求内容", "title", Text(120), required=True, also=words.DEMAND_TITLE),
    Column("具体描述", "description", Text(2000, multiline=True), optional=True, also=words.DETAIL),
    Column("需求性质", "nature", Label(DemandNature), optional=True),
    Column("需求来源", "source", Label(DemandSource), optional=True),
    Column("服务对象", "audience_text", Text(100), optional=True, also=words.AUDIENCE),
    Column("预计受益人数", "expected_people", Whole(), optional=True, also=words.PEOPLE),
    Column(
        "紧急程度",
        "urgency",
        Label(Urgency, heard=words.URGENCIES),
        required=True,
        also=words.URGENCY,
        usual="一般",
    ),
    Column(
        "提出日期", "raised_on", Day(aim=Aim.PAST), required=True, also=words.RAISED, spans=True, usual="今天"
    ),
    Column("期望完成时限", "deadline_on", Day(open_ended=True, aim=Aim.END), also=words.DEADLINE),
    Column("联系人", "contact_name", Text(60), optional=True, also=words.CONTACT, spans=True),
    Column("联系电话", "contact_phone", Phone(30), optional=True, also=words.PHONE, spans=True),
    Column(
        "状态",
        "state",
        Label(DemandState, words.OFFICE_STATES, words.STATES),
        required=True,
        also=words.STATE,
        usual="待认领",
    ),
    Column("状态说明", "state_reason", Text(300, multiline=True), optional=True),
    Column("解决日期", "closed_on", Day(aim=Aim.PAST), optional=True, also=words.CLOSED),
    Column("满意度", "satisfaction", Whole(minimum=1, maximum=5), optional=True),
    Column("备注", "note", Text(300), optional=True),
)


def import_demands(source: bytes | Book, terms: ImportTerms) -> ImportResult:
    """Take in a 需求账单: demands by branch and 序号."""
    table = read_table(source, COLUMNS, title=TITLE, terms=terms)
    settle_branches(table, "branch", owner_ids=terms.owner_ids)
    settle_aspects(table, "aspect", terms)
    table.fail_repeated("branch", "serial")
    note_unnumbered(table)
    table.fail_unordered("raised_on", "deadline_on", "不能早于提出日期，请核对两个日期")
    table.fail_unordered("raised_on", "closed_on", "不能早于提出日期，请核对两个日期")
    last = max(terms.as_of, timezone.localdate(terms.now))
    for row in table.rows:
        _check_state(table, row)
        if (raised_on := row.get("raised_on")) and raised_on > last:
            table.fail(row, "raised_on", RAISED_AHEAD)
    _spare_finished(table)
    if table.errors:
        return ImportResult.rejected("demands", table)
    records = [_record(row) for row in table.rows]
    return ImportResult.accepted("demands", table, demands_take_in(records=records, now=terms.now))


def _check_state(table: Table, row: Row) -> None:
    """A closed demand has its date; an open one has neither date nor satisfaction."""
    state = row.get("state")
    if state is None:
        return
    if state == DemandState.CLOSED:
        if row.get("closed_on") is None and is_blank(row.cells.get("closed_on")):
            table.fail(row, "closed_on", "状态是已解决，请填写解决日期")
        return
    for name in ("closed_on", "satisfaction"):
        if row.get(name) is not None:
            table.fail(row, name, f"状态是“{state.label}”，只有已解决的需求才填写这一格，请清空或改状态")
    if state in NEEDS_REASON and not (row.get("state_reason") or row.get("note")):
        table.fail(row, "state", f"状态是“{state.label}”，请在备注里写明理由")


def _spare_finished(table: Table) -> None:
    """Refuse the number of a demand that is over to a row that is not solved and cannot be that demand."""
    named = ("branch", "serial", "title", "state", "raised_on")
    rows = [row for row in table.rows if all(map(row.get, named)) and row.get("state") != DemandState.CLOSED]
    over = Demand.objects.filter(branch__in={row.values["branch"].pk for row in rows}, state__in=FINISHED)
    known = {(demand.branch_id, demand.serial): demand for demand in over}
    for row in rows:
        demand = known.get((row.values["branch"].pk, row.values["serial"]))
        if demand is None:
            continue
        is_later = demand.closed_on is not None and demand.closed_on < row.values["raised_on"]
        is_other = row.values["state"] not in FINISHED and not is_alike(demand.title, row.values["title"])
        if is_later or is_other:
            reason = f"这个序号是{demand.get_state_display()}的“{demand.title}”，请清空这一格，会接着编号"
            table.fail(row, "serial", reason)


def _record(row: Row) -> Record:
    values = {name: value for name, value in row.values.items() if name != "aspect"}
    for name, fallback in (("nature", DemandNature.PROBLEM), ("source", DemandSource.OTHER)):
        if name in values:
            values[name] = values[name] or fallback
    values["state_reason"] = values.get("state_reason") or _reason_in_note(values)
    return Record(row.number, values, {"aspect": row.values["aspect"]})


def _reason_in_note(values: dict[str, Any]) -> str:
    """Offices whose ledger has no 状态说明 write the reason into 备注."""
    return values.get("note", "") if values["state"] in NEEDS_REASON else ""
