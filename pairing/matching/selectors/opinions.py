"""The order of suggestions after a second opinion, as far as one is stored; nobody is asked from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pairing.matching.engine import Id, MatchProblem, Score
from pairing.matching.models import SecondOpinion
from pairing.matching.reranker import CANDIDATES, Question, configured


@dataclass(frozen=True)
class Ordered:
    """Suggestions per need, the needs on whose order a second opinion had a say, and what to ask yet."""

    found: dict[Id, list[Score]]
    advised: frozenset[Id] = frozenset()
    open_questions: list[Question] = field(default_factory=list)


def second_opinions(problem: MatchProblem, found: Mapping[Id, Sequence[Score]]) -> Ordered:
    """Put the first suggestions of each need in the order of the stored second opinion.

    One query where an endpoint is set up and none where it is not.
    """
    result = {need: list(scores) for need, scores in found.items()}
    questions = _questions(problem, result)
    if not questions:
        return Ordered(result)
    digests = [question.digest for question in questions.values()]
    stored = dict(SecondOpinion.objects.filter(digest__in=digests).values_list("digest", "order"))
    advised = set()
    for need, question in questions.items():
        order = stored.get(question.digest)
        if order:
            head = result[need][: question.count]
            result[need][: question.count] = [head[i] for i in order]
            advised.add(need)
    unasked = [question for question in questions.values() if question.digest not in stored]
    return Ordered(result, frozenset(advised), unasked)


def _questions(problem: MatchProblem, found: Mapping[Id, Sequence[Score]]) -> dict[Id, Question]:
    """What can be asked: a need with at least two suggestions, about the first of them."""
    endpoint = configured()
    if endpoint is None:
        return {}
    needs = {need.id: need for need in problem.needs}
    offers = {offer.id: offer for offer in problem.offers}
    return {
        need: Question.of(endpoint, needs[need], [offers[score.offer_id] for score in scores[:CANDIDATES]])
        for need, scores in found.items()
        if len(scores) > 1
    }
