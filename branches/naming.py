"""Names of organisations, found as people write them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from difflib import get_close_matches

from branches.models import Branch
from core.workbooks.values import folded

NEAR_COUNT = 3
NEAR_SHARE = 0.5  # how alike, in [0, 1], a name must be to be offered
# What people leave out or shorten.
_COMMITTEE = re.compile("(?:党支部|党总支|党委|党组|支部|总支)(?:委员会)?$")


def near_names(text: str, names: Iterable[str], share: float = NEAR_SHARE) -> list[str]:
    """The names most like `text`, best first; `share` is how alike they must be, in [0, 1]."""
    by_key = {folded(name): name for name in names}
    keys = get_close_matches(folded(text), by_key, n=NEAR_COUNT, cutoff=share)
    return [by_key[key] for key in keys]


class BranchNames:
    """Finds branches by name, however its brackets and spaces are typed; never guesses among several."""

    def __init__(self, branches: Iterable[Branch]) -> None:
        self._by_key: dict[str, list[Branch]] = {}
        self._by_unit: dict[str, list[Branch]] = {}
        for branch in branches:
            self._by_key.setdefault(folded(branch.name), []).append(branch)
            self._by_unit.setdefault(_unit(branch.name), []).append(branch)

    def find(self, text: str) -> Branch | None:
        """The one branch of this name, or None when there is none or more than one."""
        found = self._by_key.get(folded(text), [])
        exact = [branch for branch in found if branch.name == text]
        candidates = exact or found
        return candidates[0] if len(candidates) == 1 else None

    def find_unit(self, text: str) -> Branch | None:
        """The one branch of this unit, 城北社区党支部 of 城北社区; None when it has none or several."""
        found = self._by_unit.get(_unit(text), [])
        return found[0] if len(found) == 1 else None

    def refusal(self, text: str) -> str:
        """Why `text` was not found, with the names it may have meant."""
        if same := self._by_key.get(folded(text)):
            named = "、".join(branch.name for branch in same)
            return f"有 {len(same)} 个党组织都可能是它：{named}。请照其中一个的全称逐字填写"
        names = [branch.name for branches in self._by_key.values() for branch in branches]
        near = near_names(text, names)
        meant = f"，相近的有：{'、'.join(near)}" if near else ""
        return f"没有这个党组织{meant}。请改正名称，或先导入组织清单"


def _unit(name: str) -> str:
    """The name of the unit alone, without what its party committee is called."""
    return _COMMITTEE.sub("", folded(name))
