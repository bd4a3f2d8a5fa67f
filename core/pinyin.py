"""How Chinese names sound: to sort lists as a reader expects, and to find a row by a few letters."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

PLACE_NAMES = Path(__file__).parent / "data" / "place_names.txt"


def syllables(text: str) -> list[str]:
    """The sound of each character without tones, ü as v: 重庆路 → chong, qing, lu; other signs stay."""
    return _reader()(text)


def sort_key(text: str, length: int = 600) -> str:
    """The sound of a text, by which lists are ordered; the database has no Chinese collation."""
    return " ".join(syllables(text))[:length]


@cache
def _reader() -> Callable[[str], list[str]]:
    """The dictionary, taught the readings of place_names.txt, once in each process that reads a name.

    Raises:
        ValueError: when a line has not one syllable for each character.
    """
    from pypinyin import lazy_pinyin, load_phrases_dict  # takes half a second, which not every command has

    lines = PLACE_NAMES.read_text(encoding="utf-8").splitlines()
    words = [line.split() for line in lines if line and not line.startswith("#")]
    wrong = [name for name, *sounds in words if len(name) != len(sounds)]
    if wrong:
        raise ValueError(f"{PLACE_NAMES.name}: one syllable for each character, please: {'、'.join(wrong)}")
    load_phrases_dict({name: [[sound] for sound in sounds] for name, *sounds in words})
    return lazy_pinyin
