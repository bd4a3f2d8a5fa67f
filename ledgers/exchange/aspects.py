"""Names of 需求方面 / 服务方向 in an imported ledger."""

from __future__ import annotations

from core.workbooks.results import ImportTerms
from core.workbooks.tables import Row, Table
from core.workbooks.values import folded
from ledgers.models import ServiceAspect


def settle_aspects(table: Table, column: str, terms: ImportTerms) -> None:
    """Write the aspects named in `column` as the catalogue does.

    An unknown one is noted, to be added, when the terms allow it, and a fault otherwise.
    """
    names = list(ServiceAspect.objects.values_list("name", flat=True))
    known = {folded(name): name for name in names}
    for row in table.rows:
        if not row.get(column):
            continue
        value = row.values[column]
        wanted = [value] if isinstance(value, str) else list(value)
        unknown = [name for name in wanted if folded(name) not in known]
        if unknown and not terms.may_extend:
            _refuse(table, row, column, unknown, names)
            continue
        for name in unknown:
            known[folded(name)] = name
            table.notes.append(f"“{name}”是新的需求方面，随本次导入加入服务目录。")
        settled = [known[folded(name)] for name in wanted]
        row.values[column] = settled[0] if isinstance(value, str) else tuple(dict.fromkeys(settled))


def _refuse(table: Table, row: Row, column: str, unknown: list[str], names: list[str]) -> None:
    del row.values[column]
    table.fail(row, column, f"没有“{'、'.join(unknown)}”这个方面，可填：{'、'.join(names)}")
