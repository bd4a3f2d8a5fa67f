"""`manage.py import_ledger KIND FILE`: takes one workbook in, or says everything that is wrong with it."""

from __future__ import annotations

import json
import os
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.commands import iso_date
from core.errors import DomainError, RowError
from core.workbooks.errors import HeadingError
from core.workbooks.opening import open_book
from core.workbooks.recognition import Match, find_heading
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from pairing.imports.enums import LedgerKind
from pairing.imports.mistaken import check_meant
from pairing.imports.registry import LEDGERS
from pairing.imports.services.intake import ledger_import, ledger_preview


class Command(BaseCommand):
    """Exit status 0 when the file is (or, with --dry-run, would be) taken in, 1 when it has errors."""

    help = (
        "Import one ledger workbook, all or nothing. On an empty database take the kinds in the order given."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("kind", choices=LedgerKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen, write nothing")
        parser.add_argument("--json", action="store_true", help="print the result as one JSON object")
        parser.add_argument(
            "--given",
            type=given_column,
            action="append",
            default=[],
            metavar="COLUMN=VALUE",
            help="a column the file does not have and what stands in it for all rows; nothing for none",
        )
        parser.add_argument(
            "--as-of", type=iso_date, metavar="DATE", help="the day up to which activities count as held"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        kind = LedgerKind(options["kind"])
        result = self._result(kind, options["file"], options)
        if options["json"]:
            self.stdout.write(json.dumps(result.as_dict(), ensure_ascii=False))
        else:
            self._write_text(kind, result, options["dry_run"])
        if not result.ok:
            raise SystemExit(1)

    def _result(self, kind: LedgerKind, path: Path, options: dict[str, Any]) -> ImportResult:
        given = _by_name(kind, options["given"])
        try:
            content = path.read_bytes()
        except OSError as error:
            words = f"文件读不了（{error.strerror}），请核对路径和权限。"
            return ImportResult(kind, 0, errors=[RowError("", 0, "", str(path), words)])
        name = os.fsencode(path.name).decode(errors="replace")  # a name may hold bytes that are no text
        now = timezone.now()
        terms = ImportTerms(now=now, as_of=options["as_of"] or timezone.localdate(now))
        return _take_in(kind, name, content, terms, given, options["dry_run"])

    def _write_text(self, kind: LedgerKind, result: ImportResult, is_dry_run: bool) -> None:
        for note in result.notes:
            self.stdout.write(f"提示：{note}")
        for error in result.errors:
            self.stderr.write(_sentence(error))
        self.stdout.write(f"{kind.label}：{_outcome(result, is_dry_run)}")


def _sentence(error: RowError) -> str:
    """Where it is and what; a fault of the file as a whole stands in no row."""
    value = f"“{error.value}”" if error.value else ""
    place = f"{error.sheet} 第 {error.row} 行 {error.column}" if error.row else ""
    return f"{place}{value}：{error.reason}"


def given_column(text: str) -> tuple[str, str]:
    header, sign, value = text.partition("=")
    if not sign:
        raise ArgumentTypeError(f"{text} is not like 紧急程度=一般")
    return header.strip(), value.strip()


def _by_name(kind: LedgerKind, given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Column name → value, from headers as the ledger has them.

    Raises:
        CommandError: for a column the ledger has not, or one in which rows cannot all say the same.
    """
    columns = {column.header: column for column in LEDGERS[kind].columns if not column.optional}
    usable = [header for header, column in columns.items() if column.may_be_given]
    for header, value in given:
        if header not in columns:
            raise CommandError(f"--given {header}: no such column. It is one of {'、'.join(columns)}.")
        if value and header not in usable:
            others = f"It may be {'、'.join(usable)}." if usable else f"{kind.label} has none where they can."
            raise CommandError(f"--given {header}: not all rows can say the same there. {others}")
    return {columns[header].name: value for header, value in given}


def _in_vain(kind: LedgerKind, given: dict[str, str], match: Match) -> list[str]:
    """A sentence for each column that was given though the file has it."""
    there = [column.header for column in LEDGERS[kind].columns if column.name in given.keys() & match.places]
    return [f"文件里有“{header}”这一列，按各行写的读取，--given 没有用上。" for header in there]


def _take_in(
    kind: LedgerKind,
    file_name: str,
    content: bytes,
    terms: ImportTerms,
    given: dict[str, str],
    is_dry_run: bool,
) -> ImportResult:
    """The result of the import; a file refused as a whole has one error, in row 0 of no sheet."""
    try:
        book = open_book(content)
        match = _heading(book, kind)
        absent = {name: value for name, value in given.items() if name not in match.places}
        terms = replace(terms, match=replace(match, given=absent))
        source: dict[str, Any] = {"kind": kind, "content": content, "terms": terms, "book": book}
        if is_dry_run:
            result = ledger_preview(**source)
        else:
            result = ledger_import(file_name=file_name, actor=None, **source)
        return replace(result, notes=[*_in_vain(kind, given, match), *result.notes])
    except DomainError as error:
        return ImportResult(kind, 0, errors=[RowError("", 0, "", file_name, error.message)])


def _heading(book: Book, kind: LedgerKind) -> Match:
    columns = LEDGERS[kind].columns
    try:
        match = find_heading(book, columns, kind.label)
    except HeadingError:
        check_meant(book, kind)
        raise
    if match.is_doubtful(columns):
        check_meant(book, kind, match)
    return match


def _outcome(result: ImportResult, is_dry_run: bool) -> str:
    if not result.ok:
        return f"有 {len(result.errors)} 处错误，什么都没有写入。"
    if not (result.created or result.changed):
        return f"共 {result.rows} 行，没有变化。"
    verb = "将会" if is_dry_run else "已经"
    return (
        f"共 {result.rows} 行，{verb}新增 {result.created} 行、更新 {result.changed} 行，"
        f"{result.unchanged} 行没有变化。"
    )
