"""What a resource says it does not do: “不含眼科、口腔科”, “污水不做”, “大棚菜不归我们组”.

Such a clause names the very things that are not to be had, so it must not make a resource look nearer to a
demand for them. What is free of charge or brought along (“不收费”, “人员自带”) limits nothing.
"""

import re
from functools import lru_cache

from ledgers.reading.meaning import word_table, words_in
from ledgers.reading.words import plain

_STOPS = re.compile(r"([，,。；;：:！!？?\s（）()]+)")
# what can be left undone: 不含, 不外借, 污水不做
_DONE = (
    "[含做碰管看修收包接办教带拉供归借替给讲上卖打放捎出配装测飞懂发递抓划干下住会查调租存写烘种养送陪画改治招登签涉]"
    "|外借|涉及|提供|负责|承接|代[理写办演账打为]|用于|承担|抽调|供应|辅导|对外|受理|予?支持|适用|接待|检修|养护|维修"
    "|面向|安装|具备|开展|审批"
)
_LIMIT = re.compile(
    rf"^(?:但是?|目前|暂时?|我们|本[站行所院]|也|都|另)?"
    rf"(?:不(?:{_DONE})(?!起|了|到|好|便|清|动)|没有(?!.{{0,6}}的.{{1,2}}$))"  # 不打疫苗、没有草籽
    rf"|.不(?:{_DONE}|在内)$|(?:{_DONE}|处理|去)不了$|不[归含属].{{0,5}}$|除外$"  # 山林不飞、水稻烘不了
    r"|不在(?:.{0,5}范围|此列|我处|.{0,4}职责)|[这那]里没有$|目前没有$|没设备$|没研究|没有专门的人|[接顾]不[了过]来?$"
)
# 不收费、不带押金; 不管多远都去、没有基础也能学; 不看科室直接测; 不误、不超: an offer, not a limit.
# 不会用手机的、不下井的时候可以来: whom and when it serves; 不打烊、不放假: how well.
_NO_LIMIT = re.compile(
    r"不(?:收|要|带|包|收取|掏|花).*(?:费|钱|金|租|票|吃|住|饭|押)|[费钱金租]用?不[收要]"
    r"|不(?:准|误|低于|超|限|断|少|错|罚|用(?!于)|挑|嫌|出[村门户])|行动不|腿脚|走不|动不了|会不会|能不能"
    r"|(?:不[管看问]|没有).*(?:都|也|就|直接|照样|现场)|不.{1,3}[就也]|没有(?!专门).{1,6}的|管不管"
    r"|不[会懂].*的|不.*可以|不(?:打烊|打折|放假|放心|下雨|会耽误|会影响)"
)
_VAGUE = re.compile(
    "我们|没有|不[含做管会能]|专门|别的|其他|除外|负责|提供|个人|单位|地方|时候|替人|天天|过来|范围"
)
_LISTED = re.compile("[、和或与及]")
_FILLING = re.compile(
    rf"不(?:{_DONE}|出|在内|属|在)|(?:{_DONE}|处理|去)不了|没有|除外|没研究|没设备|专门的人|[接顾]不[了过]来?"
    "|我[们队司处行]|这[个里]|目前|范围|此列|职责|[的了事活组队内]"
)
_COMMON = 2e-4  # share of all running words above which a word says nothing of its own


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

    Of several things in one clause (眼科、口腔科) one is enough.
    """
    wanted = plain(wanted)
    things = ((clause, thing) for clause, things in _ruled_out(title, text) for thing in things)
    return next((clause for clause, thing in things if all(word in wanted for word in thing)), "")


@lru_cache(maxsize=8_000)
def _ruled_out(title: str, text: str) -> tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]:
    """Return each limiting clause with its things, a word or two each.

    A thing whose words the resource uses otherwise, too, is none: it does something about it.
    """
    kept = plain(f"{title} {done(text)}")
    found = []
    for clause in limits(text):
        things = (_words_of(part) for part in _LISTED.split(clause))
        found.append((clause, tuple(each for each in things if each and not all(w in kept for w in each))))
    return tuple(found)


def _words_of(thing: str) -> tuple[str, ...]:
    """Return the word of a thing that tells most, and what else is no word and no shorter (空调, 加氟)."""
    words = _telling(thing)
    rest = _FILLING.sub("", thing)
    for word in words:
        rest = rest.replace(word, "")
    named = sum(map(len, words))
    return (*words[:1], rest) if words and len(rest) > 1 and len(rest) >= named else tuple(words[:1])


def _telling(text: str) -> list[str]:
    """Return the words of two characters and more that are rare enough to name a thing, the rarest first."""
    table = word_table()
    rare = {word: table.share[table.rows[word]] for word in words_in(plain(text)) if word in table.rows}
    named = (word for word in rare if len(word) > 1 and not _VAGUE.fullmatch(word) and rare[word] < _COMMON)
    return sorted(named, key=lambda word: (rare[word], word))
