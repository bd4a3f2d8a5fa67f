"""Rows whose 序号 nobody has written."""

from __future__ import annotations

from core.workbooks.tables import Table
from core.workbooks.values import folded, is_blank


def note_unnumbered(table: Table) -> None:
    """Say how many rows get a number of ours; two alike without numbers are a fault."""
    rows = [row for row in table.rows if is_blank(row.cells.get("serial"))]
    seen: dict[tuple[object, str], int] = {}
    for row in rows:
        if not row.has("branch", "title"):
            continue
        first = seen.setdefault((row.values["branch"].pk, folded(row.values["title"])), row.number)
        if first != row.number:
            table.fail(row, "title", f"与第 {first} 行重复，又都没有序号，请删去其中一行，或填上序号")
    if rows:
        table.notes.append(f"有 {len(rows)} 行没有序号，按名称找到原有的行，新的接着编号。")
