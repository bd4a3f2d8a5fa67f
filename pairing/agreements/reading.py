"""Reading countable promises out of the text of an agreement, as a proposal that people correct.

“每季度至少开展一次普法进社区活动；联合处置投诉。” gives two clauses, the first counted: at least one a 季.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pairing.agreements.enums import ClauseKind, ClausePeriod
from pairing.plans.enums import Line

MAX_WORDS = 300
SENTENCES = re.compile(r"[；;。\n]+")
PERIODS = (
    (re.compile(r"每(?:个)?月|按月|逐月|月度"), ClausePeriod.MONTH),
    (re.compile(r"每(?:个)?季度?|按季|季度"), ClausePeriod.QUARTER),
    (re.compile(r"每(?:半)?年|全年|年度|按年"), ClausePeriod.YEAR),
)
NUMERALS = {"一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "八": 8, "十": 10}
COUNT = re.compile(r"([一二两三四五六八十]|\d{1,2})\s*(?:次|场|回|期|件)")
# Tried from top to bottom; the first word found decides what is counted, and on which line it stands.
KINDS = (
    ("沟通", ClauseKind.COMMUNICATION, Line.ORGANISATION),
    ("互通", ClauseKind.COMMUNICATION, Line.ORGANISATION),
    ("调度", ClauseKind.DISPATCH, Line.ORGANISATION),
    ("联席", ClauseKind.DISPATCH, Line.ORGANISATION),
    ("研讨", ClauseKind.SEMINAR, Line.ORGANISATION),
    ("走访", ClauseKind.VISIT, Line.WORK),
    ("志愿", ClauseKind.VOLUNTEER, Line.ACTIVITY),
)
LINES = (
    (Line.TALENT, ("跟班", "带教", "人才", "青年", "培训", "队伍")),
    (Line.WORK, ("专项", "联合处置", "整治", "执法", "投诉", "帮扶", "终端")),
    (Line.ORGANISATION, ("阵地", "党群服务中心", "制度", "党建", "共享")),
)


@dataclass(frozen=True)
class Reading:
    """One sentence as a clause; without a period it counts nothing. `activity_kind` is a dictionary name."""

    line: Line
    words: str
    kind: ClauseKind | None = None
    target: int | None = None
    period: ClausePeriod | None = None
    activity_kind: str = ""


def clauses_read(text: str, cues: Mapping[str, tuple[str, ...]], lines: Mapping[str, str]) -> list[Reading]:
    """One reading for each sentence of `text`.

    Args:
        cues: name of an activity kind → words that point to it; the name itself always does.
        lines: name of an activity kind → its line of the 四联.
    """
    sentences = (part.strip(" 　，,") for part in SENTENCES.split(text))
    return [_read(words[:MAX_WORDS], cues, lines) for words in sentences if words]


def _read(words: str, cues: Mapping[str, tuple[str, ...]], lines: Mapping[str, str]) -> Reading:
    line = next((line for line, found in LINES if any(word in words for word in found)), Line.ACTIVITY)
    period = next((period for pattern, period in PERIODS if pattern.search(words)), None)
    if period is None:
        return Reading(line, words)
    number = COUNT.search(words)
    target = (NUMERALS.get(number[1]) or int(number[1])) if number else 1
    for word, kind, its_line in KINDS:
        if word in words:
            return Reading(its_line, words, kind, target, period)
    for name in lines:
        if any(word in words for word in (name, *cues.get(name, ()))):
            return Reading(Line(lines[name]), words, ClauseKind.ACTIVITY, target, period, name)
    return Reading(line, words, ClauseKind.ACTIVITY, target, period)
