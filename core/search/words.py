"""What a row is found by, and what a person typed, in the terms of a `tsvector` and a `tsquery`.

PostgreSQL cannot divide Chinese into words, and a division made once would lose what people type in another.
So a row is found by every pair of neighbouring characters, which no division can miss, and a query is divided
into words, each of which must be there with all its pairs. Names are found by their sound as well: from every
syllable on, so that `cbsq` finds 城北社区 wherever it stands in a name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import pairwise
from zlib import crc32

from core.pinyin import syllables

HAN = "\u3400-\u4dbf\u4e00-\u9fff\u3007\U00020000-\U0003ffff"
RUNS = re.compile(f"[{HAN}]+|[a-z0-9]+")
IS_HAN = re.compile(f"[{HAN}]")
APOSTROPHES = re.compile("(?<=[a-z])['’](?=[a-z])")  # xi'an
LONGEST = 12  # letters of a sound or a word that count
EMPTY_WORDS = frozenset("的了和与及在是把对为等之")
MAX_RUNS = 12  # of a query; a pasted page of text is no search


def levelled(text: str) -> str:
    """The text with width and case levelled: full-width and capital letters are small ones to a search."""
    return APOSTROPHES.sub("", unicodedata.normalize("NFKC", text).casefold())


def vector(texts: Iterable[str], names: Iterable[str]) -> str:
    """The literal of a tsvector: every pair of characters of `texts`, the sound of `names`, and a digest.

    The digest of `texts` makes the vector of one text differ from that of any other; no query can ask for it.
    """
    texts = list(texts)
    found = {term for text in texts for run in RUNS.findall(levelled(text)) for term in _terms(run)}
    found.update(term for name in names for term in _sounds(name))
    found.add(f"#{crc32(chr(0).join(texts).encode()):08x}")
    return " ".join(f"'{term}'" for term in sorted(found))


def query(text: str) -> str:
    """The literal of a tsquery that finds what a person typed; empty when there is nothing to look for."""
    runs = RUNS.findall(levelled(text))[:MAX_RUNS]
    words = [word for run in runs for word in (_words(run) if IS_HAN.match(run) else [run])]
    return " & ".join(dict.fromkeys(term for word in words for term in _wanted(word)))


def _terms(run: str) -> Iterator[str]:
    """The pairs of a run and its last character, or a word of letters and digits."""
    if not IS_HAN.match(run):
        yield run[:LONGEST]
        return
    yield from map("".join, pairwise(run))
    yield run[-1]  # the other characters begin a pair, which a query for one character finds by its beginning


def _sounds(name: str) -> Iterator[str]:
    """The name from each syllable on, in full and by initials."""
    sounds = syllables("".join(RUNS.findall(levelled(name))))
    initials = [sound[0] if sound.isalpha() else sound for sound in sounds]
    for start in range(len(sounds)):
        yield "".join(sounds[start : start + LONGEST])[:LONGEST]
        yield "".join(initials[start : start + LONGEST])[:LONGEST]


def _words(run: str) -> Iterator[str]:
    """The words of a run of characters; neighbouring single ones stay together, for they are a name."""
    import rjieba  # reads its dictionary, which only a search wants

    single = ""
    for word in rjieba.cut(run):
        if len(word) == 1:
            single += word
            continue
        yield from filter(None, (single, word))
        single = ""
    yield from filter(None, (single,))


def _wanted(word: str) -> Iterator[str]:
    """The terms that a row must have to hold `word`."""
    if IS_HAN.match(word) and len(word) > 1:
        yield from (f"'{first}{second}'" for first, second in pairwise(word))
    else:
        yield f"'{word[:LONGEST]}':*"
