"""Why a need stays open after a plan, and what would free it."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache, cached_property

import numpy as np

from ledgers.reading.limits import ruled_out
from pairing.matching.engine.edges import Edges
from pairing.matching.engine.frame import Frame
from pairing.matching.engine.network import spans
from pairing.matching.engine.periods import day_in_words, need_window
from pairing.matching.engine.plan import Unserved
from pairing.matching.engine.problem import Id, MatchProblem, Need, Offer
from pairing.matching.engine.scoring import PairTable, score_pairs

_NONE = -1
_NEAR = 0.25  # share of the floor from which on a resource is worth naming as the nearest


def unserved_reasons(
    problem: MatchProblem, table: PairTable, frame: Frame, edges: Edges, visits: np.ndarray
) -> tuple[Unserved, ...]:
    """Return every need the plan leaves open in whole or part, with the true reason, in need order.

    Args:
        visits: the plan, as visits per edge.
    """
    served = np.bincount(edges.need, visits, len(problem.needs)).astype(np.int64)
    short = frame.sizes - served
    open_ = np.flatnonzero(short > 0)
    book = _Book(problem, table, frame, edges, visits)
    facts = zip(open_.tolist(), *(column.tolist() for column in book.facts(open_)), strict=True)
    found = []
    for index, *facts_of_need in facts:
        need = problem.needs[index]
        code, sentence = book.reason(need, *facts_of_need)
        part = f"还差 {short[index]} 次：" if served[index] else ""
        found.append(Unserved(need.id, int(short[index]), code, part + sentence))
    return tuple(found)


class _Book:
    """Who holds what after a plan: the facts from which the reason of an unserved need is read."""

    def __init__(
        self, problem: MatchProblem, table: PairTable, frame: Frame, edges: Edges, visits: np.ndarray
    ) -> None:
        self.problem, self.table, self.frame, self.edges, self.visits = problem, table, frame, edges, visits
        branches = len(frame.branches)
        self.given = np.bincount(frame.giver[edges.offer], visits, branches).astype(np.int64)
        self.received = np.bincount(frame.taker[edges.need], visits, branches).astype(np.int64)
        used = np.flatnonzero(visits)
        used = used[np.argsort(edges.offer[used], kind="stable")]
        self.holders = edges.need[used], edges.offer[used]
        self.holder_sentence = cache(self._holder_sentence)

    def facts(self, needs: np.ndarray) -> tuple[np.ndarray, ...]:
        """Return per need: its best row, best open, best spare, best spare at a give cap, and nearest row.

        A row is a row of the table, −1 where there is none; nearest is the best fit not far
        below the floor.
        """
        table = self.table
        ends = np.searchsorted(table.need, np.stack([needs, needs + 1]))
        rows = spans(*ends)
        good = rows[table.fit[rows] >= self.problem.weights.floor]
        good = good[np.lexsort((good, -table.total[good], table.need[good]))]
        open_ = good[table.open_[good]]
        spare = open_[self._spare()[table.offer[open_], self.frame.last[table.need[open_]]]]
        caps = self._limits(self.problem.give_caps)
        capped = spare[(self.given >= caps)[self.frame.giver[table.offer[spare]]]]
        some = rows[table.fit[rows] >= max(_NEAR * self.problem.weights.floor, 1e-9)]
        nearest = some[np.lexsort((some, -table.fit[some], table.need[some]))]
        return tuple(self._first(needs, each) for each in (good, open_, spare, capped, nearest))

    def reason(
        self, need: Need, best: int, open_: int, spare: int, capped: int, nearest: int
    ) -> tuple[str, str]:
        """Return (code, sentence) for a need, given the rows of `facts`."""
        limit = self.problem.receive_caps.get(need.branch_id)
        if best == _NONE:
            return self._nothing(need, nearest)
        if open_ == _NONE:
            return self._closed(need, best)
        if limit is not None and self.received[self.frame.branches[need.branch_id]] >= limit:
            name = self._name(need.branch_id)
            return "receive_cap", f"{name}本次最多接受 {limit} 次服务，已用满；提高上限即可安排"
        if capped != _NONE:
            return "give_cap", self._give_cap(self.table.offer[capped])
        if spare != _NONE:
            return self._balance(need, self.table.offer[spare])
        return "capacity", self.holder_sentence(int(self.table.offer[open_]))

    def _first(self, needs: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return the first of the rows for each need; rows are grouped by need."""
        if not rows.size:
            return np.full(needs.size, _NONE)
        owners = self.table.need[rows]
        at = np.minimum(np.searchsorted(owners, needs), rows.size - 1)
        return np.where(owners[at] == needs, rows[at], _NONE)

    def _limits(self, caps: Mapping[Id, int]) -> np.ndarray:
        return np.array([caps.get(name, 1 << 60) for name in self.frame.branches], dtype=np.int64)

    def _spare(self) -> np.ndarray:
        """Return offer × month: could one more visit be done by then, others moving if need be?

        Visits due by any month must fit into the months up to it; one more due by a month must fit into all
        later ones as well, hence the smallest slack from that month on.
        """
        taken = np.zeros_like(self.frame.free)
        used = np.flatnonzero(self.visits)
        np.add.at(taken, (self.edges.offer[used], self.edges.last[used]), self.visits[used])
        slack = np.cumsum(self.frame.free, axis=1) - np.cumsum(taken, axis=1)
        return np.minimum.accumulate(slack[:, ::-1], axis=1)[:, ::-1] > 0

    def _nothing(self, need: Need, nearest: int) -> tuple[str, str]:
        barred = self.barred.get(need.id)
        if barred:
            words = f"能办这件事的“{barred.title}”已被人工排除或婉拒过；撤回排除或与对方商量好再算，即可安排"
            return "forbidden", words
        if nearest == _NONE:
            return "no_fit", "现有资源中没有一项能办这件事；可向上级申请，或请结对支部补充资源清单"
        offer = self.problem.offers[self.table.offer[nearest]]
        clause = ruled_out(f"{need.title}，{need.text}", offer.title, offer.text)
        why = f"但它写明“{clause}”" if clause else "但对不上"
        words = f"没有资源达到推荐线，最接近的是“{offer.title}”，{why}；补充服务事项或新增资源后再试"
        return "no_fit", words

    @cached_property
    def barred(self) -> dict[Id, Offer]:
        """Need → the best offer above the floor that was forbidden for it; asked only when none fits."""
        forbidden = self.problem.forbidden
        named = {offer for _, offer in forbidden}
        offers = tuple(offer for offer in self.problem.offers if offer.id in named)
        table = score_pairs(replace(self.problem, offers=offers, forbidden=frozenset())) if offers else None
        found: dict[Id, Offer] = {}
        if table is not None:
            good = np.flatnonzero((table.fit >= self.problem.weights.floor) & table.open_)
            for row in good[np.argsort(-table.total[good], kind="stable")].tolist():
                need, offer = self.problem.needs[table.need[row]], offers[table.offer[row]]
                if (need.id, offer.id) in forbidden:
                    found.setdefault(need.id, offer)
        return found

    def _closed(self, need: Need, row: int) -> tuple[str, str]:
        offer = self.problem.offers[self.table.offer[row]]
        start, end = need_window(self.problem, need)
        outside = (offer.valid_to and offer.valid_to < start) or (offer.valid_from and offer.valid_from > end)
        if outside:
            span = f"{day_in_words(start)}至{day_in_words(end)}"
            return "window", f"“{offer.title}”在需求期限内（{span}）不可用；改期限或延长资源有效期即可安排"
        return "capacity", f"“{offer.title}”在需求期限内已经约满；每月多承接 1 次或推迟期限即可安排"

    def _give_cap(self, index: int) -> str:
        offer = self.problem.offers[index]
        name, limit = self._name(offer.branch_id), self.problem.give_caps[offer.branch_id]
        return f"{name}本次最多提供 {limit} 次服务，已用满；提高上限即可由“{offer.title}”安排"

    def _balance(self, need: Need, index: int) -> tuple[str, str]:
        """A fitting offer has room, no cap is reached: reciprocity or a fairness price stands in the way."""
        problem, offer = self.problem, self.problem.offers[index]
        net = self.given - self.received
        bound = problem.reciprocity
        giver, taker = self.frame.branches[offer.branch_id], self.frame.branches[need.branch_id]
        priced = problem.give_prices or problem.receive_prices
        if bound is None or (priced and net[giver] < bound and -net[taker] < bound):
            done = self.given[giver] if problem.give_prices else self.received[taker]
            name = self._name(offer.branch_id if problem.give_prices else need.branch_id)
            verb = "提供" if problem.give_prices else "接受"
            return (
                "price",
                f"{name}本次已{verb} {done} 次，再加一次要扣的分多于匹配度；少扣一点或晚一点开始扣即可安排",
            )
        return "reciprocity", f"双向服务差额上限为 {bound} 次，已到界；放宽差额或让对方也认领一项即可安排"

    def _holder_sentence(self, index: int) -> str:
        """Say who has an offer's visits; cached, as it is asked once per need that wants it."""
        span = slice(*np.searchsorted(self.holders[1], (index, index + 1)).tolist())
        titles = dict.fromkeys(self.problem.needs[i].title for i in self.holders[0][span].tolist()[:3])
        who = f"，已安排给{'、'.join(f'“{title}”' for title in titles)}" if titles else ""
        return f"“{self.problem.offers[index].title}”的次数用满{who}；每月多承接 1 次或推迟期限即可安排"

    def _name(self, branch: Id) -> str:
        return self.problem.branch_names.get(branch, f"支部 {branch}")
