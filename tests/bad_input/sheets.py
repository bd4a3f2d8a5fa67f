"""Builds the bad files: workbooks and other bytes that come to the import page."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.imports.workbooks import book, sheet, usual_headers

OWN, PARTNER = "甲党支部", "乙党支部"


def demand(serial: object = 1, **cells: object) -> dict[str, object]:
    row = {"序号": serial, "提出单位": OWN, "需求方面": "客户服务", "需求内容": f"需求{serial}"}
    return {**row, "紧急程度": "一般", "提出日期": "2025-01-09", "状态": "待认领", **cells}


def resource(serial: object = 1, **cells: object) -> dict[str, object]:
    row = {"序号": serial, "提供单位": OWN, "资源类别": "专业人才", "资源名称": f"人才{serial}"}
    return {**row, **cells}


HEADERS = usual_headers("demands")
SOUND = book("demands", demand())


def demands(*rows: dict[str, Any], tweak: Callable[[Any], Any] | None = None, **cells: object) -> bytes:
    """A 需求账单 with the data from row 4; `cells` stand in the one row there is when none are given."""
    return book("demands", *(rows or (demand(**cells),)), tweak=tweak)


def under(headers: list[str], *rows: dict[str, object]) -> bytes:
    """A 需求账单 with these headers."""
    return sheet("需求账单", headers, rows)


def odd(header: str) -> str:
    """A header as it looks after years of mending."""
    return f" {header[:1]}\n{header[1:]}　"


def oddly_headed() -> bytes:
    return under(
        [odd(header) for header in HEADERS], {odd(header): value for header, value in demand().items()}
    )


def put(cell: str, value: object) -> bytes:
    """A sound ledger with one cell overwritten."""
    return demands(demand(1), demand(2), tweak=lambda page: page.__setitem__(cell, value))


def saved(workbook: Workbook) -> bytes:
    buffer = BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def blank_sheet() -> bytes:
    return saved(Workbook())


def several_sheets() -> bytes:
    """The ledger behind a 说明, with a hidden sheet, a hidden row and a filter."""
    workbook = Workbook()
    workbook.active.append(["请认真填写"])
    workbook.active.title = "说明"
    page = workbook.create_sheet("需求账单")
    for row in (HEADERS, *([each.get(header) for header in HEADERS] for each in (demand(1), demand(2)))):
        page.append(row)
    page.row_dimensions[3].hidden = True
    page.auto_filter.ref = "A1:C3"
    workbook.create_sheet("旧表").sheet_state = "hidden"
    return saved(workbook)


def counted_from_1904() -> bytes:
    workbook = Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    workbook.active.append(HEADERS)
    workbook.active.append([{**demand(), "提出日期": 44204}.get(header) for header in HEADERS])
    return saved(workbook)


def archive(content: bytes = b"", **parts: bytes) -> bytes:
    """A zip file of these parts, beside those of `content`."""
    buffer = BytesIO(content)
    with zipfile.ZipFile(buffer, "a") as opened:
        for name, part in parts.items():
            opened.writestr(name, part)
    return buffer.getvalue()


def flipped(content: bytes) -> bytes:
    return content[:400] + bytes(byte ^ 0xFF for byte in content[400:900]) + content[900:]


CSV = (
    "序号,提出单位,需求方面,需求内容,紧急程度,提出日期,期望完成时限,状态,解决日期\r\n"
    f'1,{OWN},客户服务,"路灯\r\n不亮",一般,2025-03-05,长期,待认领,\r\n'
)
