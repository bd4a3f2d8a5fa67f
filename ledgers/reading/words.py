"""The words of a text: cleaned, and which cues it contains with how much evidence."""

import math
import re
from collections.abc import Iterable

# "李同志" names a person, not a topic: two people of one surname have nothing in common
_PERSON = re.compile(r"(?:^|(?<=[，。；、（(\s]))(?:欧阳|[\u4e00-\u9fff])同志")
_NOISE = re.compile(r"[^\w\u4e00-\u9fff]+")
_TITLE_SHARE = 1.6  # a word in the title says more than one in the description
_SATURATION = 1.4  # evidence at which confidence reaches 1 − 1/e


def plain(text: str) -> str:
    """Return the text without names of persons and with punctuation as single spaces, lower case."""
    return _NOISE.sub(" ", _PERSON.sub(" ", text)).strip().lower()


def confidence(evidence: float) -> float:
    """Turn summed evidence into a confidence in [0, 1)."""
    return 1.0 - math.exp(-evidence / _SATURATION)


def cues_in(title: str, text: str, cues: Iterable[str]) -> list[str]:
    """Return the distinct cues found; one inside a longer found one is left out."""
    found = [cue for cue in cues if cue in title or cue in text]
    return [cue for cue in found if not any(cue != other and cue in other for other in found)]


def evidence(title: str, cues: Iterable[str]) -> float:
    """Add up cues that were found, longer ones and those in the title for more."""
    return sum((_TITLE_SHARE if cue in title else 1.0) * min(len(cue), 4) / 2.5 for cue in cues)


def without(text: str, words: Iterable[str]) -> str:
    """Cut words that look like a cue but are none: a leaflet (宣传单) is not a talk (宣传)."""
    for word in words:
        text = text.replace(word, " ")
    return text
