"""What a resource says it does not do: “不含眼科、口腔科”, “污水不做”, “大棚菜不归我们组”.

Such a clause names the very things that are not to be had, so it must not make a resource look nearer to a
demand for them. What is free of charge or brought along (“不收费”, “人员自带”) limits nothing.
"""

import re
from functools import lru_cache

from ledgers.reading.meaning import word_table, words_in
from ledgers.reading.words import plain

_STOPS = re.compile(r"([，,。；;：:！!？?\s（）()]+)")
_DONE = "含|做|碰|管|看|修|收|包|接|办|教|带|拉|供|归|借|外借|替|给|讲|上|卖|涉及|提供|负责|承接|代[理写办]"
_LIMIT = re.compile(
    rf"^(?:但是?|目前|暂时|我们|也|都)?(?:不(?:{_DONE}|出[具租借])|没有(?!.{{0,6}}的.{{1,2}}$))"
    rf"|不(?:{_DONE}|在内)$|不[归含].{{0,5}}$|除外$|没研究|没有专门的人|[接顾]不[了过]来?$"
)
# 不收费、不带押金; 不管多远都去、没有基础也能学; 不看科室直接测; 不误、不超: an offer, not a limit.
_NO_LIMIT = re.compile(
    r"不(?:收|要|带|包|收取).*(?:费|钱|金|租|票|吃|住|饭)|不(?:准|误|低于|超|限|断|少|错)"
    r"|(?:不[管看]|没有).*(?:都|也|就|直接|照样|现场)|没有(?!专门).{1,6}的|管不管"
)
_VAGUE = re.compile(
    "我们|没有|不[含做管会能]|专门|别的|其他|除外|负责|提供|个人|单位|地方|时候|替人|天天|过来"
)
_LISTED = re.compile("[、和或与及]")
_FILLING = re.compile(
    rf"不(?:{_DONE}|出|在内)|没有|除外|没研究|专门的人|[接顾]不[了过]来?|我们|这个|[的了事活组队]"
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


def ruled_out(wanted: str, title: str, text: str) -> str:
    """Return the clause of a resource's text that rules out what `wanted` speaks of; empty where none does.

    Of several things in one clause (眼科、口腔科) one is enough; of one thing in several words (空调加氟) all
    are needed.
    """
    wanted = plain(wanted)
    things = ((clause, thing) for clause, things in _ruled_out(title, text) for thing in things)
    return next((clause for clause, thing in things if all(word in wanted for word in thing)), "")


@lru_cache(maxsize=8_000)
def _ruled_out(title: str, text: str) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Return each limiting clause with its things, a few telling words each.

    A thing whose words the resource uses otherwise, too, is none: it does something about it.
    """
    kept = plain(f"{title} {done(text)}")
    found = []
    for clause in limits(text):
        things = (_words_of(part) for part in _LISTED.split(clause))
        found.append((clause, tuple(each for each in things if each and not all(w in kept for w in each))))
    return tuple(found)


def _words_of(thing: str) -> tuple[str, ...]:
    """Return the words of a thing that tell; what else of it is longer than a character counts as one."""
    words = _telling(thing)
    rest = _FILLING.sub("", thing)
    for word in words:
        rest = rest.replace(word, "")
    return (*words, rest) if words and len(rest) > 1 else tuple(words)


def _telling(text: str) -> list[str]:
    """Return the words of two characters and more that are rare enough to name a thing."""
    table = word_table()
    rare = (word for word in words_in(plain(text)) if len(word) > 1 and word in table.rows)
    return [word for word in rare if not _VAGUE.fullmatch(word) and table.share[table.rows[word]] < _COMMON]
