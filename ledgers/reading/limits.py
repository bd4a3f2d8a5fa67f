"""What a resource says it does not do: “不含眼科、口腔科”, “污水不做”, “大棚菜不归我们组”.

Such a clause names the very things that are not to be had, so it must not make a resource look nearer to a
demand for them. What is free of charge or brought along (“不收费”, “人员自带”) limits nothing.
"""

import re
from functools import lru_cache

from ledgers.reading.meaning import word_table, words_in
from ledgers.reading.words import plain

_STOPS = re.compile(r"([，,。；;：:！!？?\s（）()]+)")
_DONE = (
    "含|做|碰|管|看|修|收|包|接|办|教|带|拉|供|出|归|借|外借|替|给|讲|上|卖|涉及|提供|负责|承接|代[理写办]"
)
_LIMIT = re.compile(
    rf"^(?:但是?|目前|暂时|我们|也|都)?(?:不(?:{_DONE})|没有|无(?!偿|人|需|线|障|烟|公|缝|纸|证))"
    rf"|不(?:{_DONE}|在内)$|不[归含].{{0,5}}$|除外$|没研究|没有专门的人|[接顾]不[了过]来?$"
)
_NO_LIMIT = re.compile(
    r"不(?:收|要|出|带|包).{0,4}(?:钱|费|金|吃|住|饭|押)|不(?:准|误|低于|超|限|断|少|错)|没有(?!专门).{1,6}的.{1,2}$|管不管|无抵押"
)
# Words that stand in such clauses and name no thing.
_VAGUE = re.compile(
    "我们|没有|不[含做管会能]|专门|别的|其他|除外|负责|提供|个人|单位|地方|时候|替人|天天|过来"
)
_COMMON = 3e-4  # share of all running words above which a word says nothing of its own


def done(text: str) -> str:
    """Return the text without the clauses that say what is not done."""
    return "".join(part for part in _STOPS.split(text) if not _is_limit(part))


def limits(text: str) -> tuple[str, ...]:
    """Return the clauses that say what is not done, as they stand."""
    return tuple(part for part in _STOPS.split(text)[::2] if _is_limit(part))


def _is_limit(clause: str) -> bool:
    return bool(_LIMIT.search(clause)) and not _NO_LIMIT.search(clause)


def ruled_out(wanted: str, offered: str) -> str:
    """Return the clause of `offered` that rules out what `wanted` speaks of; empty where none does."""
    clauses = _words_of_limits(offered)
    return next((clause for clause, words in clauses if any(word in wanted for word in words)), "")


@lru_cache(maxsize=8_000)
def _words_of_limits(offered: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return each limiting clause with its words that tell; what the resource does all the same is none."""
    kept = done(offered)
    found = ((clause, _telling(clause)) for clause in limits(offered))
    return tuple((clause, tuple(word for word in words if word not in kept)) for clause, words in found)


def _telling(text: str) -> list[str]:
    """Return the words of two characters and more that are rare enough to name a thing."""
    table = word_table()
    rare = (word for word in words_in(plain(text)) if len(word) > 1 and word in table.rows)
    return [word for word in rare if not _VAGUE.fullmatch(word) and table.share[table.rows[word]] < _COMMON]
