"""Reading workbooks: what a cell may say, where the table is found, and which files are refused."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.db.models import TextChoices
from openpyxl import Workbook, load_workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from core.workbooks import guards
from core.workbooks.columns import Column
from core.workbooks.dates import Reading
from core.workbooks.errors import (
    CellError,
    HeadingError,
    WorkbookError,
    WorkbookFormatError,
    WorkbookTooBigError,
)
from core.workbooks.reader import read_table
from core.workbooks.results import ImportTerms
from core.workbooks.tables import Row, Table
from core.workbooks.template import template
from core.workbooks.values import Clock, Day, Label, Number, Several, Text, Whole


class Fruit(TextChoices):
    APPLE = "apple", "苹果"
    PEAR = "pear", "梨"


COLUMNS = (
    Column("序号", "serial", Whole(minimum=1), required=True),
    Column("名称", "name", Text(5), required=True),
    Column("日期", "day", Day(open_ended=True)),
    Column("水果", "fruit", Label(Fruit), optional=True),
)
READING = Reading()
TERMS = ImportTerms(now=datetime(2025, 11, 28, 9, tzinfo=UTC), as_of=date(2025, 11, 28))


def workbook(*rows: list[Any], tweak: Callable[[Worksheet], Any] | None = None, title: str = "表") -> bytes:
    book = Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(row)
    if tweak:
        tweak(sheet)
    return saved(book)


def saved(book: Workbook) -> bytes:
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def read(*rows: list[Any], tweak: Callable[[Worksheet], Any] | None = None):
    return read_table(workbook(*rows, tweak=tweak), COLUMNS, title="表", terms=TERMS)


def errors(table) -> list[tuple[int, str, str, str]]:
    return [(error.row, error.column, error.value, error.reason) for error in table.sorted_errors()]


HEADER = ["序号", "名称", "日期"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (datetime(2025, 1, 9), date(2025, 1, 9)),
        (45666, date(2025, 1, 9)),
        ("2025年1月9日", date(2025, 1, 9)),
        ("2025.01.06", date(2025, 1, 6)),
        ("2025-1-9", date(2025, 1, 9)),
        ("2025/1/9", date(2025, 1, 9)),
        ("２０２５．１２．１５", date(2025, 12, 15)),  # noqa: RUF001
        (" 2025年 1月 9日　", date(2025, 1, 9)),
        ("20250109", date(2025, 1, 9)),
        ("2025-01-09 00:00:00", date(2025, 1, 9)),
        ("2025年12月底前", date(2025, 12, 31)),
        ("2024年2月底", date(2024, 2, 29)),
        ("长期", None),
    ],
)
def test_day_reads_what_offices_write(value: Any, expected: date | None) -> None:
    assert Day(open_ended=True)(value, READING) == expected


FORM = "，请写成 2025-01-09 或 2025年1月9日"


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("01/02/2026", f"日期有歧义，分不清年月日的先后{FORM}"),
        ("3月5日", f"日期没有年份{FORM}"),
        ("2026/2/30", f"日历上没有这一天{FORM}"),
        ("2025年13月底前", f"日历上没有这一天{FORM}"),
        ("0206-01-01", f"年份 206 不合理{FORM}"),
        ("昨天", f"不是日期{FORM}"),
        (12, f"不是日期{FORM}"),
        (True, f"不是日期{FORM}"),
        ("长期", f"这里不能写“长期”{FORM}"),
    ],
)
def test_day_refuses_what_it_would_have_to_guess(value: Any, reason: str) -> None:
    with pytest.raises(CellError) as refusal:
        Day()(value, READING)
    assert str(refusal.value) == reason


def test_day_is_moved_by_the_shift() -> None:
    assert Day()("2025-01-09", Reading(shift=timedelta(weeks=2))) == date(2025, 1, 23)


def test_day_serial_follows_the_date_system_of_the_file() -> None:
    assert Day()(45666, Reading(epoch=CALENDAR_MAC_1904)) == date(2029, 1, 10)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (time(9, 30), time(9, 30)),
        (datetime(2025, 1, 1, 14, 30), time(14, 30)),
        (0.5, time(12, 0)),
        ("9:30", time(9, 30)),
        ("14：30", time(14, 30)),
        ("9时30分", time(9, 30)),
        ("14点", time(14, 0)),
    ],
)
def test_clock_reads_what_offices_write(value: Any, expected: time) -> None:
    assert Clock()(value, READING) == expected


@pytest.mark.parametrize("value", ["24:00", "9:61", "上午", 3, "930"])
def test_clock_refuses_what_is_no_time(value: Any) -> None:
    with pytest.raises(CellError):
        Clock()(value, READING)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (58, 58),
        (58.0, 58),
        ("58", 58),
        ("１２", 12),  # noqa: RUF001
        ("1,200", 1200),
        ("约60", 60),
        ("60多", 60),
        ("约60人", 60),
    ],
)
def test_whole_reads_numbers_and_text_numbers(value: Any, expected: int) -> None:
    assert Whole()(value, READING) == expected


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (-1, "不能为负数，请改正"),
        (1.5, "应为整数，请去掉小数"),
        ("Ⅻ", "应为数字，请只填数字"),
        ("1e9", "应为数字，请只填数字"),
        ("1.38E+10", "应为数字，请只填数字"),
        ("五十", "应为数字，请只填数字"),
        ("50至60", "应为数字，请只填数字"),
        (True, "应为数字，请只填数字"),
        (10**9, "不能大于 999999999，请改正"),
    ],
)
def test_whole_refuses_other_numbers(value: Any, reason: str) -> None:
    with pytest.raises(CellError) as refusal:
        Whole()(value, READING)
    assert str(refusal.value) == reason


def test_whole_names_both_bounds_of_a_scale() -> None:
    with pytest.raises(CellError) as refusal:
        Whole(minimum=1, maximum=5)(6, READING)
    assert str(refusal.value) == "须在 1 到 5 之间，请改正"


def test_number_keeps_two_decimals() -> None:
    assert Number()("11,280.50", READING) == Decimal("11280.5")
    with pytest.raises(CellError):
        Number()("1.234", READING)


def test_text_is_trimmed_joined_and_measured() -> None:
    assert Text(5)("　朱\u200b同志 ", READING) == "朱同志"
    assert Text(9)("第一行\n第二行", READING) == "第一行第二行"
    assert Text(9, multiline=True)("第一行\n第二行", READING) == "第一行\n第二行"
    assert Text(20)(13800000001.0, READING) == "13800000001"
    with pytest.raises(CellError) as refusal:
        Text(5)("一二三四五六", READING)
    assert str(refusal.value) == "最多 5 个字，现有 6 个字，请缩短"
    with pytest.raises(CellError) as refusal:
        Text(5)("甲\x07乙", READING)
    assert str(refusal.value) == "含有不可见的控制字符，请重新录入这一格"


def test_label_takes_labels_and_other_words() -> None:
    assert Label(Fruit)(" 苹 果", READING) is Fruit.APPLE
    assert Label(Fruit, {"雪梨": Fruit.PEAR})("雪梨", READING) is Fruit.PEAR
    with pytest.raises(CellError) as refusal:
        Label(Fruit)("桃", READING)
    assert str(refusal.value) == "不在可选范围内，可填：苹果、梨"


def test_several_splits_by_any_separator_and_names_each_once() -> None:
    assert Several()("甲、乙，丙；丁,甲\n戊", READING) == ("甲", "乙", "丙", "丁", "戊")


def test_header_is_found_under_titles_and_columns_by_name() -> None:
    table = read(
        ["2025年度台账"], ["填报单位"], [], [" 日　期", "名\n称*", "别的", "序号"], ["—", "甲", 1, "2"]
    )
    assert [row.values for row in table.rows] == [{"serial": 2, "name": "甲", "day": None}]
    assert (table.rows[0].number, table.errors) == (5, [])
    assert table.notes == ["有不认识的列，没有导入：别的。"]


def test_missing_and_doubled_headers_are_told_together() -> None:
    table = read(["序号", "日期", "序号"], [1, "2025-1-1", 2])
    assert errors(table) == [
        (1, "序号", "序号", "表头重复，出现在第 1 列、第 3 列，请只保留一列"),
        (1, "名称", "", "缺少这一列，请补上这一列，或在“列的对应”里指明是哪一列"),
    ]


def test_totals_blanks_remarks_and_unused_numbers_are_passed_over() -> None:
    table = read(
        HEADER,
        [1, "甲", None],
        [None, "　", None],
        [2, None, None],
        [3, None, None],
        ["合 计", "1项", None],
        ["注：以上为示例", None, None],
    )
    assert [row.number for row in table.rows] == [2]
    assert table.notes == ["第 7 行是说明文字，已略过。", "有 2 行只有序号（第 4 行起），已略过。"]


@pytest.mark.parametrize("name", ["审批太慢", "审核材料", "填报难", "说明:难懂"])
def test_name_that_sounds_like_a_remark_is_a_row_until_the_table_ends(name: str) -> None:
    table = read(HEADER, [1, "甲", None], [None, name, None], [2, "乙", None])
    assert [row.number for row in table.rows] == [2, 3, 4]
    assert errors(table) == [(3, "序号", "", "必填，不能为空，请补填")]


@pytest.mark.parametrize(
    "remark",
    [
        [None, "说明：以上为示例", None],
        [None, "填表人：张某", "审核人（签字）"],
        ["制表 张某", None, "审核 李某"],
        [None, None, "填报单位 某支部"],
    ],
)
def test_remark_below_the_table_is_passed_over_in_any_column(remark: list[Any]) -> None:
    table = read(HEADER, [1, "甲", None], [2, "乙", None], ["合计", 2], remark)
    assert ([row.number for row in table.rows], errors(table)) == ([2, 3], [])
    assert table.notes == ["第 5 行是说明文字，已略过。"]


def test_last_row_with_a_name_like_a_signature_is_no_remark() -> None:
    table = read(HEADER, [1, "甲", None], [None, "审批太慢", None])
    assert errors(table) == [(3, "序号", "", "必填，不能为空，请补填")]


def test_what_is_wrong_with_a_given_value_is_told_once_for_each_reason() -> None:
    table = Table("表", COLUMNS, frozenset({"fruit"}))
    for number in range(2, 5):
        row = Row(number, {"fruit": "石头", "name": "长名字甲乙丙"})
        for name, reason in (("fruit", "不认识"), ("fruit", "不能吃"), ("name", "太长")):
            table.fail(row, name, reason)
    assert errors(table) == [
        (2, "名称", "长名字甲乙丙", "太长"),
        (2, "水果", "石头", "不认识"),
        (2, "水果", "石头", "不能吃"),
        (3, "名称", "长名字甲乙丙", "太长"),
        (4, "名称", "长名字甲乙丙", "太长"),
    ]


def test_hidden_rows_are_read_and_counted() -> None:
    def hide(sheet: Worksheet) -> None:
        sheet.row_dimensions[3].hidden = True

    table = read(HEADER, [1, "甲", None], [2, "乙", None], tweak=hide)
    assert len(table.rows) == 2
    assert table.notes == ["第 3 行（共 1 行）在 Excel 里是隐藏的，也一并读取。"]


def test_merged_data_cells_are_named() -> None:
    table = read(
        HEADER,
        [1, "甲", None],
        [2, None, None],
        ["合计", None, None],
        tweak=lambda sheet: (sheet.merge_cells("B2:B3"), sheet.merge_cells("A4:C4")),
    )
    assert errors(table) == [(2, "名称", "", "第 2–3 行有合并单元格，请取消合并、逐格填写")]


def test_merge_over_several_rows_leaves_blank_and_unused_ones_among_them_alone() -> None:
    columns = (*COLUMNS, Column("单位", "unit", Text(5), required=True, spans=True))
    content = workbook(
        [*HEADER, "单位"],
        [1, "甲", None, "某村"],
        [None, None, None, None],
        [2, "乙", None, None],
        [3, None, None, None],
        tweak=lambda sheet: sheet.merge_cells("D2:D5"),
    )
    table = read_table(content, columns, title="表", terms=TERMS)
    assert errors(table) == []
    assert [(row.number, row.values["name"], row.values["unit"]) for row in table.rows] == [
        (2, "甲", "某村"),
        (4, "乙", "某村"),
    ]
    assert table.notes == [
        "“单位”有 1 处合并单元格，已逐行填入同样的内容。",
        "有 1 行只有序号（第 5 行起），已略过。",
    ]


def test_formula_errors_and_lost_formulas_are_named() -> None:
    def break_cells(sheet: Worksheet) -> None:
        sheet["B2"] = "#REF!"
        sheet["B2"].data_type = "e"
        sheet["C2"] = "=B2+1"

    table = read(HEADER, [1, "甲", None], tweak=break_cells)
    assert errors(table) == [
        (2, "名称", "#REF!", "是公式错误 #REF!，请粘贴为数值"),
        (2, "日期", "", "公式没有保存计算结果，请粘贴为数值"),
    ]


def test_sheet_with_the_ledger_is_chosen_among_several() -> None:
    book = Workbook()
    book.active.append(["目录"])
    sheet = book.create_sheet("表")
    sheet.append(HEADER)
    sheet.append([1, "甲", None])
    book.create_sheet("旧表").sheet_state = "hidden"
    table = read_table(saved(book), COLUMNS, title="表", terms=TERMS)
    assert (table.sheet, len(table.rows)) == ("表", 1)
    assert table.notes == ["读取的是工作表“表”，没有读：Sheet、旧表。"]


def packed(*entries: tuple[str, bytes]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


NOT_XLSX = (
    "文件不是 .xlsx 工作簿（可能是 .xls、.et、.ods 改了名），"
    "请用 Excel 或 WPS 打开，另存为“Excel 工作簿(.xlsx)”后再导入。"
)
DAMAGED = "文件已损坏，无法读取。请用 Excel 打开并另存为一份新的 .xlsx 再试。"
GOOD = workbook(HEADER, [1, "甲", None])


@pytest.mark.parametrize(
    ("content", "kind", "message"),
    [
        (b"", WorkbookError, "文件是空的（0 字节），没有数据行。请重新选择文件。"),
        (guards.OLE_MAGIC + b"\0" * 600, WorkbookFormatError, NOT_XLSX),
        (packed(("content.xml", b"<x/>")), WorkbookFormatError, NOT_XLSX),
        (
            guards.OLE_MAGIC + guards.ENCRYPTED_MARK,
            WorkbookFormatError,
            "文件已加密，请在 Excel 里取消密码、保存后再导入。",
        ),
        (GOOD[: len(GOOD) // 2], WorkbookError, DAMAGED),
        (packed(("xl/workbook.xml", b"<broken")), WorkbookError, DAMAGED),
        (workbook(), WorkbookError, "文件没有数据行：工作表是空的。请填好数据再导入。"),
        (workbook(HEADER), WorkbookError, "工作表“表”只有表头，没有数据行。请填好数据再导入。"),
        (
            workbook(["别的", "东西"], [1, 2]),
            HeadingError,
            "前 10 行里没有找到“表”的表头，应当有这些列：序号、名称、日期。可先下载模板对照。",
        ),
        (
            b"PK" + b"\0" * guards.MAX_FILE_BYTES,
            WorkbookTooBigError,
            "文件超过 10 MB，请拆分成几个文件后分别导入。",
        ),
        (
            packed(("xl/workbook.xml", b"\0" * 40_000_000)),
            WorkbookTooBigError,
            "文件解压后过大，请拆分成几个文件后分别导入。",
        ),
        (
            workbook(HEADER, tweak=lambda sheet: sheet.cell(1_048_576, 16_384, "x")),
            WorkbookTooBigError,
            "工作表超过 5000 行或 60 列，请拆分成几个文件后分别导入。",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_unreadable_file_is_refused_in_a_sentence(
    content: bytes, kind: type[WorkbookError], message: str
) -> None:
    with pytest.raises(kind) as refusal:
        read_table(content, COLUMNS, title="表", terms=TERMS)
    assert (type(refusal.value), refusal.value.message) == (kind, message)


def test_entity_bomb_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    parts = [(name, content) for name, content in _parts(GOOD) if name != "xl/worksheets/sheet1.xml"]
    with pytest.raises(WorkbookError) as refusal:
        read_table(packed(*parts, ("xl/worksheets/sheet1.xml", bomb)), COLUMNS, title="表", terms=TERMS)
    assert refusal.value.message == DAMAGED


def _parts(content: bytes) -> list[tuple[str, bytes]]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return [(name, archive.read(name)) for name in archive.namelist()]


def test_template_is_read_by_its_own_columns() -> None:
    book = load_workbook(BytesIO(template("表", COLUMNS)))
    sheet = book.active
    assert [cell.value for cell in sheet[3]] == ["序号*", "名称*", "日期", "水果"]
    assert sheet.data_validations.dataValidation[0].formula1 == '"苹果,梨"'
    sheet.append([1, "甲", "2025-01-09", "梨"])
    table = read_table(saved(book), COLUMNS, title="表", terms=TERMS)
    assert [row.values for row in table.rows] == [
        {"serial": 1, "name": "甲", "day": date(2025, 1, 9), "fruit": Fruit.PEAR}
    ]
