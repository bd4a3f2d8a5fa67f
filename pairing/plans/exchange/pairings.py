"""结对协议 in and out: its columns, and what must be true of its rows."""

from __future__ import annotations

from datetime import date

from core.workbooks.columns import Column
from core.workbooks.dates import Aim
from core.workbooks.merging import Record
from core.workbooks.reader import read_table
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from core.workbooks.tables import Row, Table
from core.workbooks.values import Day, Text
from pairing.plans.exchange.known import check_known
from pairing.plans.exchange.pairs import PARTIES, Pair, pair_of, settle_parties
from pairing.plans.services.intake import pairings_take_in

TITLE = "结对协议"
COLUMNS = (
    Column("协议编号", "number", Text(60), required=True),
    Column("甲方", "party_a", Text(100), required=True),
    Column("乙方", "party_b", Text(100), required=True),
    Column("签约日期", "signed_on", Day(aim=Aim.PAST), required=True, also=("签订日期", "签约时间")),
    Column("开始日期", "starts_on", Day(), required=True, also=("起始日期", "开始时间")),
    Column(
        "结束日期", "ends_on", Day(open_ended=True, aim=Aim.END), also=("到期日期", "截止日期", "结束时间")
    ),
    Column("共建目标", "aims", Text(2000, multiline=True)),
    Column("共建内容", "content", Text(8000, multiline=True)),
    Column("结束理由", "end_reason", Text(300), optional=True),
    Column("共建总结", "end_summary", Text(2000, multiline=True), optional=True),
)
ENDING = ("end_reason", "end_summary")


def import_pairings(source: bytes | Book, terms: ImportTerms) -> ImportResult:
    """Take in 结对协议: agreements by number, each with the pairing of its two parties.

    A row with 结束理由 and 共建总结 ends its pairing today, as the button on the pairing's page does.
    """
    table = read_table(source, COLUMNS, title=TITLE, terms=terms)
    settle_parties(table)
    table.fail_repeated("number")
    table.fail_unordered("starts_on", "ends_on", "不能早于开始日期，请核对两个日期")
    _check_terms(table)
    check_known(table)
    if table.errors:
        return ImportResult.rejected("pairings", table)
    records = [_record(row) for row in table.rows]
    changes = pairings_take_in(records=records, now=terms.now, actor=terms.actor)
    return ImportResult.accepted("pairings", table, changes)


def _check_terms(table: Table) -> None:
    """Two agreements of one pair are a renewal, so their terms may not overlap."""
    rows = sorted(table.sound_rows(), key=lambda row: row.values["starts_on"])
    last: dict[Pair, Row] = {}
    for row in rows:
        earlier = last.get(pair_of(row))
        if earlier and row.values["starts_on"] <= (earlier.get("ends_on") or date.max):
            table.fail(
                row, "starts_on", f"与第 {earlier.number} 行是同一对支部，协议期限重叠，请核对起止日期"
            )
        last[pair_of(row)] = row


def _record(row: Row) -> Record:
    beside = (*PARTIES, *ENDING)
    values = {name: value for name, value in row.values.items() if name not in beside}
    return Record(row.number, values, {name: row.get(name) or "" for name in beside})
