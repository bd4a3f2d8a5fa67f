"""服务目录 in and out: one line an aspect, one an item with its words; a round trip changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import IO, Any

from django.db.models import TextChoices

from branches.models import User
from core.wording import cn_date
from core.workbooks.columns import Column
from core.workbooks.filing import Sheet, write_sheet
from core.workbooks.merging import Record
from core.workbooks.reader import read_table
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from core.workbooks.tables import Row, Table
from core.workbooks.values import Day, Several, Text, Whole, folded
from ledgers.enums import Audience, HelpKind, Relation
from ledgers.models import ServiceAspect, ServiceItem
from ledgers.selectors.catalogue import catalogue_rows
from ledgers.services.catalogue_intake import catalogue_take_in
from ledgers.services.lexicon import word_faults, words_of

TITLE = "服务目录"
CHOICES: dict[str, type[TextChoices]] = {"help_kinds": HelpKind, "audiences": Audience}
SHORTEST = 2  # characters of a name
COLUMNS = (
    Column("方面", "aspect", Text(40), required=True, also=("需求方面", "服务方向"), spans=True),
    Column("服务事项", "item", Text(40), also=("事项", "事项名称")),
    Column("排序", "position", Whole(maximum=9999), optional=True),
    Column("服务方式", "help_kinds", Several(), optional=True),
    Column("服务对象", "audiences", Several(), optional=True),
    *(Column(str(word.label), str(word), Several(200), optional=True) for word in Relation),
    Column("停用日期", "retired_on", Day(), optional=True),
    Column("停用理由", "retired_reason", Text(300), optional=True),
)
ITEM_ONLY = (*CHOICES, *map(str, Relation))


def catalogue_workbook(*, user: User, unit: str, today: date) -> IO[bytes]:
    """The whole catalogue; a line without 服务事项 is an aspect itself."""
    return write_sheet(
        Sheet(
            title=TITLE,
            heading=TITLE,
            filed_by=f"填报单位：{unit}        填报人：{user}        填报日期：{cn_date(today)}",
            columns=COLUMNS,
            rows=_lines(),
            counted=("item", "行"),
        )
    )


def import_catalogue(source: bytes | Book, terms: ImportTerms) -> ImportResult:
    """Take in a 服务目录: lines by name. What the file does not name stays as it is."""
    table = read_table(source, COLUMNS, title=TITLE, terms=terms)
    known = _Known()
    for row in table.rows:
        known.settle(row)
    _fail_repeated(table)
    for row in table.rows:
        _check_line(table, row, known)
    _check_retired(table, known)
    if table.errors:
        return ImportResult.rejected("catalogue", table)
    _note_rest(table, known)
    aspects = [_record(row) for row in table.rows if not row.values["item"]]
    items = [_record(row) for row in table.rows if row.values["item"]]
    changes = catalogue_take_in(aspects=aspects, items=items, now=terms.now)
    return ImportResult.accepted("catalogue", table, changes)


class _Known:
    """The catalogue as it is, by name."""

    def __init__(self) -> None:
        self.aspects = {aspect.name: aspect for aspect in ServiceAspect.objects.all()}
        items = ServiceItem.objects.select_related("aspect").prefetch_related("terms")
        self.items = {item.name: item for item in items}
        self.spelt = {
            "aspect": {folded(name): name for name in self.aspects},
            "item": {folded(name): name for name in self.items},
        }

    def settle(self, row: Row) -> None:
        """Write the names as the catalogue does, or as the file did first, whatever their width."""
        if "item" not in row.cells:  # a file of aspects alone
            row.values["item"] = ""
        for column, spelt in self.spelt.items():
            if name := row.get(column):
                row.values[column] = spelt.setdefault(folded(name), name)


def _fail_repeated(table: Table) -> None:
    seen: dict[tuple[str, ...], int] = {}
    for row in table.rows:
        item, aspect = row.get("item"), row.get("aspect")
        key = ("item", item) if item else ("aspect", aspect or "")
        first = seen.setdefault(key, row.number) if item or aspect else row.number
        if first != row.number:
            name = "item" if item else "aspect"
            table.fail(row, name, f"与第 {first} 行重复，请删去其中一行，或改正这一格")


def _check_line(table: Table, row: Row, known: _Known) -> None:
    """Everything that must be true of one line by itself."""
    for name in ("aspect", "item"):
        if row.get(name) and len(row.values[name]) < SHORTEST:
            table.fail(row, name, f"名称至少 {SHORTEST} 个字，请写全")
    for name, choices in CHOICES.items():
        _settle_choices(table, row, name, choices)
    _check_reason(table, row)
    if row.get("item"):
        _check_words(table, row, known)
    elif row.has("item"):
        for name in ITEM_ONLY:
            if row.get(name):
                table.fail(row, name, "这一行没写服务事项，是方面本身，这一格请清空，或补填服务事项")


def _check_reason(table: Table, row: Row) -> None:
    if "retired_on" not in row.cells and row.get("retired_reason"):
        table.fail(row, "retired_reason", "表里没有停用日期这一列，请补上这一列，或清空停用理由")
    elif row.has("retired_on") and row.values["retired_on"] and not row.values.get("retired_reason"):
        column = "retired_reason" if "retired_reason" in row.cells else "retired_on"
        table.fail(row, column, "停用的要写明停用理由，请补填；没停用就清空停用日期")
    elif row.has("retired_on") and not row.values["retired_on"] and row.get("retired_reason"):
        table.fail(row, "retired_on", "写了停用理由，请补填停用日期；没停用就清空停用理由")


def _settle_choices(table: Table, row: Row, name: str, choices: type[TextChoices]) -> None:
    if not row.has(name):
        return
    known = {folded(label): value for value, label in choices.choices}
    unknown = [word for word in row.values[name] if folded(word) not in known]
    if unknown:
        table.fail(row, name, f"没有“{'、'.join(unknown)}”，可填：{'、'.join(map(str, choices.labels))}")
        del row.values[name]
    else:
        row.values[name] = [known[folded(word)] for word in row.values[name]]


def _check_words(table: Table, row: Row, known: _Known) -> None:
    """The words of the line, together with those that stay because the file has no column for them."""
    item = known.items.get(row.values["item"])
    kept = words_of(item) if item else {}
    said = {relation: row.values[relation] for relation in map(str, Relation) if row.has(relation)}
    for relation, sentence in word_faults(row.values["item"], kept | said).items():
        table.fail(row, relation if relation in said else "item", sentence.removesuffix("。"))


def _check_retired(table: Table, known: _Known) -> None:
    """Refuse an item in use below an aspect that is retired after the import."""
    rows = {(row.get("aspect"), row.get("item") or ""): row for row in table.rows if row.has("item")}
    named = {item for _, item in rows}
    retired = {name for name, aspect in known.aspects.items() if aspect.retired_on}
    for (aspect, item), row in rows.items():
        if not item and row.has("retired_on"):
            retired = retired | {aspect} if row.values["retired_on"] else retired - {aspect}
    for (aspect, item), row in rows.items():
        if aspect not in retired:
            continue
        if item and not row.get("retired_on") and row.has("retired_on"):
            table.fail(row, "aspect", f"方面“{aspect}”是停用的，请换一个方面，或把这一行也停用")
        left = [
            each.name
            for each in known.items.values()
            if not item and each.aspect.name == aspect and not each.retired_on and each.name not in named
        ]
        if left:
            table.fail(row, "retired_on", f"它下面还有在用的“{left[0]}”等 {len(left)} 个事项，请一并停用")


def _note_rest(table: Table, known: _Known) -> None:
    rows = table.rows
    new = dict.fromkeys(row.values["aspect"] for row in rows if row.values["aspect"] not in known.aspects)
    for name in new:
        table.notes.append(f"“{name}”是新的方面，随本次导入加入服务目录。")
    if rest := len(known.items.keys() - {row.values["item"] for row in rows}):
        table.notes.append(f"系统里另有 {rest} 个事项不在文件里，保持不变；要停用请填停用日期和理由。")


def _record(row: Row) -> Record:
    item, aspect = row.values["item"], row.values["aspect"]
    own = ("position", "retired_on", "retired_reason", *(CHOICES if item else ()))
    values = {name: row.values[name] for name in own if row.has(name)}
    if values.get("position", 0) is None:
        del values["position"]
    words = {relation: row.values[relation] for relation in map(str, Relation) if row.has(relation)}
    return Record(row.number, values | {"name": item or aspect}, {"aspect": aspect, "words": words})


def _lines() -> Iterator[list[Any]]:
    blank = [None] * len(ITEM_ONLY)
    for aspect in catalogue_rows():
        yield [aspect.name, None, aspect.position, *blank, aspect.retired_on, aspect.retired_reason]
        for item in aspect.items.all():
            yield [
                *(aspect.name, item.name, item.position),
                *([choices(each).label for each in getattr(item, name)] for name, choices in CHOICES.items()),
                *words_of(item).values(),
                *(item.retired_on, item.retired_reason),
            ]
