"""Walks once through the XML of one part of a workbook. Runs in the parsing child; no tree is built.

expat itself is used: importing a library for it would cost each child more than reading an ordinary file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import IO, Any, NoReturn
from xml.parsers import expat

from core.workbooks.guards import damaged

MAX_DEPTH = 40
ESCAPED = re.compile("_x(?![dD][89a-fA-F])([0-9a-fA-F]{4})_")  # halves of a character stay as they are
Starts = Mapping[str, Callable[[dict[str, str]], Any]]
Ends = Mapping[str, Callable[[str], Any]]


def walk(source: IO[bytes], starts: Starts, ends: Ends) -> None:
    """Call `starts[tag](attributes)` and `ends[tag](text)`, the text being what stands since the last mark.

    Tags go by their local names, so that both dialects of the standard and any prefix are understood.

    Raises:
        WorkbookError: when elements are nested as no workbook nests them, or there is a document type. No
            office program writes one, and what expands without end or reaches for another file can only be
            declared there: it is what defusedxml refuses.
        ExpatError: when it is no XML.
    """
    parser = expat.ParserCreate()
    texts: list[str] = []
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > MAX_DEPTH:
            raise damaged()
        texts.clear()
        if see := starts.get(name.rpartition(":")[2]):
            see(attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        if see := ends.get(name.rpartition(":")[2]):
            see("".join(texts))
        texts.clear()

    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = texts.append
    parser.ParseFile(source)


def _refuse(*_: object) -> NoReturn:
    raise damaged()


class RichText:
    """Gathers a text that may be written in several runs; what only tells its pronunciation is left out."""

    def __init__(self) -> None:
        self._runs: list[str] = []
        self._is_phonetic = False
        self.starts: Starts = {"rPh": lambda _: self._phonetic(True)}
        self.ends: Ends = {"rPh": lambda _: self._phonetic(False), "t": self._add}

    def _phonetic(self, begins: bool) -> None:
        self._is_phonetic = begins

    def _add(self, text: str) -> None:
        if not self._is_phonetic:
            self._runs.append(text)

    def take(self) -> str:
        """The text gathered since the last call."""
        text = unescaped("".join(self._runs))
        self._runs.clear()
        return text


def unescaped(text: str) -> str:
    """The text with its characters that XML could not hold."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text
