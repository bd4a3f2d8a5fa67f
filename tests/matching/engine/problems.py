"""Scored problems without texts, small enough for thousands and bound enough to be hard."""

from dataclasses import replace
from datetime import date
from functools import cache

import numpy as np
from hypothesis import strategies as st

from pairing.matching.engine import MatchProblem, Need, Offer
from pairing.matching.engine.scoring import PairTable, score_pairs

TODAY = date(2026, 3, 2)
MONTHS = (date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1))
LAST_DAYS = (date(2026, 3, 31), date(2026, 4, 30), date(2026, 5, 31))
BRANCHES = ("a", "b", "c", "d")


@cache
def _empty() -> PairTable:
    return score_pairs(MatchProblem((), (), TODAY))


def table_of(problem: MatchProblem, scores: dict[tuple[int, int], float]) -> PairTable:
    """The table in which (need id, offer id) has that score; pairs that are not named were never scored.

    A pair is open when the offer has a visit left in the need's window, as the engine would find.
    """
    needs = {need.id: i for i, need in enumerate(problem.needs)}
    offers = {offer.id: j for j, offer in enumerate(problem.offers)}
    rows = sorted(
        (needs[i], offers[j], score) for (i, j), score in scores.items() if i in needs and j in offers
    )
    rows = [row for row in rows if problem.needs[row[0]].branch_id != problem.offers[row[1]].branch_id]
    need, offer, score = (np.array(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    return replace(
        _empty(),
        need=np.array(need, dtype=np.int64),
        offer=np.array(offer, dtype=np.int64),
        added=np.zeros(len(rows)),
        total=np.array(score, dtype=float),
        fit=np.array(score, dtype=float),
        open_=np.ones(len(rows), dtype=bool),
    )


_offers = st.lists(
    st.builds(
        Offer,
        id=st.just(0),
        branch_id=st.sampled_from(BRANCHES),
        title=st.just("资源"),
        capacity_per_month=st.none() | st.integers(0, 2),
        valid_from=st.none() | st.sampled_from(MONTHS),
        valid_to=st.none() | st.sampled_from(LAST_DAYS),
    ),
    min_size=1,
    max_size=6,
)
_needs = st.lists(
    st.builds(
        Need,
        id=st.just(0),
        branch_id=st.sampled_from(BRANCHES),
        title=st.just("需求"),
        size=st.sampled_from((1, 1, 1, 2, 3)),
        raised_on=st.none() | st.sampled_from(MONTHS),
        deadline=st.none() | st.sampled_from(LAST_DAYS),
    ),
    min_size=1,
    max_size=8,
)
_caps = st.dictionaries(st.sampled_from(BRANCHES), st.integers(0, 4), max_size=3)
_prices = st.sampled_from(((), ((1, 0.1),), ((1, 0.05), (2, 0.3))))


@st.composite
def scored(draw: st.DrawFn) -> tuple[MatchProblem, dict[tuple[int, int], float]]:
    """A problem with windows, caps, reciprocity and prices, and a score for most pairs; ties are common."""
    offers = tuple(replace(each, id=j) for j, each in enumerate(draw(_offers)))
    needs = tuple(replace(each, id=i) for i, each in enumerate(draw(_needs)))
    problem = MatchProblem(
        offers,
        needs,
        TODAY,
        give_caps=draw(_caps),
        receive_caps=draw(_caps),
        reciprocity=draw(st.none() | st.integers(0, 2)),
        give_prices=draw(_prices),
        receive_prices=draw(_prices),
        used=draw(
            st.dictionaries(
                st.tuples(st.integers(0, 5), st.sampled_from(MONTHS)), st.integers(1, 2), max_size=3
            )
        ),
        previous=draw(st.frozensets(st.tuples(st.integers(0, 7), st.integers(0, 5)), max_size=2)),
        horizon_months=len(MONTHS),
    )
    levels = draw(
        st.lists(st.integers(3, 10), min_size=len(needs) * len(offers), max_size=len(needs) * len(offers))
    )
    pairs = ((i, j) for i in range(len(needs)) for j in range(len(offers)))
    scores = {pair: level / 10 for pair, level in zip(pairs, levels, strict=True) if level > 3}
    return problem, scores
