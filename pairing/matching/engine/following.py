"""Bring a plan up to other ledgers, event by event, so that everything that moves can name its cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from pairing.matching.engine.edges import eligible
from pairing.matching.engine.frame import Frame
from pairing.matching.engine.incremental import Event, Kind, LivePlan, Move
from pairing.matching.engine.periods import horizon
from pairing.matching.engine.plan import Plan
from pairing.matching.engine.problem import Id, MatchProblem, pair_of
from pairing.matching.engine.scoring import PairTable

Visit = tuple[Id, date]  # the offer that makes it, the month it is planned for (its first day)


@dataclass(frozen=True, slots=True)
class Before:
    """A plan before, and what of the ledgers is not as it was when the plan was made.

    `chosen` is need → its planned visits that nobody has claimed since, also of needs and offers that are
    gone by now; the claimed ones stand in `MatchProblem.used`. `needs` and `offers` name those of today that
    were added or changed since – a need that asks for more or fewer visits among them.
    """

    chosen: Mapping[Id, tuple[Visit, ...]]
    needs: Mapping[Id, Kind] = field(default_factory=dict)
    offers: Mapping[Id, Kind] = field(default_factory=dict)


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
        self.branch = {need.id: need.branch_id for need in problem.needs}
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
        """Return the needs of which an offer cannot serve a visit any more, and why."""
        self.possible = self._named(eligible(self.problem, self.table)) | set(self.problem.pins)
        fitting = self._named(np.flatnonzero(self.table.fit >= self.problem.weights.floor))
        lost: dict[Id, Event] = {}
        for need, visits in sorted(self.before.chosen.items(), key=lambda each: str(each[0])):
            gone = [offer for offer, _ in visits if (need, offer) not in self.possible]
            if gone and need in self.size and need not in self.before.needs:
                lost[need] = self._loss(need, gone[0], is_full=(need, gone[0]) in fitting)
        return lost

    def _named(self, rows: np.ndarray) -> set[tuple[Id, Id]]:
        needs, offers = self.problem.needs, self.problem.offers
        pairs = zip(self.table.need[rows].tolist(), self.table.offer[rows].tolist(), strict=True)
        return {(needs[i].id, offers[j].id) for i, j in pairs}

    def _loss(self, need: Id, offer: Id, *, is_full: bool) -> Event:
        if offer not in self.offer:
            return Event("offer_gone", offer_id=offer)
        if not self._is_paired(need, offer):
            return Event("pairing_ended", need_id=need, offer_id=offer)
        if offer in self.before.offers:
            return Event(self.before.offers[offer], offer_id=offer)
        if is_full:
            return Event("offer_full", offer_id=offer)
        return Event("pair_lost", need_id=need, offer_id=offer)

    def _is_paired(self, need: Id, offer: Id) -> bool:
        """Whether the offer's branch may serve the need's at all."""
        given = self.problem.offers[self.offer[offer]]
        asking = self.branch[need]
        return not given.pair_only or pair_of(asking, given.branch_id) in self.problem.pairs

    def _book(self) -> None:
        """Enter the visits of the plan before: planned ones, and those kept for needs that are away."""
        for need in self.before.chosen:
            is_there = need in self.size and need not in self.lost and need not in self.before.needs
            for place in self._places(need):
                (self.planned if is_there else self.reserved)[place] += 1

    def _places(self, need: Id) -> list[tuple[int, int]]:
        """Return offer and month of each planned visit that still has its offer; an overdue one is due now.

        A visit that its offer can no longer make for this need leaves no place behind.
        """
        return [
            (self.offer[offer], self.month.get(month, 0))
            for offer, month in self.before.chosen.get(need, ())
            if offer in self.offer and (need not in self.lost or (need, offer) in self.possible)
        ]

    def _held(self, need: Id) -> tuple[Id, ...]:
        """Return the offers of a need's planned visits, in the order in which moves name them."""
        offers = (offer for offer, _ in self.before.chosen.get(need, ()))
        return tuple(sorted(offers, key=lambda each: (self.offer.get(each, len(self.offer)), str(each))))

    def _first_day(self) -> np.ndarray:
        """Return the visits free before any event: new and changed offers have only what was planned."""
        free, all_planned = self.whole.free.copy(), self.planned + self.reserved
        for offer in self.before.offers:
            free[self.offer[offer]] = 0
        return np.maximum(free, all_planned) - self.reserved

    def _since_then(self) -> Iterator[Move]:
        """What moves although nothing happened: other scores and months, because it is another day."""
        now: dict[Id, list[Id]] = defaultdict(list)
        for (need, offer), visits in self.live.pairs.items():
            now[need] += [offer] * visits
        for need in self.size:
            if need not in self.lost and need not in self.before.needs:
                after = sorted(now[need], key=self.offer.__getitem__)
                yield Move(need, self._held(need), tuple(after), Event("later"))

    def _lost_ones(self) -> Iterator[Move]:
        for need, cause in self.lost.items():
            yield from self._return(need, cause)

    def _gone(self) -> Iterator[Move]:
        for need in sorted(self.before.chosen.keys() - self.size.keys(), key=str):
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
            yield from self._return(need, Event(kind, need_id=need))

    def _free_again(self, need: Id, cause: Event) -> Iterator[Move]:
        """Give back the visits that were kept for a need; never more than the offer has today."""
        for j, month in self._places(need):
            self.reserved[j, month] -= 1
            row = self.live.free[j].copy()
            row[month] += row[month] < self.whole.free[j, month]
            yield from self.live.change_offer(self.problem.offers[j].id, row.tolist(), cause)

    def _return(self, need: Id, cause: Event) -> Iterator[Move]:
        """Let a need come back with all its visits; for itself it moves from where it was planned."""
        yield from self._free_again(need, cause)
        held = self._held(need)
        after: tuple[Id, ...] = ()
        for move in self.live.change_need(need, self.size[need], cause):
            if move.need_id == need:
                after = move.after
            else:
                yield move
        if held != after:
            yield Move(need, held, after, cause)
