"""Why a match is worth what it is: its terms in the words of the office."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pairing.matching.engine import Term
from pairing.matching.weight_words import LABELS

# What is said of a term for which the engine has found nothing to name.
UNNAMED = {
    "item": "没有点名同一事项，按意思比",
    "aspect": "方面不同，按意思比",
    "text": "没有相同的关键词，按意思比",
}


@dataclass(frozen=True)
class TermLine:
    """One term: how well it is met and how much of the say it has, both in percent, and its reason."""

    label: str
    percent: int
    share: int
    sentence: str


@dataclass(frozen=True)
class Breakdown:
    """The terms of a match, those with most say first; `percent` is what all of it comes to.

    `mean` are the terms by their shares, `kept` what is left of it where the thing itself is not quite what
    is asked for: no free neighbour makes good for that. `added` is what labelled counties then add or
    take, and `learned` what they say of the pair, nothing where they add or take too little to say it.
    """

    percent: int
    mean: int
    added: int
    learned: str
    lines: list[TermLine]

    @property
    def kept(self) -> int:
        return max(self.percent - self.added, 0)

    @property
    def taken(self) -> int:
        return -self.added

    @property
    def is_lowered(self) -> bool:
        """Whether it is by more than rounding makes it seem."""
        return self.mean > self.kept + 1


def breakdown(terms: Iterable[Term], value: float) -> Breakdown | None:
    """Explain a score in [0, 1] by its terms; None where there are none, as for what a person has pinned."""
    said = list(terms)
    known = sorted((term for term in said if term.weight), key=lambda term: -term.weight)
    mass = sum(term.weight for term in known)
    if not mass:
        return None
    mean = sum(term.value * term.weight for term in known) / mass
    taught = [term for term in said if not term.weight]
    return Breakdown(
        round(100 * value),
        round(100 * mean),
        round(100 * sum(term.value for term in taught)),
        "；".join(term.sentence for term in taught if term.sentence),
        [_line(term, mass) for term in known],
    )


def _line(term: Term, mass: float) -> TermLine:
    words = term.sentence or UNNAMED.get(term.name, "")
    share = round(100 * term.weight / mass)
    return TermLine(LABELS.get(term.name, term.name), round(100 * term.value), share, words)
