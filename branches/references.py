"""Turns the names of organisations in an imported ledger into rows, or into faults that name candidates."""

from __future__ import annotations

from collections.abc import Iterable

from branches.models import Branch
from branches.naming import BranchNames
from core.wording import cn_date
from core.workbooks.tables import Table
from core.workbooks.values import folded


def settle_branches(table: Table, *columns: str, owner_ids: frozenset[int] | None = None) -> BranchNames:
    """Replace the text of `columns` by branches; with `owner_ids` only those branches are accepted.

    A name is looked for in the whole county, so that another's is never read as the reader's own. What does
    not exist and what is not the reader's own is refused in the same words.
    """
    branches = Branch.objects.all()
    own = [branch for branch in branches if owner_ids is None or branch.pk in owner_ids]
    names = BranchNames(branch for branch in branches if not branch.dissolved_on)
    dissolved = {folded(branch.name): branch for branch in branches if branch.dissolved_on}
    accepted = {branch.pk for branch in own}
    short: dict[str, Branch] = {}
    for row in table.rows:
        for column in columns:
            text = row.values.pop(column, "")
            over = dissolved.get(folded(text))
            branch = names.find(text) or (None if over else names.find_unit(text))
            found = branch or over
            if not text:
                continue
            if found is None or found.pk not in accepted:
                table.fail(row, column, names.refusal(text) if owner_ids is None else _own_only(own))
            elif branch is None:
                table.fail(row, column, f"已在{cn_date(found.dissolved_on)}撤销，请改正名称，或删去这一行")
            else:
                row.values[column] = branch
                if folded(branch.name) != folded(text):
                    short[text] = branch
    table.notes.extend(f"“{text}”读作“{branch.name}”。" for text, branch in short.items())
    return names


def _own_only(own: Iterable[Branch]) -> str:
    named = "、".join(branch.name for branch in own if not branch.dissolved_on)
    return f"只能导入本支部（{named}）的数据，请删去这一行再上传；整个文件没有导入"
