"""资源清单 in and out: its columns, and what must be true of its rows."""

from __future__ import annotations

from branches.references import settle_branches
from core.workbooks.columns import Column
from core.workbooks.errors import CellError
from core.workbooks.merging import Record
from core.workbooks.reader import read_table
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from core.workbooks.tables import Row, Table
from core.workbooks.values import Label, Phone, Several, Text, Whole
from ledgers.enums import ResourceKind
from ledgers.exchange import words
from ledgers.exchange.aspects import settle_aspects
from ledgers.exchange.serials import note_unnumbered
from ledgers.kinds import from_text
from ledgers.services.intake import resources_take_in

TITLE = "资源清单"
COLUMNS = (
    Column("序号", "serial", Whole(minimum=1), optional=True),
    Column("提供单位", "branch", Text(100), required=True, also=words.BRANCH, spans=True),
    Column(
        "资源类别", "kind", Label(ResourceKind, heard=words.KINDS), required=True, also=words.KIND, spans=True
    ),
    Column("资源名称", "title", Text(120), required=True, also=words.RESOURCE_TITLE),
    Column("资源说明", "description", Text(2000, multiline=True), optional=True, also=words.DETAIL),
    Column("服务方向", "aspects", Several(40), also=words.ASPECT, spans=True),
    Column(
        "每月可承接次数",
        "capacity_per_month",
        Whole(minimum=1, unbounded=words.UNBOUNDED),
        optional=True,
        also=words.CAPACITY,
    ),
    Column("可服务时间", "availability_text", Text(200), optional=True, also=words.AVAILABILITY),
    Column("地点", "place", Text(200), optional=True, also=words.PLACE),
    Column("联系人", "contact_name", Text(60), optional=True, also=words.CONTACT, spans=True),
    Column("联系电话", "contact_phone", Phone(30), optional=True, also=words.PHONE, spans=True),
    Column("备注", "note", Text(300), optional=True),
    Column("分类信息", "details", Text(2000, multiline=True), optional=True),
)


def import_resources(source: bytes | Book, terms: ImportTerms) -> ImportResult:
    """Take in a 资源清单: resources by branch and 序号; new ones are usable at once."""
    table = read_table(source, COLUMNS, title=TITLE, terms=terms)
    settle_branches(table, "branch", owner_ids=terms.owner_ids)
    settle_aspects(table, "aspects", terms)
    table.fail_repeated("branch", "serial")
    note_unnumbered(table)
    for row in table.rows:
        _settle_details(table, row)
    if table.errors:
        return ImportResult.rejected("resources", table)
    records = [_record(row) for row in table.rows]
    return ImportResult.accepted("resources", table, resources_take_in(records=records, now=terms.now))


def _settle_details(table: Table, row: Row) -> None:
    """Read 分类信息 as the row's own kind tells it."""
    if not row.has("details", "kind"):
        return
    try:
        row.values["details"] = from_text(row.values["kind"], row.values["details"])
    except CellError as error:
        table.fail(row, "details", str(error))


def _record(row: Row) -> Record:
    values = {name: value for name, value in row.values.items() if name != "aspects"}
    return Record(row.number, values, {"aspects": row.get("aspects")})
