"""What the matching engine is asked: offers, needs, weights, capacities – plain frozen data."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from math import inf
from typing import Literal, NamedTuple, Self

from ledgers.reading.lexicon import Lexicon
from pairing.matching.engine.learning import Learned

Id = int | str
Pair = frozenset[Id]


@dataclass(frozen=True, slots=True)
class Offer:
    """A resource one branch offers. Capacity is in visits per calendar month, None for unlimited."""

    id: Id
    branch_id: Id
    title: str
    text: str = ""
    kind: str = ""
    aspects: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    help_kinds: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    capacity_per_month: int | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    latitude: float | None = None
    longitude: float | None = None
    pair_only: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A demand one branch raises. `size` is in unit visits; `urgency` 0 ordinary, 1 urgent, 2 very urgent."""

    id: Id
    branch_id: Id
    title: str
    text: str = ""
    aspect: str | None = None
    items: frozenset[str] = frozenset()
    help_kinds: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    size: int = 1
    urgency: int = 0
    raised_on: date | None = None
    deadline: date | None = None
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each term counts (any non-negative number), and four shares in [0, 1].

    `relevance` is the say of what labelled counties teach (engine/relevance.py), 1 for all of it; `floor`
    bounds the *fit* (what the offer does), so a free neighbour who does the wrong thing stays below;
    `inferred` discounts what was read from the text instead of filled in by a person; `keep_bonus` is added
    to the score of an assignment the previous plan already made.
    """

    item: float = 0.50
    aspect: float = 0.08
    help: float = 0.05
    audience: float = 0.03
    text: float = 0.14
    pair: float = 0.04
    distance: float = 0.03
    window: float = 0.02
    capacity: float = 0.01
    urgency: float = 0.02
    relevance: float = 1.0
    floor: float = 0.6
    inferred: float = 0.80
    keep_bonus: float = 0.02

    @classmethod
    def default(cls) -> Self:
        """Return the weights a new county starts with."""
        return cls()

    @classmethod
    def from_dict(cls, values: Mapping[str, float]) -> Self:
        """Build weights from stored data; unknown names are an error, absent ones take the default.

        Raises:
            ValueError: a name is not a weight, or something is not a number or negative.
        """
        known = [each.name for each in fields(cls)]
        faults = [
            f"没有叫“{name}”的权重，可写的是 {'、'.join(known)}" for name in values if name not in known
        ]
        faults += [
            f"“{name}”是 {json.dumps(value, ensure_ascii=False)}，须是数字，不能是负数"
            for name, value in values.items()
            if not _counts(value)
        ]
        if faults:
            raise ValueError("；".join(faults))
        return replace(cls(), **values)

    def as_dict(self) -> dict[str, float]:
        """Return a JSON-safe dict; `Weights.from_dict(w.as_dict()) == w`."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class MatchProblem:
    """One county, group or pair at one moment; `as_of` is the first day on which anything can be held.

    `pairs` holds unordered pairs as two-element frozensets (see `pair_of`). `used` counts visits already
    promised per offer and month (first day of the month). `give_caps`/`receive_caps` bound the visits per
    branch in this run, `reciprocity` bounds |given − received| for every branch (None: no bound). A need
    without a deadline may be served within `horizon_months` calendar months, this one included.

    `pins` maps (need id, offer id) to visits a person has fixed: they come before any score and ignore the
    floor, but not capacity and caps. `give_prices` and `receive_prices` are fairness: (visits, price) steps
    that both rise; beyond so many visits of one branch each further one costs the price, in units of score.
    `learned` holds the votes of past decisions.
    """

    offers: tuple[Offer, ...]
    needs: tuple[Need, ...]
    as_of: date
    pairs: frozenset[Pair] = frozenset()
    weights: Weights = field(default_factory=Weights)
    lexicon: Lexicon = field(default_factory=Lexicon.default)
    used: Mapping[tuple[Id, date], int] = field(default_factory=dict)
    give_caps: Mapping[Id, int] = field(default_factory=dict)
    receive_caps: Mapping[Id, int] = field(default_factory=dict)
    reciprocity: int | None = None
    previous: frozenset[tuple[Id, Id]] = frozenset()
    forbidden: frozenset[tuple[Id, Id]] = frozenset()
    pins: Mapping[tuple[Id, Id], int] = field(default_factory=dict)
    give_prices: tuple[tuple[int, float], ...] = ()
    receive_prices: tuple[tuple[int, float], ...] = ()
    horizon_months: int = 6
    branch_names: Mapping[Id, str] = field(default_factory=dict)
    learned: Learned = field(default_factory=Learned)


@dataclass(frozen=True, slots=True)
class Term:
    """One reason: `value` in [0, 1], the weight it carried (after discounts), and its Chinese sentence.

    `relevance` has no weight: its value, in [−0.5, 0.5], is added to what the others come to.
    """

    name: str
    value: float
    weight: float
    sentence: str


class Missing(NamedTuple):
    """A fact left open: on which side, and the attribute of `Need` or `Offer` that would hold it."""

    side: Literal["need", "offer"]
    field: str


@dataclass(frozen=True, slots=True)
class Score:
    """How well an offer serves a need. `value` and `fit` in [0, 1]; `missing` would change the fit."""

    need_id: Id
    offer_id: Id
    value: float
    fit: float
    terms: tuple[Term, ...]
    missing: tuple[Missing, ...] = ()


def pair_of(first: Id, second: Id) -> Pair:
    """Return the unordered pair of two branches."""
    return frozenset((first, second))


def _counts(value: object) -> bool:
    """Whether a value is a finite number of at least 0."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < inf
