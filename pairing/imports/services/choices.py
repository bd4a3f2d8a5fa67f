"""Remembers where the header of a branch's own files stands, and how its columns are to be taken."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from branches.models import User
from core.workbooks.recognition import Match
from pairing.imports.enums import LedgerKind
from pairing.imports.models import ColumnChoice
from pairing.imports.registry import LEDGERS
from pairing.imports.selectors import home_of, is_fleeting


@transaction.atomic
def column_choice_save(*, user: User, kind: LedgerKind, match: Match, now: datetime) -> ColumnChoice:
    """Keep the choice for the branch of `user`; files with the same header go straight to the preview.

    Where a unit, a state or a certain day was given, that was said of the one file and is asked again for the
    next. The header settled last comes before any guess, should a file hold several.
    """
    heading, given = match.heading, dict(match.given)
    for column in LEDGERS[kind].columns:
        if (text := given.get(column.name)) and is_fleeting(column, text, user):
            del given[column.name]
    choice, _ = ColumnChoice.objects.update_or_create(
        branch_id=home_of(user),  # type: ignore[misc]  # null is the county office
        kind=kind,
        shape=heading.shape,
        defaults={
            "sheet": heading.sheet.title[:100],
            "row": heading.first_row,
            "places": match.places,
            "given": given,
            "chosen_at": now,
        },
    )
    return choice
