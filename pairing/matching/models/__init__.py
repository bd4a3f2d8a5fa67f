"""Runs of the matching engine and what each planned, weights, second opinions, what texts mean in context."""

from pairing.matching.models.contexts import TextContext, TextContextQuerySet
from pairing.matching.models.matches import Match, MatchEdit, MatchGap, MatchQuerySet
from pairing.matching.models.opinions import SecondOpinion, SecondOpinionQuerySet
from pairing.matching.models.runs import MatchRun, MatchRunQuerySet, MatchShard, MatchShardQuerySet
from pairing.matching.models.weights import ScoreWeights

__all__ = [
    "Match",
    "MatchEdit",
    "MatchGap",
    "MatchQuerySet",
    "MatchRun",
    "MatchRunQuerySet",
    "MatchShard",
    "MatchShardQuerySet",
    "ScoreWeights",
    "SecondOpinion",
    "SecondOpinionQuerySet",
    "TextContext",
    "TextContextQuerySet",
]
