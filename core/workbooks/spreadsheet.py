"""Reads every visible sheet of an .xlsx file. Runs in the parsing child; no Django in here."""

from __future__ import annotations

import posixpath
import zipfile
from collections.abc import Mapping
from io import BytesIO
from typing import NamedTuple
from xml.parsers.expat import ExpatError

from core.workbooks.archive import check_archive
from core.workbooks.guards import MAX_CHARACTERS, damaged, too_big
from core.workbooks.markup import RichText, walk
from core.workbooks.numbers import Format, read_formats
from core.workbooks.sheets import Book, Sheet
from core.workbooks.worksheet import TRUE, Worksheet

WORKBOOK = "xl/workbook.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
NOT_A_WORKBOOK = (zipfile.BadZipFile, EOFError, KeyError, IndexError, ValueError, ExpatError)


class Page(NamedTuple):
    """A sheet as the workbook names it; `relation` leads to its part."""

    title: str
    relation: str
    is_visible: bool


def parse_spreadsheet(content: bytes) -> Book:
    """The sheets of an .xlsx file.

    Raises:
        WorkbookError: when the archive is damaged, too large, or no workbook.
    """
    check_archive(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _read(archive)
    except NOT_A_WORKBOOK as error:
        raise damaged() from error


def _read(archive: zipfile.ZipFile) -> Book:
    parts = _parts(archive)
    pages, counts_from_1904 = _pages(archive, parts["worksheet"])
    paths = [parts["worksheet"][page.relation] for page in pages]
    if len(paths) > len(set(paths)):  # one part would be read once for each of its sheets, however many
        raise damaged()
    texts, formats = _texts(archive, parts), _formats(archive, parts)
    sheets: list[Sheet] = []
    characters = 0
    for page, path in zip(pages, paths, strict=True):
        if not page.is_visible:
            continue
        worksheet = Worksheet(texts, formats, counts_from_1904)
        with archive.open(path) as source:
            worksheet.read(source)
        characters += worksheet.characters
        if characters > MAX_CHARACTERS:  # one long text may stand in every cell and weigh nothing
            raise too_big("文字内容过多")
        sheets.append(worksheet.sheet(page.title))
    return Book(sheets, [page.title for page in pages if not page.is_visible], counts_from_1904)


def _parts(archive: zipfile.ZipFile) -> Mapping[str, dict[str, str]]:
    """The parts of the workbook: kind → key of the relation → path in the archive."""
    parts: dict[str, dict[str, str]] = {"worksheet": {}, "sharedStrings": {}, "styles": {}}

    def see(attributes: dict[str, str]) -> None:
        kind = attributes["Type"].rpartition("/")[2]
        if kind in parts:
            path = posixpath.normpath(posixpath.join("/xl", attributes["Target"]))
            parts[kind][attributes["Id"]] = path.lstrip("/")

    with archive.open(RELATIONS) as source:
        walk(source, {"Relationship": see}, {})
    return parts


def _pages(archive: zipfile.ZipFile, worksheets: Mapping[str, str]) -> tuple[list[Page], bool]:
    """The sheets with cells, a chart on a page of its own left out, and whether days count from 1904."""
    pages: list[Page] = []
    settings: dict[str, str] = {}

    def see(attributes: dict[str, str]) -> None:
        relation = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
        if relation in worksheets:
            pages.append(Page(attributes["name"], relation, attributes.get("state", "visible") == "visible"))

    with archive.open(WORKBOOK) as source:
        walk(source, {"sheet": see, "workbookPr": settings.update}, {})
    return pages, settings.get("date1904") in TRUE


def _texts(archive: zipfile.ZipFile, parts: Mapping[str, dict[str, str]]) -> list[str]:
    texts: list[str] = []
    rich = RichText()
    for path in parts["sharedStrings"].values():
        with archive.open(path) as source:
            walk(source, rich.starts, {**rich.ends, "si": lambda _: texts.append(rich.take())})
    return texts


def _formats(archive: zipfile.ZipFile, parts: Mapping[str, dict[str, str]]) -> list[Format]:
    formats: list[Format] = []
    for path in parts["styles"].values():
        with archive.open(path) as source:
            formats += read_formats(source)
    return formats
