"""Workbooks made to hurt: small on the disk, large or slow once they are read."""

from __future__ import annotations

import random
import zipfile
from collections.abc import Callable, Iterable
from io import BytesIO

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
SHEET = f"<worksheet {MAIN}><sheetData>{{}}</sheetData>{{}}</worksheet>"
RELATED = f'<Relationships xmlns="{PACKAGE}/relationships">{{}}</Relationships>'
TYPES = {
    "workbook": "sheet.main",
    "worksheets/sheet1": "worksheet",
    "sharedStrings": "sharedStrings",
    "styles": "styles",
}


PADDING = 1_100_000


def package(parts: dict[str, str | bytes], sheets: int = 1, names: str = "", padding: int = PADDING) -> bytes:
    """An .xlsx of these parts; `sheets` sheets that all point to the same part."""
    entries = "".join(
        f'<sheet name="表{number}" sheetId="{number}" r:id="rId1"/>' for number in range(1, sheets + 1)
    )
    workbook = f'<workbook {MAIN} xmlns:r="{RELATIONS}"><sheets>{entries}</sheets>{names}</workbook>'
    related = {"rId1": ("worksheet", "worksheets/sheet1.xml")}
    related |= {"rId2": ("sharedStrings", "sharedStrings.xml"), "rId3": ("styles", "styles.xml")}
    relations = "".join(
        f'<Relationship Id="{key}" Type="{RELATIONS}/{kind}" Target="{target}"/>'
        for key, (kind, target) in related.items()
        if f"xl/{target}" in parts or kind == "worksheet"
    )
    overrides = "".join(
        f'<Override PartName="/xl/{name}.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        f'spreadsheetml.{kind}+xml"/>'
        for name, kind in TYPES.items()
        if name.startswith("work") or f"xl/{name}.xml" in parts
    )
    whole = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">{overrides}</Types>',
        "xl/workbook.xml": workbook,
        "xl/_rels/workbook.xml.rels": RELATED.format(relations),
        "xl/worksheets/sheet1.xml": SHEET.format("", ""),
    } | parts
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)
        if padding:  # against limits that only look at how well a file is packed
            archive.writestr("xl/media/pad", random.Random(7).randbytes(padding))
    return buffer.getvalue()


def rows_of(count: int, cells: Callable[[int], str]) -> str:
    return "".join(f'<row r="{row}">{cells(row)}</row>' for row in range(1, count + 1))


def column_name(number: int) -> str:
    name = ""
    while number:
        number, rest = divmod(number - 1, 26)
        name = chr(65 + rest) + name
    return name


def cells(columns: int, value: str = "<v>1</v>") -> Callable[[int], str]:
    names = [column_name(number) for number in range(1, columns + 1)]
    return lambda row: "".join(f'<c r="{name}{row}">{value}</c>' for name in names)


def sheet(content: str, after: str = "") -> dict[str, str | bytes]:
    return {"xl/worksheets/sheet1.xml": SHEET.format(content, after)}


def strings(items: Iterable[str]) -> dict[str, str | bytes]:
    text = "".join(f"<si><t>{item}</t></si>" for item in items)
    return {"xl/sharedStrings.xml": f"<sst {MAIN}>{text}</sst>"}


def noise(size: int) -> str:
    """Text that packs about 60 : 1, so that only its size gives it away."""
    block = "".join(f"{number * 7919 % 99991:05d}" for number in range(200))
    return (block * (size // len(block) + 1))[:size]


def lying_directory() -> bytes:
    """The directory names 10 bytes where 20 MB come out."""
    content = bytearray(package({"xl/media/x": b"0" * 20_000_000}))
    start = content.rindex(b"xl/media/x") - 46  # its entry in the central directory
    content[start + 24 : start + 28] = (10).to_bytes(4, "little")
    return bytes(content)


def styles(count: int) -> str:
    return f"<styleSheet {MAIN}><cellXfs>" + '<xf numFmtId="0"/>' * count + "</cellXfs></styleSheet>"


def nested(depth: int) -> str:
    return "<x>" * depth + "</x>" * depth


ENTITIES = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))

NAMES = "<definedNames>" + '<definedName name="n">A1</definedName>' * 100_000 + "</definedNames>"
MERGES = "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 100_000 + "</mergeCells>"

BOMBS: dict[str, Callable[[], bytes]] = {
    "zeros": lambda: package({"xl/media/x": b"0" * 110_000_000}),
    "lying directory": lying_directory,
    "entries": lambda: package({f"xl/media/{number}": "x" for number in range(300)}),
    "one cell far away": lambda: package(sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "too many rows": lambda: package(sheet(rows_of(20_000, cells(2)))),
    "too many columns": lambda: package(sheet(rows_of(20, cells(5_000)))),
    "full of cells": lambda: package(sheet(rows_of(5_000, cells(60)))),
    "empty styled cells": lambda: package(sheet(rows_of(6_000, cells(150, "")))),
    "empty rows": lambda: package(sheet("<row/>" * 1_500_000)),
    "stray elements": lambda: package(sheet("", "<x/>" * 1_500_000)),
    "deep nesting": lambda: package(sheet(nested(450_000))),
    "short strings": lambda: package(strings("a" for _ in range(600_000))),
    "long strings": lambda: package(strings(noise(90_000) for _ in range(300))),
    "one long string": lambda: package(strings(["😀" + noise(15_000_000)])),
    "styles": lambda: package({"xl/styles.xml": styles(300_000)}),
    "defined names": lambda: package({}, names=NAMES),
    "one sheet many times": lambda: package(sheet(rows_of(2_000, cells(20))), sheets=1_000),
    "just within the limits": lambda: package(
        sheet(rows_of(4_900, cells(30))) | strings(noise(40) for _ in range(95_000))
    ),
    "styles within the limits": lambda: package({"xl/styles.xml": styles(55_000)}),
    "endless merges": lambda: package(sheet(rows_of(20, cells(3)), MERGES)),
    "entities": lambda: package(
        {
            "xl/worksheets/sheet1.xml": f'<!DOCTYPE x [<!ENTITY e0 "ha">{ENTITIES}]>'
            + SHEET.format('<row r="1"><c r="A1" t="inlineStr"><is><t>&e9;</t></is></c></row>', "")
        }
    ),
    "external entity": lambda: package(
        {
            "xl/worksheets/sheet1.xml": '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
            + SHEET.format('<row r="1"><c r="A1" t="inlineStr"><is><t>&e;</t></is></c></row>', "")
        }
    ),
}
