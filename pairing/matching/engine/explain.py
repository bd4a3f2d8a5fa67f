"""Sentences of a suggestion: one per term, one for the whole."""

from collections.abc import Callable, Mapping
from functools import lru_cache

import numpy as np

from ledgers.reading.bearings import bearings
from ledgers.reading.lexicon import Lexicon
from ledgers.reading.meaning import words_in
from ledgers.reading.reader import terms_in
from ledgers.reading.words import plain
from pairing.matching.engine.missing import missing_of
from pairing.matching.engine.problem import MatchProblem, Score, Term
from pairing.matching.engine.scoring import TERMS, PairTable
from pairing.matching.engine.terms import distance_km

_COMMON = frozenset(
    {"党员", "同志", "支部", "我们", "工作", "开展", "进行", "提供", "服务", "活动", "希望", "需要", "党支部"}
)
_LEANING = 0.15  # share of both bearings at which an item is worth naming
_NEAR_ASPECT = 0.5  # value of the aspect term at which an offer is near an aspect it does not name
_URGENCY = {1: "紧急", 2: "特急"}
# what the offer does comes first; that it is the partner's is true of most, and comes last
_SHOWN = (
    "item",
    "help",
    "audience",
    "text",
    "relevance",
    "aspect",
    "urgency",
    "window",
    "capacity",
    "distance",
    "pair",
)
_PLAIN = 0.1  # what labelled counties must add to a score, or take, to be worth a sentence


def shared_words(
    first: str, second: str, idf: Mapping[str, float], lexicon: Lexicon, limit: int = 3
) -> list[str]:
    """Return the most telling words both texts contain: terms of the lexicon, words of two characters up."""
    words, terms = zip(_words_and_terms(first, lexicon), _words_and_terms(second, lexicon), strict=True)
    shared = words[0] & words[1] | terms[0] & terms[1]
    both = {word for word in shared if len(word) > 1} - _COMMON
    whole = sorted(word for word in both if not any(word != other and word in other for other in both))
    weight = {word: sum(idf.get(word[i : i + 2], 0.0) for i in range(len(word) - 1)) for word in whole}
    return sorted(whole, key=lambda word: (-weight[word], word))[:limit]


@lru_cache(
    maxsize=2048
)  # a text stands in as many pairs as there are resources or demands that could meet it
def _words_and_terms(text: str, lexicon: Lexicon) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(words_in(plain(text))), frozenset(terms_in(text, lexicon))


def score_of(problem: MatchProblem, table: PairTable, row: int) -> Score:
    """Return one row of the table as a Score with its sentences."""
    need, offer = problem.needs[table.need[row]].id, problem.offers[table.offer[row]].id
    total, fit = float(table.total[row]), float(table.fit[row])
    terms = tuple(
        Term(
            name,
            float(table.values[row, i]),
            float(table.weights[row, i]),
            _SENTENCES[name](problem, table, row),
        )
        for i, name in enumerate(TERMS)
        if table.weights[row, i] > 0
    )
    if table.added[row]:
        terms = (*terms, _relevance(float(table.added[row]), good=fit >= problem.weights.floor))
    return Score(need, offer, total, fit, terms, missing_of(problem, table, row))


def reasons(score: Score) -> str:
    """Return one Chinese sentence: the terms that speak for the offer, strongest kinds first."""
    by_name = {term.name: term for term in score.terms}
    said = [by_name[name].sentence for name in _SHOWN if name in by_name and by_name[name].value > 0]
    return "；".join(sentence for sentence in said if sentence)


def _relevance(added: float, *, good: bool) -> Term:
    """Say what the samples say, plainly enough; that they speak for a pair, where it is `good` in all."""
    can = "按样例看，这样的资源多能办这样的事" if good else ""
    sentence = can if added > 0 else "按样例看，这样的资源多办不了这样的事"
    return Term("relevance", added, 0.0, sentence if abs(added) >= _PLAIN else "")


def _best_shared(left: dict[str, float], right: dict[str, float]) -> list[str]:
    both = {name: left[name] * right[name] for name in left if name in right}
    return sorted(both, key=lambda name: (-both[name], name))[:2]


def _item(problem: MatchProblem, table: PairTable, row: int) -> str:
    need, offer = table.need[row], table.offer[row]
    shared = _best_shared(table.reading.need_items[need], table.reading.offer_items[offer])
    if not shared:
        return _alike(problem, table, row)
    names = {item.code: item.name for item in problem.lexicon.items}
    sure = problem.needs[need].items and problem.offers[offer].items
    return f"{'同为' if sure else '都像是'}“{names.get(shared[0], shared[0])}”事项"


def _alike(problem: MatchProblem, table: PairTable, row: int) -> str:
    """Name the item both texts lean towards without either using a word of it; nothing when it is far."""
    names = bearings().items
    asked = table.reading.need_profile.items[table.need[row], : len(names)]
    given = table.reading.offer_profile.items[table.offer[row], : len(names)]
    known = {item.name for item in problem.lexicon.items}
    common = np.where([name in known for name in names], np.minimum(asked, given), 0.0)
    best = int(common.argmax())
    return f"说的都接近“{names[best]}”" if common[best] >= _LEANING else ""


def _aspect(problem: MatchProblem, table: PairTable, row: int) -> str:
    need, offer = problem.needs[table.need[row]], problem.offers[table.offer[row]]
    if need.aspect in offer.aspects:
        return f"同属{need.aspect}"
    near = table.values[row, TERMS.index("aspect")] >= _NEAR_ASPECT
    return f"与{need.aspect}相近" if near else ""


def _help(problem: MatchProblem, table: PairTable, row: int) -> str:
    asked, given = table.reading.need_help[table.need[row]], table.reading.offer_help[table.offer[row]]
    shared = _best_shared(asked, given)
    if shared:
        return f"要的和能给的都是{'、'.join(shared)}"
    wanted, able = (max(sorted(each), key=lambda name: each[name]) for each in (asked, given))
    near = table.values[row, TERMS.index("help")] > 0
    return f"要的是{wanted}，{able}可以部分替代" if near else f"要的是{wanted}，能给的是{able}"


def _audience(problem: MatchProblem, table: PairTable, row: int) -> str:
    need, offer = (
        table.reading.need_audiences[table.need[row]],
        table.reading.offer_audiences[table.offer[row]],
    )
    shared = _best_shared(need, offer)
    return f"都面向{'、'.join(shared)}" if shared else "服务对象不同"


def _text(problem: MatchProblem, table: PairTable, row: int) -> str:
    need, offer = problem.needs[table.need[row]], problem.offers[table.offer[row]]
    asked, given = f"{need.title} {need.text}", f"{offer.title} {offer.text}"
    words = shared_words(asked, given, table.reading.idf, problem.lexicon)
    return f"都提到{''.join(f'“{word}”' for word in words)}" if words else ""


def _pair(problem: MatchProblem, table: PairTable, row: int) -> str:
    return "同一结对" if table.values[row, TERMS.index("pair")] > 0 else "不是结对支部"


def _distance(problem: MatchProblem, table: PairTable, row: int) -> str:
    km = float(distance_km(problem, table.need[row : row + 1], table.offer[row : row + 1])[0])
    return "就在附近" if km < 1 else f"相距约 {km:.0f} 公里"


def _window(problem: MatchProblem, table: PairTable, row: int) -> str:
    share = table.values[row, TERMS.index("window")]
    return "需求期限内都可安排" if share >= 1 else f"需求期限内有 {share:.0%} 的日子可安排"


def _capacity(problem: MatchProblem, table: PairTable, row: int) -> str:
    offer = problem.offers[table.offer[row]]
    month = problem.as_of.replace(day=1)
    left = max((offer.capacity_per_month or 0) - problem.used.get((offer.id, month), 0), 0)
    if left:
        return f"{month.month} 月还可承接 {left} 次"
    return f"{month.month} 月已约满，期限内还可承接 {table.capacity[row]} 次"


def _urgency(problem: MatchProblem, table: PairTable, row: int) -> str:
    level = _URGENCY[min(problem.needs[table.need[row]].urgency, 2)]
    wait = int(table.wait[row])
    return f"{level}，{problem.as_of.month} 月就能安排" if wait == 0 else f"{level}，但要等 {wait} 个月"


_SENTENCES: dict[str, Callable[[MatchProblem, PairTable, int], str]] = {
    "item": _item,
    "aspect": _aspect,
    "help": _help,
    "audience": _audience,
    "text": _text,
    "pair": _pair,
    "distance": _distance,
    "window": _window,
    "capacity": _capacity,
    "urgency": _urgency,
}
