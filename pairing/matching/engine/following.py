"""Bring a plan up to other ledgers, event by event, so that everything that moves can name its cause."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from pairing.matching.engine.circulation import Frame, eligible
from pairing.matching.engine.incremental import Event, Kind, LivePlan, Move
from pairing.matching.engine.periods import horizon
from pairing.matching.engine.plan import Plan
from pairing.matching.engine.problem import Id, MatchProblem
from pairing.matching.engine.scoring import PairTable


@dataclass(frozen=True, slots=True)
class Before:
    """A plan of unit visits, and what of the ledgers is not as it was when the plan was made.

    `chosen` is need → (offer, month planned for), also of needs and offers that are gone by now. `needs` and
    `offers` name those of today that were added or changed since. `released` are needs that are gone without
    a claim, so that their visit is free again; the visits of all other gone needs stand in
    `MatchProblem.used`.
    """

    chosen: Mapping[Id, tuple[Id, date]]
    needs: Mapping[Id, Kind] = field(default_factory=dict)
    offers: Mapping[Id, Kind] = field(default_factory=dict)
    released: frozenset[Id] = frozenset()


def follow(problem: MatchProblem, table: PairTable, before: Before) -> tuple[Plan, list[Move]]:
    """Return the best plan of today's ledgers and how it came out of the one before, in the order of events.

    First comes a day on which nothing had happened yet: what joined or changed is absent, what was planned
    holds its visits. Then one event after the other is let in, gains before losses. The end is as good as
    solving today's problem at once.
    """
    return _Story(problem, table, before).told()


class _Story:
    def __init__(self, problem: MatchProblem, table: PairTable, before: Before) -> None:
        self.problem, self.table, self.before = problem, table, before
        self.whole = Frame.of(problem)
        self.size = {need.id: need.size for need in problem.needs}
        self.offer = {offer.id: j for j, offer in enumerate(problem.offers)}
        self.month = {month: i for i, month in enumerate(horizon(problem))}
        self.lost = self._lost()
        self.reserved = np.zeros_like(self.whole.free)  # visits kept for needs that are away at the beginning
        self.planned = np.zeros_like(self.whole.free)
        self._book()
        self.live = LivePlan(
            problem,
            table,
            owed=dict.fromkeys((*self.lost, *before.needs), 0),
            free={
                offer.id: row for offer, row in zip(problem.offers, self._first_day().tolist(), strict=True)
            },
        )

    def told(self) -> tuple[Plan, list[Move]]:
        moves = [move for move in self._since_then() if move.before != move.after]
        for event in (self._gone, self._offers, self._lost_ones, self._needs):
            moves += event()
        return self.live.plan(), moves

    def _lost(self) -> dict[Id, Event]:
        """Return the needs whose offer cannot serve them any more, and why."""
        possible = self._named(eligible(self.problem, self.table)) | set(self.problem.pins)
        fitting = self._named(np.flatnonzero(self.table.fit >= self.problem.weights.floor))
        return {
            need: self._loss(need, offer, is_full=(need, offer) in fitting)
            for need, (offer, _) in sorted(self.before.chosen.items(), key=lambda each: str(each[0]))
            if need in self.size and need not in self.before.needs and (need, offer) not in possible
        }

    def _named(self, rows: np.ndarray) -> set[tuple[Id, Id]]:
        needs, offers = self.problem.needs, self.problem.offers
        pairs = zip(self.table.need[rows].tolist(), self.table.offer[rows].tolist(), strict=True)
        return {(needs[i].id, offers[j].id) for i, j in pairs}

    def _loss(self, need: Id, offer: Id, *, is_full: bool) -> Event:
        if offer not in self.offer:
            return Event("offer_gone", offer_id=offer)
        if offer in self.before.offers:
            return Event(self.before.offers[offer], offer_id=offer)
        if is_full:
            return Event("offer_full", offer_id=offer)
        return Event("pair_lost", need_id=need, offer_id=offer)

    def _book(self) -> None:
        """Enter the visits of the plan before: planned ones, and those kept for needs that are away."""
        for need, (offer, _) in self.before.chosen.items():
            if offer not in self.offer or need in self.lost:
                continue
            if need in self.before.needs or need in self.before.released:
                self.reserved[self._place(need)] += 1
            elif need in self.size:
                self.planned[self._place(need)] += 1

    def _place(self, need: Id) -> tuple[int, int]:
        """Return the offer and month of a planned visit; one that is overdue counts this month."""
        offer, month = self.before.chosen[need]
        return self.offer[offer], self.month.get(month, 0)

    def _first_day(self) -> np.ndarray:
        """Return the visits free before any event: new and changed offers have only what was planned."""
        free, all_planned = self.whole.free.copy(), self.planned + self.reserved
        for offer in self.before.offers:
            free[self.offer[offer]] = 0
        return np.maximum(free, all_planned) - self.reserved

    def _since_then(self) -> Iterator[Move]:
        """What moves although nothing happened: other scores and months, because it is another day."""
        now = dict(iter(self.live.pairs))
        for need in self.size:
            if need not in self.lost and need not in self.before.needs:
                was = self.before.chosen.get(need)
                after = (now[need],) if need in now else ()
                yield Move(need, (was[0],) if was else (), after, Event("later"))

    def _lost_ones(self) -> Iterator[Move]:
        for need, cause in self.lost.items():
            yield from self._rejoin(need, cause)

    def _gone(self) -> Iterator[Move]:
        for need in sorted(self.before.released, key=str):
            if need in self.before.chosen and self.before.chosen[need][0] in self.offer:
                yield from self._free_again(need, Event("need_gone", need_id=need))

    def _offers(self) -> Iterator[Move]:
        """Give every offer what it has today, less what is still kept for needs that come later."""
        today = np.maximum(self.whole.free - self.reserved, 0)
        for j in np.flatnonzero((self.live.free != today).any(axis=1)).tolist():
            offer = self.problem.offers[j].id
            cause = Event(self.before.offers.get(offer, "offer_full"), offer_id=offer)
            yield from self.live.change_offer(offer, today[j].tolist(), cause)

    def _needs(self) -> Iterator[Move]:
        for need, kind in sorted(self.before.needs.items(), key=lambda each: str(each[0])):
            cause = Event(kind, need_id=need)
            if need in self.before.chosen and self.before.chosen[need][0] in self.offer:
                yield from self._free_again(need, cause)
            yield from self._rejoin(need, cause)

    def _free_again(self, need: Id, cause: Event) -> list[Move]:
        """Give back the visit that was kept for a need; never more than the offer has today."""
        j, month = self._place(need)
        self.reserved[j, month] -= 1
        row = self.live.free[j].copy()
        row[month] += row[month] < self.whole.free[j, month]
        return self.live.change_offer(self.problem.offers[j].id, row.tolist(), cause)

    def _rejoin(self, need: Id, cause: Event) -> Iterator[Move]:
        """Let a need come back that had an offer before; for itself it moves from there."""
        was = self.before.chosen.get(need)
        held = (was[0],) if was else ()
        after: tuple[Id, ...] = ()
        for move in self.live.change_need(need, self.size[need], cause):
            if move.need_id == need:
                after = move.after
            else:
                yield move
        if held != after:
            yield Move(need, held, after, cause)
