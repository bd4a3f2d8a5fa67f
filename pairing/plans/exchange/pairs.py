"""Finds the pairing that two columns of an imported ledger speak of."""

from __future__ import annotations

from branches.references import settle_branches
from core.workbooks.tables import Row, Table
from pairing.plans.enums import PairingState
from pairing.plans.models import Pairing

SAME_PARTY = "甲方和乙方是同一个支部，请改正其中一方"
Pair = frozenset[int]  # the ids of two branches, whichever is 甲方
PARTIES = ("party_a", "party_b")


def pair_of(row: Row) -> Pair:
    """Both parties of a settled row."""
    return frozenset(row.values[name].pk for name in PARTIES)


def settle_parties(table: Table) -> None:
    """Replace 甲方 and 乙方 by branches; one branch on both sides is a fault."""
    settle_branches(table, *PARTIES)
    for row in table.rows:
        if row.get("party_a") is not None and row.get("party_a") == row.get("party_b"):
            table.fail(row, "party_b", SAME_PARTY)


def settle_pairings(table: Table) -> None:
    """Give every row whose parties are a pair its `pairing`; parties that are not are a fault.

    The running pairing of two branches counts before the latest ended one.
    """
    settle_parties(table)
    by_pair: dict[frozenset[int], Pairing] = {}
    rows = Pairing.objects.select_related("branch_a", "branch_b")
    for pairing in sorted(rows, key=lambda p: (p.state == PairingState.ACTIVE, p.starts_on, p.pk)):
        by_pair[frozenset({pairing.branch_a_id, pairing.branch_b_id})] = pairing
    for row in table.rows:
        if row.has(*PARTIES):
            _settle(table, row, by_pair)


def _settle(table: Table, row: Row, by_pair: dict[frozenset[int], Pairing]) -> None:
    party_a, party_b = (row.values[name] for name in PARTIES)
    pairing = by_pair.get(pair_of(row))
    if pairing is not None:
        row.values["pairing"] = pairing
    elif party_a != party_b:
        reason = f"“{party_a}”和“{party_b}”没有结对，请先导入它们的结对协议"
        table.fail(row, "party_b", reason)
