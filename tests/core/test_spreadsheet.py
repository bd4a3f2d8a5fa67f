"""The reader of .xlsx files: what openpyxl writes it reads alike, and also what others write."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900

from core.workbooks.errors import WorkbookError, WorkbookFormatError
from core.workbooks.opening import open_book
from core.workbooks.sheets import BrokenCell, MergedRange, QuotedCell, Sheet
from tests.imports.bombs import MAIN, RELATED, RELATIONS, SHEET, package

TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20
).filter(lambda text: text[0] != "=")
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(-1e5, 1e5).map(lambda number: round(number, 4))
MOMENTS = st.datetimes(datetime(1905, 1, 1), datetime(2099, 12, 31)).map(
    lambda day: day.replace(microsecond=0)
)
CLOCKS = st.times().map(lambda clock: clock.replace(microsecond=0))
SPANS = st.integers(0, 10**6).map(lambda seconds: timedelta(seconds=seconds))
VALUES = st.none() | TEXTS | NUMBERS | st.booleans() | MOMENTS | CLOCKS | SPANS | st.just("#REF!")
ROWS = st.lists(st.lists(VALUES, min_size=1, max_size=5), min_size=1, max_size=6)
CODES = st.none() | st.sampled_from(
    [
        "0.00",
        "#,##0",
        "yyyy-mm-dd",
        'yyyy"年"m"月"d"日"',
        "[$-804]h:mm",
        "[h]:mm",
        "[Red]0",
        '0"d"',
        "@",
        "h:mm;@",
    ]
)


def saved(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


@settings(max_examples=60, deadline=None)
@given(
    rows=ROWS,
    codes=st.lists(CODES, min_size=5, max_size=5),
    epoch=st.sampled_from([CALENDAR_WINDOWS_1900, CALENDAR_MAC_1904]),
)
@pytest.mark.filterwarnings("ignore:Cell .* is marked as a date:UserWarning")
def test_sheet_is_read_as_the_library_that_wrote_it_reads_it(
    rows: list, codes: list, epoch: datetime
) -> None:
    book: Any = Workbook()
    book.epoch = epoch
    for row in rows:
        book.active.append(row)
    for cells in book.active.iter_rows():
        for cell, code in zip(cells, codes, strict=False):
            if code and isinstance(cell.value, int | float):
                cell.number_format = code
    content = saved(book)
    page = load_workbook(BytesIO(content), data_only=True).active
    (sheet,) = open_book(content).sheets
    assert filled(sheet.rows) == filled(list(page.iter_rows(values_only=True)))


def filled(rows: Sequence[Sequence[Any]]) -> dict[tuple[int, int], tuple[type, Any]]:
    """Place → kind and value of what is not empty, so that 1 is no True."""
    cells = {(y, x): value for y, row in enumerate(rows) for x, value in enumerate(row) if value is not None}
    return {place: (str if isinstance(value, str) else type(value), value) for place, value in cells.items()}


def read(*cells: str, **parts: str) -> list[list[Any]]:
    rows = "".join(f"<row>{cell}</row>" for cell in cells)
    more = {f"xl/{name}.xml": content for name, content in parts.items()}
    content = package({"xl/worksheets/sheet1.xml": SHEET.format(rows, ""), **more}, padding=0)
    (sheet,) = open_book(content).sheets
    return sheet.rows


STYLES = f"""<styleSheet {MAIN}>
<numFmts><numFmt numFmtId="164" formatCode="[DBNum1]yyyy&quot;年&quot;m&quot;月&quot;"/></numFmts>
<cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf/><xf numFmtId="57"/><xf numFmtId="164"/><xf numFmtId="49" quotePrefix="1"/></cellXfs>
<dxfs><dxf><numFmt numFmtId="164" formatCode="0"/></dxf></dxfs></styleSheet>"""
TEXT = f"""<sst {MAIN}><si><r><t>结</t></r><r><t xml:space="preserve">对 </t></r>
<rPh sb="0" eb="1"><t>ジ</t></rPh></si>
<si><t>一_x000D_二_xD83D_</t></si></sst>"""


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c t="s"><v>0</v></c>', "结对 "),
        ('<c t="s"><v>1</v></c>', "一\r二_xD83D_"),
        ('<c t="inlineStr"><is><r><t>甲</t></r><r><t>乙</t></r></is></c>', "甲乙"),
        ('<c t="str"><f>A2</f><v>丙</v></c>', "丙"),
        ('<c t="d"><v>2025-01-09T08:00:00</v></c>', datetime(2025, 1, 9, 8)),
        ('<c t="b"><v>0</v></c>', False),
        ("<c><v>1.38E+10</v></c>", 1.38e10),
        ('<c s="0"><v>45666</v></c>', 45666),
        (
            '<c s="1"><v>45666</v></c>',
            datetime(2025, 1, 9),
        ),  # a format of Chinese Excel that no file writes out
        ('<c s="2"><v>45666</v></c>', datetime(2025, 1, 9)),
        ('<c s="1"><v>0.5</v></c>', time(12)),
        ('<c s="1"><v>59</v></c>', datetime(1900, 2, 28)),
    ],
)
def test_cell_is_read_however_a_program_writes_it(cell: str, value: Any) -> None:
    assert filled(read(cell, styles=STYLES, sharedStrings=TEXT)) == filled([[value]])


@pytest.mark.parametrize(
    ("cell", "kind", "text"),
    [
        ('<c t="e"><v>#N/A</v></c>', BrokenCell, "#N/A"),
        ("<c><f>A2+1</f></c>", BrokenCell, ""),
        ('<c s="1"><v>1e12</v></c>', BrokenCell, "#VALUE!"),
        ('<c s="3" t="str"><v>—</v></c>', QuotedCell, "—"),
        ('<c s="0" t="str"><v>—</v></c>', str, "—"),
    ],
)
def test_cell_that_says_more_than_its_value_keeps_it(cell: str, kind: type, text: str) -> None:
    ((value,),) = read(cell, styles=STYLES)
    assert (type(value), value) == (kind, text)


def test_formula_with_an_empty_text_for_a_result_is_an_empty_cell() -> None:
    assert read('<c t="str"><f>IF(A2="","",A2)</f><v></v></c><c><v>1</v></c>') == [[None, 1]]


def test_cells_stand_where_they_say_or_else_beside_the_last() -> None:
    cells = '<c r="C2"><v>1</v></c><c><v>2</v></c>'
    assert read("<c><v>0</v></c>", cells) == [[0, None, None, None], [None, None, 1, 2]]


def test_other_prefix_of_the_same_dialect_is_read() -> None:
    row = "<x:row><x:c><x:v>7</x:v></x:c></x:row>"
    page = f"<x:worksheet {MAIN.replace('xmlns', 'xmlns:x')}><x:sheetData>{row}</x:sheetData></x:worksheet>"
    content = package({"xl/worksheets/sheet1.xml": page}, padding=0)
    assert open_book(content).sheets[0].rows == [[7]]


def test_strict_dialect_is_refused_by_its_name() -> None:
    strict = 'xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"'
    content = package({"xl/workbook.xml": f"<workbook {strict}><sheets/></workbook>"}, padding=0)
    with pytest.raises(WorkbookFormatError, match="Strict Open XML"):
        open_book(content)


def test_part_is_found_by_a_path_from_the_root_of_the_archive() -> None:
    relation = f'<Relationship Id="rId1" Type="{RELATIONS}/worksheet" Target="/xl/worksheets/sheet1.xml"/>'
    parts = {"xl/_rels/workbook.xml.rels": RELATED.format(relation)}
    page = SHEET.format("<row><c><v>7</v></c></row>", "")
    content = package({**parts, "xl/worksheets/sheet1.xml": page}, padding=0)
    assert open_book(content).sheets[0].rows == [[7]]


def test_hidden_parts_and_merges_are_told_as_far_as_cells_reach() -> None:
    book: Any = Workbook()
    page = book.active
    page.append([1, None, 3])
    page.append([4, 5, 6])
    page.merge_cells("A1:B1")
    page.row_dimensions[2].hidden = page.row_dimensions[9].hidden = True
    page.column_dimensions["C"].hidden = page.column_dimensions["Z"].hidden = True
    book.create_sheet("旧表").sheet_state = "hidden"
    read = open_book(saved(book))
    assert read.sheets == [Sheet("Sheet", [[1, None, 3], [4, 5, 6]], [MergedRange(1, 1, 1, 2)], [2], [3])]
    assert read.hidden_titles == ["旧表"]


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("A1:C3", MergedRange(1, 3, 1, 3)),
        ("$B$2", MergedRange(2, 2, 2, 2)),
        ("AA10:AB11", MergedRange(10, 11, 27, 28)),
    ],
)
def test_merged_range_is_read_in_every_form(reference: str, expected: MergedRange) -> None:
    merges = f'<mergeCells><mergeCell ref="{reference}"/></mergeCells>'
    page = SHEET.format("<row><c><v>7</v></c></row>", merges)
    content = package({"xl/worksheets/sheet1.xml": page}, padding=0)
    assert open_book(content).sheets[0].merges == [expected]


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="1"><v>1</v></c>',
        '<c r="甲1"><v>1</v></c>',
        "<c><v>一</v></c>",
        '<c t="s"><v>5</v></c>',
        '<c t="d"><v>昨天</v></c>',
    ],
)
def test_cell_that_makes_no_sense_is_a_damaged_file(cell: str) -> None:
    with pytest.raises(WorkbookError, match="文件已损坏"):
        read(cell, styles=STYLES)


def test_row_that_goes_back_is_a_damaged_file_for_it_would_be_lost() -> None:
    rows = '<row r="2"><c><v>1</v></c></row><row r="1"><c><v>2</v></c></row>'
    with pytest.raises(WorkbookError, match="文件已损坏"):
        open_book(package({"xl/worksheets/sheet1.xml": SHEET.format(rows, "")}, padding=0))
