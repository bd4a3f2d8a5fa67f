"""An optimal circulation that stays optimal while single arcs change: augmenting paths, both ends at once."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field

import numpy as np

from pairing.matching.engine.network import FlowError, Network, node_prices

_TIE = 1 << 20  # a unit of cost outweighs this many moved visits, so moving less only decides between equals
_NEVER = 1 << 62


@dataclass(slots=True)
class _Side:
    """One end of a search: distances found so far, how each node was reached, and what to look at next."""

    distance: dict[int, int]
    heap: list[tuple[int, int]]
    arrived: dict[int, int] = field(default_factory=dict)

    @classmethod
    def at(cls, node: int) -> _Side:
        return cls({node: 0}, [(0, node)])

    @property
    def next(self) -> int:
        """Return the distance of the nearest node not looked at yet."""
        heap = self.heap
        while heap and heap[0][0] > self.distance[heap[0][1]]:
            heapq.heappop(heap)
        return heap[0][0] if heap else _NEVER


class Residual:
    """The residual network of an optimal flow, with prices under which no residual arc has a negative cost.

    Among equally good flows the one that moves fewest visits on the `counted` arcs is taken, seen from the
    last `settle`. Costs are kept times 2**20 for that; nobody outside notices.
    """

    def __init__(self, network: Network, flow: np.ndarray, counted: np.ndarray) -> None:
        """Take over a solved network.

        Args:
            flow: an optimal flow.
            counted: numbers of the arcs on which a moved visit counts as a change.
        """
        self.tail, self.head = network.tail.tolist(), network.head.tolist()
        self.capacity, self.flow = network.capacity.tolist(), flow.tolist()
        self.cost = (network.cost * _TIE).tolist()
        self.price = (node_prices(network, flow) * _TIE).tolist()
        self.known = flow.tolist()
        self.moved: set[int] = set()
        is_counted = np.zeros(flow.size, dtype=bool)
        is_counted[counted] = True
        self._is_counted = is_counted.tolist()
        nodes = np.arange(network.nodes + 1)
        self._leaving, self._entering = np.argsort(network.tail), np.argsort(network.head)
        self._first_leaving = np.searchsorted(network.tail[self._leaving], nodes)
        self._first_entering = np.searchsorted(network.head[self._entering], nodes)
        self._neighbours: dict[int, tuple[list[int], list[int]]] = {}

    def change(self, arc: int, *, capacity: int | None = None, cost: int | None = None) -> None:
        """Give an arc another capacity or cost and make the flow optimal again.

        Complexity: one shortest path per visit that moves, and at most one more that shows nothing else pays.
        """
        if cost is not None:
            self.cost[arc] = cost * _TIE
        if capacity is not None:
            self.capacity[arc] = capacity
        while self.flow[arc] > self.capacity[arc]:
            self._push(arc, -1)
            self._shift(self.tail[arc], self.head[arc], _NEVER)
        for step in (1, -1):
            while self._has_room(arc, step) and (reduced := self._reduced(arc, step)) < 0:
                start, end = (self.head, self.tail) if step == 1 else (self.tail, self.head)
                if self._shift(start[arc], end[arc], -reduced):
                    self._push(arc, step)

    def settle(self) -> dict[int, int]:
        """Take the flow as it is for the known one; return counted arc → visits before, where it differs."""
        before = {arc: self.known[arc] for arc in self.moved if self.known[arc] != self.flow[arc]}
        for arc in self.moved:
            self.known[arc] = self.flow[arc]
        self.moved.clear()
        return before

    def _has_room(self, arc: int, step: int) -> bool:
        return self.flow[arc] < self.capacity[arc] if step == 1 else self.flow[arc] > 0

    def _length(self, arc: int, step: int) -> int:
        """Return what one visit more (step 1) or less (−1) costs; going back to what was known is cheaper."""
        length = step * self.cost[arc]
        if self._is_counted[arc]:
            length += 1 if step * (self.flow[arc] - self.known[arc]) >= 0 else -1
        return length

    def _reduced(self, arc: int, step: int) -> int:
        return self._length(arc, step) + step * (self.price[self.tail[arc]] - self.price[self.head[arc]])

    def _push(self, arc: int, step: int) -> None:
        self.flow[arc] += step
        if self._is_counted[arc]:
            self.moved.add(arc)

    def _shift(self, start: int, end: int, limit: int) -> bool:
        """Send one visit along the shortest residual path if that is shorter than `limit`.

        Either way the prices move so far that all residual arcs keep costs of at least zero. Two searches
        meet in the middle: with radii a and b of a + b = the path's length, lowering prices near the start by
        a − distance and raising those near the end by b − distance keeps every arc at or above zero.

        Raises:
            FlowError: there is no path and no limit (a bug: what an arc carried can always flow back).
        """
        ahead, behind = _Side.at(start), _Side.at(end)
        best, meeting = limit, None
        while (near := ahead.next) + behind.next < best:
            is_smaller = len(ahead.heap) <= len(behind.heap)
            step, side, other = (1, ahead, behind) if is_smaller else (-1, behind, ahead)
            for node in self._look(side, step, best):
                length = side.distance[node] + other.distance.get(node, _NEVER)
                if length < best:
                    best, meeting = length, node
        if best == _NEVER:
            raise FlowError("no residual path")
        self._move_prices(ahead, behind, min(near, best), best)
        if meeting is None:
            return False
        self._send(ahead, behind, meeting)
        return True

    def _look(self, side: _Side, step: int, furthest: int) -> list[int]:
        """Look around the nearest node, along the arcs (step 1) or against them (−1).

        Returns:
            the nodes that came nearer, of those less than `furthest` off.
        """
        distance, node = heapq.heappop(side.heap)
        leaving, entering = self._around(node)
        flow, capacity, cost, price = self.flow, self.capacity, self.cost, self.price
        known, is_counted, reach, improved = self.known, self._is_counted, side.distance, []
        distance += step * price[node]
        for arcs, ends, way in ((leaving, self.head, step), (entering, self.tail, -step)):
            for arc in arcs:
                held = flow[arc]
                if held >= capacity[arc] if way == 1 else not held:
                    continue
                end = ends[arc]
                reached = distance + way * cost[arc] - step * price[end]  # `_reduced`, written out for speed
                if is_counted[arc]:
                    reached += 1 if way * (held - known[arc]) >= 0 else -1
                if reached < reach.get(end, furthest):
                    reach[end], side.arrived[end] = reached, arc
                    heapq.heappush(side.heap, (reached, end))
                    improved.append(end)
        return improved

    def _around(self, node: int) -> tuple[list[int], list[int]]:
        """Return the arcs that leave and that enter a node."""
        found = self._neighbours.get(node)
        if found is None:
            leaving = self._leaving[self._first_leaving[node] : self._first_leaving[node + 1]]
            entering = self._entering[self._first_entering[node] : self._first_entering[node + 1]]
            found = self._neighbours[node] = leaving.tolist(), entering.tolist()
        return found

    def _move_prices(self, ahead: _Side, behind: _Side, radius: int, best: int) -> None:
        for node, distance in ahead.distance.items():
            if distance < radius:
                self.price[node] -= radius - distance
        for node, distance in behind.distance.items():
            if distance < best - radius:
                self.price[node] += best - radius - distance

    def _send(self, ahead: _Side, behind: _Side, meeting: int) -> None:
        node = meeting
        while (arc := ahead.arrived.get(node)) is not None:
            forward = self.head[arc] == node
            self._push(arc, 1 if forward else -1)
            node = self.tail[arc] if forward else self.head[arc]
        node = meeting
        while (arc := behind.arrived.get(node)) is not None:
            forward = self.tail[arc] == node
            self._push(arc, 1 if forward else -1)
            node = self.head[arc] if forward else self.tail[arc]
