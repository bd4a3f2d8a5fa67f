"""Why a need stays open after a plan, and what would free it."""

from collections import defaultdict
from datetime import date

import numpy as np

from pairing.matching.engine.periods import first_of_month, months_between, need_window
from pairing.matching.engine.plan import Plan, Unserved
from pairing.matching.engine.problem import Id, MatchProblem, Offer
from pairing.matching.engine.scoring import PairTable
from pairing.matching.engine.terms import free_visits


def unserved_reasons(problem: MatchProblem, table: PairTable, plan: Plan) -> tuple[Unserved, ...]:
    """Return every need the plan leaves open in whole or part, with the true reason, in need order."""
    served: dict[Id, int] = defaultdict(int)
    for each in plan.assignments:
        served[each.need_id] += each.visits
    book = _Book(problem, table, plan)
    found = []
    for index, need in enumerate(problem.needs):
        short = need.size - served[need.id]
        if short:
            code, sentence = book.reason(index)
            part = f"还差 {short} 次：" if served[need.id] else ""
            found.append(Unserved(need.id, short, code, part + sentence))
    return tuple(found)


class _Book:
    """Who holds what after a plan: the facts an unserved need's reason is read from."""

    def __init__(self, problem: MatchProblem, table: PairTable, plan: Plan) -> None:
        self.problem, self.table = problem, table
        self.given, self.received = plan.totals(problem)
        position = {need.id: i for i, need in enumerate(problem.needs)}
        self.holders: dict[Id, list[Id]] = defaultdict(list)
        self.taken: dict[Id, dict[date, int]] = defaultdict(lambda: defaultdict(int))
        for each in plan.assignments:
            self.holders[each.offer_id].append(each.need_id)
            self.taken[each.offer_id][self._due(position[each.need_id])] += each.visits
        self.titles = {need.id: need.title for need in problem.needs}

    def reason(self, index: int) -> tuple[str, str]:
        """Return (code, sentence) for the need at this position."""
        rows = np.flatnonzero((self.table.need == index) & (self.table.fit >= self.problem.weights.floor))
        best = rows[np.argsort(-self.table.total[rows], kind="stable")].tolist()
        if not best:
            return "no_fit", self._nothing(index)
        free = [row for row in best if self.table.open_[row]]
        if not free:
            return self._closed(index, best[0])
        branch = self.problem.needs[index].branch_id
        if self.received.get(branch, 0) >= self.problem.receive_caps.get(branch, 1 << 60):
            limit = self.problem.receive_caps[branch]
            return "receive_cap", f"{self._name(branch)}本次最多接受 {limit} 次服务，已用满；提高上限即可安排"
        return self._held(index, free)

    def _nothing(self, index: int) -> str:
        rows = np.flatnonzero((self.table.need == index) & (self.table.fit > 0))
        if not rows.size:
            return "现有资源中没有一项能办这件事；可向上级申请，或请结对支部补充资源清单"
        nearest = rows[np.argmax(self.table.fit[rows])]
        title = self.problem.offers[self.table.offer[nearest]].title
        return f"没有资源达到推荐线，最接近的是“{title}”，但对不上；补充服务事项或新增资源后再试"

    def _closed(self, index: int, row: int) -> tuple[str, str]:
        offer = self.problem.offers[self.table.offer[row]]
        start, end = need_window(self.problem, self.problem.needs[index])
        outside = (offer.valid_to and offer.valid_to < start) or (offer.valid_from and offer.valid_from > end)
        if outside:
            return (
                "window",
                f"“{offer.title}”在需求期限内（{start} 至 {end}）不可用；改期限或延长资源有效期即可安排",
            )
        return "capacity", f"“{offer.title}”在需求期限内已经约满；每月多承接 1 次或推迟期限即可安排"

    def _held(self, index: int, rows: list[int]) -> tuple[str, str]:
        """Some fitting offers are open: they went to others, or a cap or reciprocity stops them."""
        offers = [self.problem.offers[self.table.offer[row]] for row in rows]
        spare = [offer for offer in offers if self._spare(offer, index)]
        for offer in spare:
            limit = self.problem.give_caps.get(offer.branch_id)
            if limit is not None and self.given.get(offer.branch_id, 0) >= limit:
                name = self._name(offer.branch_id)
                return (
                    "give_cap",
                    f"{name}本次最多提供 {limit} 次服务，已用满；提高上限即可由“{offer.title}”安排",
                )
        if spare:
            bound = self.problem.reciprocity
            return "reciprocity", f"双向服务差额上限为 {bound} 次，已到界；放宽差额或让对方也认领一项即可安排"
        holders = "、".join(f"“{self.titles[each]}”" for each in self.holders[offers[0].id][:3])
        who = f"，已安排给{holders}" if holders else ""
        return "capacity", f"“{offers[0].title}”的次数用满{who}；每月多承接 1 次或推迟期限即可安排"

    def _spare(self, offer: Offer, index: int) -> bool:
        """Return whether the offer could take one more visit by the deadline, others moving if need be.

        Visits due by any month must fit into the months up to it; one more due by `last` must fit as well.
        """
        last = self._due(index)
        dues = {last, *(due for due in self.taken[offer.id] if due > last)}
        for due in dues:
            free = [free_visits(self.problem, offer, m) for m in months_between(self.problem.as_of, due)]
            taken = sum(visits for other, visits in self.taken[offer.id].items() if other <= due)
            if None not in free and taken >= sum(visits or 0 for visits in free):
                return False
        return True

    def _due(self, index: int) -> date:
        return first_of_month(need_window(self.problem, self.problem.needs[index])[1])

    def _name(self, branch: Id) -> str:
        return self.problem.branch_names.get(branch, f"支部 {branch}")
