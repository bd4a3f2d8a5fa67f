"""What the import pages show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db.models import QuerySet
from rules import has_perm

from branches.models import Branch, User
from core.workbooks.columns import Column
from core.workbooks.dates import TODAY
from core.workbooks.headings import Heading
from core.workbooks.recognition import Match, choose_columns
from core.workbooks.results import ImportResult, RowStatus
from core.workbooks.values import Day, folded
from ledgers.models import Demand, Resource, ServiceAspect
from ledgers.selectors.unconfirmed import bare
from pairing.imports.enums import LedgerKind
from pairing.imports.models import ColumnChoice, ImportBatch


def last_batches(user: User) -> dict[str, ImportBatch]:
    """The latest import of each ledger that `user` may see, by kind."""
    latest = ImportBatch.objects.visible_to(user).order_by("kind", "-imported_at", "-pk").distinct("kind")
    return {batch.kind: batch for batch in latest.select_related("imported_by")}


def allowed_kinds(user: User) -> list[LedgerKind]:
    """The ledgers `user` may import, in the order an empty database needs."""
    return [kind for kind in LedgerKind if has_perm("imports.import_ledger", user, kind)]


class Line(NamedTuple):
    """One ledger on the list of imports."""

    kind: LedgerKind
    title: str
    lead: str
    last: ImportBatch | None


def home_of(user: User) -> int | None:
    """The branch for which `user` settles how files are read; None for the county office."""
    if user.has_perm("branches.import_ledgers"):
        return None
    return min(user.staff_branch_ids, default=None)


def given_texts(user: User) -> dict[str, list[str]]:
    """What may stand in all rows where a file has no such column: `user`'s branches, and the aspects."""
    branches = Branch.objects.active()
    if not user.has_perm("branches.import_ledgers"):
        branches = branches.filter(pk__in=user.staff_branch_ids)
    aspects = ServiceAspect.objects.in_use()
    return {
        name: [row.name for row in rows.only("name")]
        for name, rows in (("branch", branches), ("aspect", aspects))
    }


def settled_match(user: User, kind: LedgerKind, headings: Sequence[Heading]) -> Match | None:
    """The header among `headings` and its columns as the branch of `user` settled them last, if it did."""
    choices = ColumnChoice.objects.filter(
        branch=home_of(user), kind=kind, shape__in={heading.shape for heading in headings}
    )
    choice = choices.order_by("-chosen_at", "-pk").first()
    if choice is None:
        return None
    alike = [heading for heading in headings if heading.shape == choice.shape]
    nearest = min(alike, key=lambda h: (h.sheet.title != choice.sheet, abs(h.first_row - choice.row)))
    return choose_columns(nearest, choice.places, choice.given)


def is_fleeting(column: Column, text: str, user: User) -> bool:
    """Whether a given text tells of one file only: whose its rows are, how far they have got, since when."""
    if column.name == "branch":  # a secretary's own files are all of the one branch
        return home_of(user) is None or len(user.staff_branch_ids) > 1
    return column.name == "state" or (isinstance(column.parse, Day) and folded(text) not in TODAY)


def batches(user: User) -> QuerySet[ImportBatch]:
    """The imports that `user` may see, newest first."""
    return ImportBatch.objects.visible_to(user).select_related("imported_by", "undone_by")


def import_lines(user: User, leads: Iterable[tuple[LedgerKind, str]]) -> list[Line]:
    """The ledgers `user` may import, each with its latest import."""
    last, allowed = last_batches(user), allowed_kinds(user)
    return [Line(kind, kind.label, lead, last.get(kind)) for kind, lead in leads if kind in allowed]


def rows_to_confirm(result: ImportResult) -> int:
    """How many of the rows that an import has made wait for somebody to name their service item."""
    made: dict[Any, list[int]] = {Demand: [], Resource: []}
    for change in result.changes:
        if change.status == RowStatus.CREATED and type(change.instance) in made and change.instance:
            made[type(change.instance)].append(change.instance.pk)
    return sum(bare(model).filter(pk__in=ids).count() for model, ids in made.items() if ids)
