"""What a person fixes before a plan is solved, as it is kept with the run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

Pairs = frozenset[tuple[int, int]]  # (demand, resource) primary keys
PRICE_STEPS = 6  # beyond so many times the threshold the price rises no further


@dataclass(frozen=True)
class Conditions:
    """Pins, forbidden pairs, and bounds on branches. Caps count visits in this plan; None is no bound.

    `give_cap` and `receive_cap` hold for every branch, unless `exceptions` (branch → give, receive) names it.
    Fairness: beyond `give_after` (`receive_after`) visits of one branch each further one costs `fair_percent`
    hundredths of a full score, beyond twice as many twice that, and so on.
    """

    pins: Pairs = frozenset()
    forbidden: Pairs = frozenset()
    give_cap: int | None = None
    receive_cap: int | None = None
    reciprocity: int | None = None
    exceptions: Mapping[int, tuple[int | None, int | None]] = field(default_factory=dict)
    give_after: int | None = None
    receive_after: int | None = None
    fair_percent: int | None = None

    BOUNDS = ("reciprocity", "give_cap", "receive_cap", "give_after", "receive_after", "fair_percent")

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """Read what `as_json` wrote; an empty mapping is no condition at all."""
        return cls(
            pins=frozenset((demand, resource) for demand, resource in stored.get("pins", ())),
            forbidden=frozenset((demand, resource) for demand, resource in stored.get("forbidden", ())),
            exceptions={int(branch): tuple(caps) for branch, caps in stored.get("exceptions", {}).items()},
            **{name: stored.get(name) for name in cls.BOUNDS},
        )

    def as_json(self) -> dict[str, Any]:
        return {
            "pins": sorted(map(list, self.pins)),
            "forbidden": sorted(map(list, self.forbidden)),
            "exceptions": {str(branch): list(caps) for branch, caps in self.exceptions.items()},
            **{name: getattr(self, name) for name in self.BOUNDS},
        }

    def caps(self, branches: Iterable[int], side: int) -> dict[int | str, int]:
        """Branch → cap for giving (`side` 0) or receiving (`side` 1), without those that have none."""
        common = (self.give_cap, self.receive_cap)
        chosen = {branch: self.exceptions.get(branch, common)[side] for branch in branches}
        return {branch: cap for branch, cap in chosen.items() if cap is not None}

    def prices(self, after: int | None) -> tuple[tuple[int, float], ...]:
        """Rising (visits, price) steps as the engine takes them; none without a threshold or a price."""
        if after is None or not self.fair_percent:
            return ()
        steps = range(1, PRICE_STEPS + 1) if after else (1,)
        return tuple((step * after, step * self.fair_percent / 100) for step in steps)
