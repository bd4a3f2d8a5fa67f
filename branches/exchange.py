"""组织清单 in and out: its columns, and what must be true of its rows."""

from __future__ import annotations

from collections.abc import Iterator

from branches.enums import BranchKind
from branches.models import Branch
from branches.naming import BranchNames, near_names
from branches.services.intake import branches_take_in
from core.workbooks.columns import Column
from core.workbooks.merging import Record
from core.workbooks.reader import read_table
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from core.workbooks.tables import Row, Table
from core.workbooks.values import Label, Number, Phone, Text, Whole

TITLE = "组织清单"
COORDINATES = {"longitude": "经度", "latitude": "纬度"}
LIKELY_MEANT = 0.9  # how alike a listed name must be before a new root looks like a slip of the pen
COLUMNS = (
    Column("序号", "serial", Whole(minimum=1), optional=True),
    Column("党组织名称", "name", Text(100), required=True, also=("支部名称", "党支部名称", "名称")),
    Column("上级党组织", "superior", Text(100), also=("上级", "隶属党组织", "所属党委"), spans=True),
    Column("组织类型", "kind", Label(BranchKind), required=True, also=("类型", "类别"), spans=True),
    Column("书记", "secretary_name", Text(60), also=("支部书记", "党支部书记")),
    Column("联络员", "liaison_name", Text(60)),
    Column("联系电话", "phone", Phone(30), also=("电话", "手机", "联系方式")),
    Column("党员人数", "member_count", Whole(maximum=1_000_000)),
    Column("地址", "address", Text(200)),
    Column("经度", "longitude", Number(minimum=-180, maximum=180, places=8), optional=True),
    Column("纬度", "latitude", Number(minimum=-90, maximum=90, places=8), optional=True),
)


def import_branches(source: bytes | Book, terms: ImportTerms) -> ImportResult:
    """Take in a 组织清单: organisations by name; an unknown superior becomes a root and is noted."""
    table = read_table(source, COLUMNS, title=TITLE, terms=terms)
    names = BranchNames(Branch.objects.all())
    _settle_names(table, names)
    table.fail_repeated("name")
    _check_coordinates(table)
    _check_superiors(table)
    if table.errors:
        return ImportResult.rejected("branches", table)
    _note_new_roots(table, names)
    records = [_record(row) for row in table.rows]
    return ImportResult.accepted("branches", table, branches_take_in(records=records, now=terms.now))


def _settle_names(table: Table, names: BranchNames) -> None:
    """Write every name as the database or the file's own first column does, whatever its brackets."""
    own = BranchNames(Branch(name=row.get("name")) for row in table.rows if row.get("name"))
    for row in table.rows:
        for column in ("name", "superior"):
            text = row.get(column)
            known = text and (names.find(text) or own.find(text))
            if known:
                row.values[column] = known.name


def _check_coordinates(table: Table) -> None:
    """Refuse one coordinate without the other; where a whole column is missing, once for the file."""
    there = [name for name in COORDINATES if any(name in row.cells for row in table.rows)]
    if len(there) == 1:
        (missing,) = set(COORDINATES.values()) - {COORDINATES[there[0]]}
        table.fail(table.rows[0], there[0], f"文件里没有{missing}这一列，请补上，或把这一列也删去")
    for row in table.rows:
        pair = (row.get("longitude"), row.get("latitude"))
        if row.has("longitude", "latitude") and (pair[0] is None) != (pair[1] is None):
            missing = "longitude" if pair[0] is None else "latitude"
            table.fail(row, missing, "经度和纬度要么都填，要么都不填，请补填或清空")


def _check_superiors(table: Table) -> None:
    """Refuse an organisation above itself, at once or round about, the database's own tree included."""
    above = dict(Branch.objects.exclude(parent=None).values_list("name", "parent__name"))
    rows = [row for row in table.rows if row.has("name", "superior")]
    above |= {row.values["name"]: row.values["superior"] for row in reversed(rows)}  # the first of doubles
    for row in table.rows:
        name = row.get("name")
        chain = list(_climb(name, above)) if name and row.get("superior") else []
        if name in chain:
            reason = (
                "上级不能是自己，请改正"
                if len(chain) == 1
                else f"上级关系绕成了圈：{'→'.join([name, *chain])}，请改正"
            )
            table.fail(row, "superior", reason)


def _climb(name: str, above: dict[str, str]) -> Iterator[str]:
    """The superiors of `name`, upwards, ending at the root or where the way comes round."""
    seen: set[str] = set()
    while (name := above.get(name, "")) and name not in seen:
        seen.add(name)
        yield name


def _note_new_roots(table: Table, names: BranchNames) -> None:
    listed = [row.values["name"] for row in table.rows]
    superiors = dict.fromkeys(row.get("superior") for row in table.rows if row.get("superior"))
    for superior in superiors:
        if superior not in listed and names.find(superior) is None:
            near = near_names(superior, listed, share=LIKELY_MEANT)
            meant = f"；如果本意是{'、'.join(near)}，请改正后重新导入" if near else ""
            table.notes.append(f"上级党组织“{superior}”不在清单里，随本次导入作为顶层组织新建{meant}。")


def _record(row: Row) -> Record:
    values = {name: value for name, value in row.values.items() if name != "superior"}
    values["member_count"] = values.get("member_count") or 0
    for name in ("longitude", "latitude"):
        if values.get(name) is not None:
            values[name] = float(values[name])
    extra = {"superior": row.values["superior"]} if "superior" in row.values else {}
    return Record(row.number, values, extra)
