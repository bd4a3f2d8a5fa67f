"""Items 1–16 and 27–32: files as a whole, their headers and sheets, and the way from preview to import."""

from __future__ import annotations

from core.workbooks.guards import ENCRYPTED_MARK, MAX_FILE_BYTES, OLE_MAGIC
from tests.bad_input import steps
from tests.bad_input.cases import Refused, Steps, Table, Taken
from tests.bad_input.sheets import (
    CSV,
    HEADERS,
    SOUND,
    archive,
    blank_sheet,
    demand,
    demands,
    flipped,
    oddly_headed,
    put,
    several_sheets,
    under,
)
from tests.imports.bombs import BOMBS
from tests.imports.workbooks import sheet

NO_XLSX = "文件不是 .xlsx 工作簿（可能是 .xls、.et、.ods 改了名），请用 Excel 或 WPS 打开，另存为"
DAMAGED = "文件已损坏，无法读取。请用 Excel 打开并另存为一份新的 .xlsx 再试。"
TOO_BIG, SPLIT = 413, "，请拆分成几个文件后分别导入。"
DOUBLED = f"表头重复，出现在第 1 列、第 {len(HEADERS) + 1} 列，请只保留一列"


def bomb(name: str, words: str, status: int = TOO_BIG) -> Refused:
    return Refused(BOMBS[name], words, status=status)


def whole(content: bytes, words: str, status: int = 422) -> Refused:
    """A file that is not read at all."""
    return Refused(content, words, status=status)


FILES: Table = {
    1: (
        "renamed-old-format",
        (
            whole(OLE_MAGIC + b"\0" * 2000, NO_XLSX, 415),
            whole(
                archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet", content=b"<x/>"),
                NO_XLSX,
                415,
            ),
            whole(b"<html><script>alert(1)</script>", NO_XLSX, 415),
            whole(b"\x89PNG\r\n\x1a\n" + b"\0" * 50, NO_XLSX, 415),
        ),
    ),
    2: (
        "password",
        (whole(OLE_MAGIC + b"\0" * 600 + ENCRYPTED_MARK, "文件已加密，请在 Excel 里取消密码", 415),),
    ),
    3: ("damaged", (whole(SOUND[: len(SOUND) // 2], DAMAGED), whole(flipped(SOUND), DAMAGED))),
    4: (
        "no-rows",
        (
            whole(b"", "文件是空的（0 字节），没有数据行。请重新选择文件。"),
            whole(under(HEADERS), "只有表头，没有数据行。请填好数据再导入。"),
            whole(blank_sheet(), "文件没有数据行：工作表是空的。"),
        ),
    ),
    5: ("too-many-bytes", (whole(b"PK" + b"\0" * MAX_FILE_BYTES, f"文件超过 10 MB{SPLIT}", TOO_BIG),)),
    6: (
        "zip-bomb",
        (bomb("zeros", SPLIT), bomb("lying directory", DAMAGED, 422), bomb("entries", SPLIT)),
    ),
    7: (
        "cpu-bomb",
        (
            bomb("too many rows", SPLIT),
            bomb("too many columns", SPLIT),
            bomb("full of cells", SPLIT),
            bomb("one sheet many times", DAMAGED, 422),
        ),
    ),
    8: ("cell-far-away", (bomb("one cell far away", SPLIT),)),
    9: ("entity-bomb", (bomb("entities", DAMAGED, 422),)),
    10: (
        "outside-links",
        (
            bomb("external entity", DAMAGED, 422),
            Steps(steps.nothing_outside_is_fetched),
        ),
    ),
    11: (
        "formula-errors",
        (
            Refused(put("A5", "#REF!"), "是公式错误 #REF!，请粘贴为数值", (5, "序号")),
            Refused(put("D5", "#N/A"), "是公式错误 #N/A，请粘贴为数值", (5, "需求内容")),
            Refused(put("A4", "=1+1"), "公式没有保存计算结果，请粘贴为数值", (4, "序号")),
        ),
    ),
    12: (
        "other-template",
        (
            whole(
                sheet("别的", ["姓名", "电话"], [{"姓名": "甲"}]),
                "没有找到“需求账单”的表头，应当有这些列：",
            ),
            Steps(steps.lacking_column_is_asked_for),
        ),
    ),
    13: (
        "columns-by-name",
        (
            Taken(under(HEADERS[::-1], demand()), {"title": "需求1", "serial": 1}),
            Taken(oddly_headed(), {"title": "需求1"}),
            Taken(
                demands(政治面貌="群众"), {"title": "需求1"}, notes=("有不认识的列，没有导入：政治面貌。",)
            ),
        ),
    ),
    14: ("header-twice", (Refused(under([*HEADERS, "序号"], demand()), DOUBLED, (3, "序号")),)),
    15: (
        "several-sheets-and-hidden",
        (
            Taken(
                several_sheets(),
                {"serial": 2},
                notes=(
                    "读取的是工作表“需求账单”，没有读：说明、旧表。",
                    "第 3 行（共 1 行）在 Excel 里是隐藏的，也一并读取。",
                ),
            ),
        ),
    ),
    16: (
        "merged-cells",
        (
            Refused(
                demands(demand(1), demand(2), tweak=lambda page: page.merge_cells("A4:A5")),
                "第 4–5 行有合并单元格，请取消合并、逐格填写",
                (4, "序号"),
            ),
        ),
    ),
    27: (
        "csv-encodings",
        (
            *(
                Taken(CSV.encode(code), {"title": "路灯不亮"})
                for code in ("utf-8", "utf-8-sig", "gbk", "utf-16")
            ),
            whole(
                CSV.encode() + "2,甲支部\n".encode("gbk"),
                "CSV 文件第 4 行有无法识别的字符，文件可能混用了两种编码，请用 Excel 打开",
            ),
        ),
    ),
    28: (
        "csv-separators-and-quotes",
        (
            Taken(CSV.replace(",", ";").encode(), {"title": "路灯不亮"}),
            Taken(CSV.replace(",", "\t").encode(), {"title": "路灯不亮"}),
            Taken(CSV.replace(",", "，").encode(), {"title": "路灯不亮"}),
            whole(b'a,b\n\0,"x', "CSV 文件第 2 行有 NUL 字节（不可见字符），请用 Excel 打开"),
            whole(b'a,b\n1,"x\n2,y', "CSV 文件第 2 行的双引号没有成对，请用 Excel 打开"),
        ),
    ),
    29: (
        "csv-beyond-limits",
        (
            whole(b"a," + b"x" * 9_000_000, "CSV 文件第 1 行有一格超过 32767 个字，请"),
            whole(b"a," * 1_000_000, f"CSV 文件第 1 行超过 60 列{SPLIT}", TOO_BIG),
        ),
    ),
    30: (
        "same-file-again",
        (Steps(steps.same_file_again_is_recognised), Steps(steps.sent_twice_imports_once)),
    ),
    31: (
        "changed-after-preview",
        (Steps(steps.changed_after_preview_is_refused), Steps(steps.foreign_token_is_refused)),
    ),
    32: ("broken-half-way", (Steps(steps.broken_half_way_writes_nothing),)),
}
