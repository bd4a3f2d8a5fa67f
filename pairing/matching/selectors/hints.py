"""What a demand or resource leaves open in a match, in the words of the form it would be filled in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from ledgers.models import Demand, Resource
from pairing.matching.engine import Missing, Score

Side = Literal["need", "offer"]


def lacking(scores: Iterable[Score], side: Side) -> list[str]:
    """The labels of what one side leaves open in some matches, each once."""
    return _labels([fact for score in scores for fact in score.missing], side)


def lacking_beside(score: Score, side: Side) -> list[str]:
    """The labels of what the other side of a match leaves open.

    Without its items: hardly any row names them, so the words would stand beside every suggestion.
    """
    return _labels([fact for fact in score.missing if fact.field != "items"], side)


def _labels(facts: list[Missing], side: Side) -> list[str]:
    model = Demand if side == "need" else Resource
    label = {each.name: str(each.verbose_name) for each in (*model._meta.fields, *model._meta.many_to_many)}
    return list(dict.fromkeys(label[fact.field] for fact in facts if fact.side == side))
