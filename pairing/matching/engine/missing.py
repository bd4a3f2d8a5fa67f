"""Facts that one side of a pair leaves open and that would change its fit when filled in."""

from pairing.matching.engine.problem import MatchProblem, Missing, Need, Offer
from pairing.matching.engine.scoring import TERMS, PairTable


def missing_of(problem: MatchProblem, table: PairTable, row: int) -> tuple[Missing, ...]:
    """Return what a pair of the table leaves open, term by term; a term without weight lacks nothing."""
    reading, at, by = table.reading, int(table.need[row]), int(table.offer[row])
    need, offer = problem.needs[at], problem.offers[by]
    named = float(table.values[row, TERMS.index("aspect")])
    found = {
        "item": _items(need, offer),
        "aspect": _aspects(need, offer, named),
        "help": _silent("help_kinds", reading.need_help[at], reading.offer_help[by]),
        "audience": _silent("audiences", reading.need_audiences[at], reading.offer_audiences[by]),
    }
    return tuple(each for term, facts in found.items() if getattr(problem.weights, term) for each in facts)


def _items(need: Need, offer: Offer) -> list[Missing]:
    """Items a person chose count for more than what the text was read as, on either side."""
    asked = [] if need.items else [Missing("need", "items")]
    return asked if offer.items else [*asked, Missing("offer", "items")]


def _aspects(need: Need, offer: Offer, value: float) -> list[Missing]:
    """The aspect is the need's to name; an offer that names none is taken by where its text points."""
    if not need.aspect:
        return [Missing("need", "aspect")]
    return [] if offer.aspects or value >= 1 else [Missing("offer", "aspects")]


def _silent(field: str, asked: dict[str, float], given: dict[str, float]) -> list[Missing]:
    """The silent side where the other one speaks; while both are silent, filling in one changes nothing."""
    if bool(asked) == bool(given):
        return []
    return [Missing("offer", field) if asked else Missing("need", field)]
