"""Turns the names of organisations in an imported ledger into rows, or into faults that name candidates."""

from __future__ import annotations

from collections.abc import Iterable

from branches.models import Branch
from branches.naming import BranchNames
from core.workbooks.tables import Table
from core.workbooks.values import folded


def settle_branches(table: Table, *columns: str, owner_ids: frozenset[int] | None = None) -> BranchNames:
    """Replace the text of `columns` by branches; with `owner_ids` only those branches are accepted.

    What does not exist and what is not the reader's own is refused in the same words.
    """
    branches = Branch.objects.all() if owner_ids is None else Branch.objects.filter(pk__in=owner_ids)
    found = [branch for branch in branches if not branch.dissolved_on]
    dissolved = {folded(branch.name): branch for branch in branches if branch.dissolved_on}
    names = BranchNames(found)
    short: dict[str, Branch] = {}
    for row in table.rows:
        for column in columns:
            text = row.values.pop(column, "")
            branch = names.find(text) if text else None
            if branch is not None:
                row.values[column] = branch
            elif over := dissolved.get(folded(text)):
                table.fail(row, column, f"已在 {over.dissolved_on} 撤销，请改正名称，或删去这一行")
            elif unit := names.find_unit(text):
                row.values[column] = short[text] = unit
            elif text:
                table.fail(row, column, names.refusal(text) if owner_ids is None else _own_only(found))
    table.notes.extend(f"“{text}”读作“{branch.name}”。" for text, branch in short.items())
    return names


def _own_only(branches: Iterable[Branch]) -> str:
    return f"只能导入本支部（{'、'.join(branch.name for branch in branches)}）的数据，整个文件没有导入"
