"""A plan that follows its ledgers: each event moves only what it must, and every move knows its cause."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from pairing.matching.engine.assignment import plan_of
from pairing.matching.engine.circulation import lay_out
from pairing.matching.engine.edges import SCALE, edges_of
from pairing.matching.engine.frame import Frame
from pairing.matching.engine.network import solve_circulation
from pairing.matching.engine.plan import Plan
from pairing.matching.engine.problem import Id, MatchProblem
from pairing.matching.engine.residual import Residual
from pairing.matching.engine.scoring import PairTable

Kind = Literal[
    "need_added",
    "need_changed",
    "need_gone",
    "offer_added",
    "offer_changed",
    "offer_gone",
    "offer_full",
    "pair_lost",
    "pairing_ended",
    "later",
]


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to the ledgers, to a need, an offer, or the two of them (`pair_lost`, `pairing_ended`).

    `later` is the passing of time itself: scores, windows and months are those of another day.
    """

    kind: Kind
    need_id: Id | None = None
    offer_id: Id | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """A need whose visits come from other offers than before the event; an offer stands once per visit."""

    need_id: Id
    before: tuple[Id, ...]
    after: tuple[Id, ...]
    cause: Event


class LivePlan:
    """A plan of some of a problem's needs and offers that stays optimal while the others join and leave.

    All that may ever join stands in the problem and its table; what is absent has no visits. An event costs
    one shortest path per visit that moves, not a new solution.
    """

    def __init__(
        self,
        problem: MatchProblem,
        table: PairTable,
        *,
        owed: Mapping[Id, int] | None = None,
        free: Mapping[Id, Sequence[int]] | None = None,
    ) -> None:
        """Solve the problem as it is at the start.

        Args:
            owed: visits a need asks for at the start, where that is not its size (0: it is not there yet).
            free: visits an offer has per month at the start, where that is not what the problem says.
        """
        started = time.perf_counter()
        self.problem, self.table = problem, table
        self._whole = Frame.of(problem)
        self._edges = edges_of(problem, table, self._whole)
        self._layout = lay_out(problem, self._whole, self._edges)
        self._need = {need.id: i for i, need in enumerate(problem.needs)}
        self._offer = {offer.id: j for j, offer in enumerate(problem.offers)}
        self.sizes, self.free = self._whole.sizes.copy(), self._whole.free.copy()
        for need_id, visits in (owed or {}).items():
            self.sizes[self._need[need_id]] = visits
        for offer_id, row in (free or {}).items():
            self.free[self._offer[offer_id]] = row
        self._most = max(int(self._whole.sizes.sum()), 1)
        built = time.perf_counter()
        network = replace(self._layout.network, capacity=self._capacities())
        flow = solve_circulation(network)
        self._timings = {"build": built - started, "flow": time.perf_counter() - built}
        self._residual = Residual(network, flow, self._layout.service)
        self._first_service = int(self._layout.service[0]) if self._layout.service.size else 0

    def add_need(self, need_id: Id) -> list[Move]:
        """Let a need join with all its visits."""
        size = int(self._whole.sizes[self._need[need_id]])
        return self.change_need(need_id, size, Event("need_added", need_id=need_id))

    def withdraw_need(self, need_id: Id) -> list[Move]:
        """Let a need leave; what it held is free for others."""
        return self.change_need(need_id, 0, Event("need_gone", need_id=need_id))

    def add_offer(self, offer_id: Id) -> list[Move]:
        """Let an offer join with all the visits it has left."""
        row = self._whole.free[self._offer[offer_id]].tolist()
        return self.change_offer(offer_id, row, Event("offer_added", offer_id=offer_id))

    def drop_offer(self, offer_id: Id) -> list[Move]:
        """Let an offer leave; those it served look elsewhere."""
        row = [0] * self.free.shape[1]
        return self.change_offer(offer_id, row, Event("offer_gone", offer_id=offer_id))

    def change_need(self, need_id: Id, visits: int, cause: Event) -> list[Move]:
        """Let a need ask for so many visits, at most its size in the problem; return what moved."""
        i = self._need[need_id]
        self.sizes[i] = visits
        self._residual.change(int(self._layout.owed[i]), capacity=visits)
        return self._moves(cause)

    def change_offer(self, offer_id: Id, free: Sequence[int], cause: Event) -> list[Move]:
        """Let an offer have so many visits per month of the horizon; return what moved."""
        j = self._offer[offer_id]
        self.free[j] = free
        for arc, visits in zip(self._layout.entry[j].tolist(), free, strict=True):
            if arc >= 0:
                self._residual.change(arc, capacity=min(visits, self._most))
        return self._moves(cause)

    @property
    def pairs(self) -> dict[tuple[Id, Id], int]:
        """Return (need, offer) → visits of the plan as it is."""
        flow, edges = self._residual.flow, self._edges
        visits: dict[tuple[Id, Id], int] = defaultdict(int)
        for edge, arc in enumerate(self._layout.service.tolist()):
            if flow[arc]:
                visits[self._names(edge)] += flow[arc]
        return dict(visits) if edges.need.size else {}

    @property
    def objective(self) -> float:
        """Return the total of the plan as it is, pinned visits counted by their score like all others."""
        flow = np.array(self._residual.flow, dtype=np.int64)
        pinned = self._layout.service[self._edges.pinned]
        bare = int(self._edges.gain[self._edges.pinned] @ flow[pinned])
        others = flow.copy()
        others[pinned] = 0
        return (bare - int(self._layout.network.cost @ others)) / SCALE

    def plan(self) -> Plan:
        """Return the plan as it is with its proof; absent needs are not unserved, absent offers not idle."""
        frame = replace(self._whole, sizes=self.sizes.copy(), free=self.free.copy())
        network = replace(self._layout.network, capacity=np.array(self._residual.capacity, dtype=np.int64))
        model = frame, self._edges, replace(self._layout, network=network)
        flow = np.array(self._residual.flow, dtype=np.int64)
        return plan_of(self.problem, self.table, model, flow, self._timings)

    def _capacities(self) -> np.ndarray:
        capacity, there = self._layout.network.capacity.copy(), self._layout.entry >= 0
        capacity[self._layout.owed] = self.sizes
        capacity[self._layout.entry[there]] = np.minimum(self.free, self._most)[there]
        return capacity

    def _names(self, edge: int) -> tuple[Id, Id]:
        return self.problem.needs[self._edges.need[edge]].id, self.problem.offers[self._edges.offer[edge]].id

    def _moves(self, cause: Event) -> list[Move]:
        """Return what the event just done has moved, in order of the needs."""
        changed = self._residual.settle()
        needs = sorted({int(self._edges.need[arc - self._first_service]) for arc in changed})
        moves = [self._move(i, changed, cause) for i in needs]
        return [move for move in moves if move.before != move.after]

    def _move(self, need: int, changed: Mapping[int, int], cause: Event) -> Move:
        first, end = np.searchsorted(self._edges.need, (need, need + 1)).tolist()
        before: list[Id] = []
        after: list[Id] = []
        for edge in range(first, end):
            arc = self._first_service + edge
            offer_id = self.problem.offers[self._edges.offer[edge]].id
            after += [offer_id] * self._residual.flow[arc]
            before += [offer_id] * changed.get(arc, self._residual.flow[arc])
        return Move(self.problem.needs[need].id, tuple(before), tuple(after), cause)
