"""Writes the agreements and plan orders of imported ledgers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from branches.models import User
from core.workbooks.merging import Merge, Record, difference
from core.workbooks.results import RowChange
from pairing.plans.enums import AgreementState, PairingState, PlanOrderState
from pairing.plans.models import Agreement, Pairing, PlanOrder
from pairing.plans.services.pairing_ending import pairing_close

UNCONFIRMED = frozenset({PlanOrderState.DRAFT, PlanOrderState.TO_CONFIRM, PlanOrderState.CANCELLED})
RUN_HERE = "这张定单已在系统里办理，文件中不同的内容没有采用。"


@transaction.atomic
def pairings_take_in(
    *, records: Sequence[Record], now: datetime, actor: User | None = None
) -> list[RowChange]:
    """Create or update agreements by number, with the pairing of `extra["party_a"]` and `extra["party_b"]`.

    The latest agreement of a pair is in force and gives the pairing its term; earlier ones were renewed.
    A pairing still running is ended today by `actor` where `extra["end_summary"]` says what it has come to.
    """
    ordered = sorted(records, key=lambda record: record.values["starts_on"])
    active = Pairing.objects.active().select_for_update(of=("self",), no_key=True).order_by("pk")
    by_pair = {frozenset({row.branch_a_id, row.branch_b_id}): row for row in active}  # held before agreements
    numbers = [record.values["number"] for record in ordered]
    rows = Agreement.objects.filter(number__in=numbers).select_related("pairing")
    known = {row.number: row for row in rows.select_for_update(of=("self",), no_key=True).order_by("pk")}
    pairings = _pairings_ensure(ordered, known, by_pair)
    latest = _latest(pairings, ordered)
    merge = Merge(Agreement, known)
    ending: dict[Pairing, dict[str, Any]] = {}
    for record, pairing in zip(ordered, pairings, strict=True):
        found = known.get(record.values["number"])
        values = {**record.values, "pairing": pairing}
        if found is None or found.state in {AgreementState.DRAFT, AgreementState.TO_SIGN}:
            is_latest = latest[pairing.pk] <= record.values["starts_on"]
            values["state"] = AgreementState.IN_FORCE if is_latest else AgreementState.RENEWED
            values["signed_on_a"] = values["signed_on_b"] = values["signed_on"]
        is_ending = bool(record.extra["end_summary"]) and pairing.is_active
        extra = {"结对": [PairingState.ACTIVE.label, PairingState.ENDED.label]} if is_ending else None
        merge.take(record.row, record.values["number"], values, extra)
        if is_ending:
            ending[pairing] = record.extra
    _renew_older(merge, now)
    merge.write(now)
    _extend_terms(merge)
    for pairing, words in ending.items():
        pairing_close(
            pairing=pairing, reason=words["end_reason"], summary=words["end_summary"], actor=actor, now=now
        )
    return merge.changes


def _pairings_ensure(
    records: Sequence[Record], known: dict[str, Agreement], by_pair: dict[frozenset[int], Pairing]
) -> list[Pairing]:
    """The pairing of each record: its agreement's, else the running one of the parties, else a new one."""
    new: list[Pairing] = []
    found: list[Pairing] = []
    for record in records:
        agreement = known.get(record.values["number"])
        pair = frozenset({record.extra["party_a"].pk, record.extra["party_b"].pk})
        pairing = agreement.pairing if agreement else by_pair.get(pair)
        if pairing is None:
            pairing = by_pair[pair] = _new_pairing(record)
            new.append(pairing)
        found.append(pairing)
    Pairing.objects.bulk_create(new)
    return found


def _new_pairing(record: Record) -> Pairing:
    party_a, party_b = record.extra["party_a"], record.extra["party_b"]
    return Pairing(
        branch_a=party_a,
        branch_b=party_b,
        liaison_a=party_a.liaison_name,
        liaison_b=party_b.liaison_name,
        starts_on=record.values["starts_on"],
        ends_on=record.values["ends_on"],
        aims=record.values["aims"],
        state=PairingState.ACTIVE,
    )


def _latest(pairings: Sequence[Pairing], records: Sequence[Record]) -> dict[int, date]:
    """The first day of the latest agreement of each pairing, the file's and the database's together."""
    in_force = Agreement.objects.filter(pairing__in=pairings, state=AgreementState.IN_FORCE)
    starts = [*in_force.values_list("pairing", "starts_on")]
    starts += [
        (pairing.pk, record.values["starts_on"]) for pairing, record in zip(pairings, records, strict=True)
    ]
    latest: dict[int, date] = {}
    for pairing, day in starts:
        latest[pairing] = max(day, latest.get(pairing, day))
    return latest


def _renew_older(merge: Merge[Agreement], now: datetime) -> None:
    """Make room for the new agreements in force: the ones they follow were renewed."""
    coming = [row for row in (*merge.created, *merge.changed) if row.state == AgreementState.IN_FORCE]
    older = Agreement.objects.filter(
        pairing__in=[row.pairing_id for row in coming], state=AgreementState.IN_FORCE
    ).exclude(number__in=[row.number for row in coming])
    for row in older.select_for_update(of=("self",), no_key=True).order_by("pk"):
        row.state = AgreementState.RENEWED
        row.save(update_fields=["state", "updated_at"])


def _extend_terms(merge: Merge[Agreement]) -> None:
    """Let the pairing follow its new agreement in force: from the first agreement's start to its end."""
    for agreement in (*merge.created, *merge.changed):
        pairing = agreement.pairing
        if agreement.state != AgreementState.IN_FORCE:
            continue
        values = {
            "starts_on": min(pairing.starts_on, agreement.starts_on),
            "ends_on": agreement.ends_on,
            "aims": agreement.aims,
        }
        if difference(pairing, values):
            for name, value in values.items():
                setattr(pairing, name, value)
            pairing.save(update_fields=[*values, "updated_at"])


@transaction.atomic
def plan_orders_take_in(*, records: Sequence[Record], now: datetime, as_of: date) -> list[RowChange]:
    """Create or update plan orders by number; `extra["completed_on"]` is their stated day of completion.

    An order that began as a claim here, or was edited here, is run here: the file does not touch it.
    """
    numbers = [record.values["number"] for record in records]
    rows = PlanOrder.objects.filter(number__in=numbers).select_related("pairing", "demand", "resource")
    known = {row.number: row for row in rows.select_for_update(of=("self",), no_key=True).order_by("pk")}
    merge = Merge(PlanOrder, known)
    for record in records:
        number = record.values["number"]
        order = known.get(number)
        if order is not None and (order.claim_id or order.drafted_by_id or order.version > 1):
            note = RUN_HERE if difference(order, record.values) else ""
            merge.take(record.row, number, {}, note=note)
            continue
        merge.take(record.row, number, {**record.values, **_state_values(order, record, as_of)})
    merge.write(now)
    return merge.changes


def _state_values(order: PlanOrder | None, record: Record, as_of: date) -> dict[str, Any]:
    """What a state implies: who has confirmed, and since when it is complete."""
    state, stated = record.values["state"], record.extra["completed_on"]
    if order is not None and order.state == state:
        return {"completed_on": stated} if stated else {}
    confirmed = None if state in UNCONFIRMED else (order.version if order else 1)
    done_on = stated or record.values["demand"].closed_on or min(record.values["due_on"], as_of)
    return {
        "confirmed_version_a": confirmed,
        "confirmed_version_b": confirmed,
        "completed_on": done_on if state == PlanOrderState.COMPLETED else None,
    }
