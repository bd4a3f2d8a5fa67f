"""Reads of agreements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from branches.models import Branch, User
from pairing.agreements.selectors.progress import Progress
from pairing.plans.enums import Line
from pairing.plans.models import Agreement, OnBehalf, Pairing


def agreement_rows(user: User) -> QuerySet[Agreement]:
    """Every agreement the person may see, with its two sides."""
    return Agreement.objects.visible_to(user).select_related(
        "pairing__branch_a", "pairing__branch_b", "renews"
    )


@dataclass(frozen=True)
class Signature:
    """One side of the paper: 甲方 or 乙方, its branch, the day it signed, and whether the office did it."""

    party: str
    branch: Branch
    signed_on: date | None
    is_on_behalf: bool


def agreement_signatures(agreement: Agreement, on_behalf: Sequence[OnBehalf]) -> list[Signature]:
    """Both signatures of the version as it is now; `on_behalf` are the steps taken on this agreement."""
    by_office = {row.branch_id for row in on_behalf if row.version == agreement.version}
    pairing: Pairing = agreement.pairing
    return [
        Signature("甲方", pairing.branch_a, agreement.signed_on_a, pairing.branch_a_id in by_office),
        Signature("乙方", pairing.branch_b, agreement.signed_on_b, pairing.branch_b_id in by_office),
    ]


def by_line(rows: Sequence[Progress]) -> list[tuple[str, list[Progress]]]:
    """The clauses under their 四联, in the order of the 四联; a line without clauses is left out."""
    found = [(line.label, [row for row in rows if row.clause.line == line]) for line in Line]
    return [(label, mine) for label, mine in found if mine]
