"""Takes a file in: one transaction, all or nothing; a preview is the same import, undone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from hashlib import sha256

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import ConflictError
from core.wording import cn_datetime
from core.workbooks.opening import open_book
from core.workbooks.recognition import Match
from core.workbooks.results import ImportResult, ImportTerms
from core.workbooks.sheets import Book
from pairing.imports.enums import LedgerKind
from pairing.imports.models import ImportBatch
from pairing.imports.registry import LEDGERS
from pairing.imports.twins import find_twins

LOCK_KEY = 0x1ED6E4  # of the advisory lock under which files are taken in one after another
TAKEN_MEANWHILE = frozenset({"23505", "23P01", "23503"})  # unique, exclusion and foreign key violations


def terms_for(
    user: User, *, now: datetime, as_of: date | None = None, match: Match | None = None
) -> ImportTerms:
    """The terms of a person's import: branch staff write rows of their own branches and no dictionary."""
    may_everything = user.has_perm("branches.import_ledgers")
    return ImportTerms(
        now=now,
        as_of=as_of or timezone.localdate(now),
        match=match,
        owner_ids=None if may_everything else user.staff_branch_ids,
        may_extend=may_everything,
        actor=user,
    )


def ledger_preview(
    *, kind: LedgerKind, content: bytes, terms: ImportTerms, book: Book | None = None
) -> ImportResult:
    """Say what importing this file would do; `book` is the file when it is open already. Nothing is written.

    Raises:
        WorkbookError: when the file cannot be read at all.
    """
    book = book or open_book(content)
    with alone():
        result = _noted(kind, content, LEDGERS[kind].take_in(book, terms))
        twins = find_twins(result)
        transaction.set_rollback(True)
    return replace(result, twins=twins)


def ledger_import(
    *,
    kind: LedgerKind,
    file_name: str,
    content: bytes,
    actor: User | None,
    terms: ImportTerms,
    book: Book | None = None,
) -> ImportResult:
    """Take the file in, unless it has errors; a file that changes nothing leaves no trace.

    Raises:
        WorkbookError: when the file cannot be read at all.
        ConflictError: when somebody else wrote the same thing at the same moment.
    """
    book = book or open_book(content)  # before the lock, for it may take seconds
    with alone():
        with audit.action("ledger.import", actor=actor) as entry:
            result = _noted(kind, content, LEDGERS[kind].take_in(book, terms))
            entry.summary = f"共 {result.rows} 行：新增 {result.created}，更新 {result.changed}"
            entry.target = ImportBatch.objects.create(
                kind=kind,
                file_name=file_name[:200],
                sha256=sha256(content).hexdigest(),
                rows=result.rows,
                created=result.created,
                changed=result.changed,
                imported_by=actor,
                imported_at=terms.now,
                context=entry.context,
                links_before=_links_before(result),
                final_rows=[change.key[:200] for change in result.changes if change.is_final],
            )
        transaction.set_rollback(not (result.created or result.changed))
    return result


def _links_before(result: ImportResult) -> dict[str, dict[str, list[int]]]:
    """What stood in many-to-many fields of changed rows before: field → id → ids."""
    before: dict[str, dict[str, list[int]]] = {}
    for change in result.changes:
        for name, ids in change.links.items():
            if change.instance is not None:
                before.setdefault(name, {})[str(change.instance.pk)] = ids
    return before


def _noted(kind: LedgerKind, content: bytes, result: ImportResult) -> ImportResult:
    """The result, with a word when this very file was imported before."""
    digest = sha256(content).hexdigest()
    earlier = ImportBatch.objects.filter(kind=kind, sha256=digest, undone_at=None).first()
    if earlier is None:
        return result
    return replace(result, notes=[f"该文件已于 {cn_datetime(earlier.imported_at)} 导入过。", *result.notes])


@contextmanager
def alone() -> Iterator[None]:
    """One transaction in which no other file is taken in; what a page wrote meanwhile becomes a sentence."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
            yield
    except IntegrityError as error:
        if getattr(error.__cause__, "sqlstate", "") not in TAKEN_MEANWHILE:
            raise
        raise ConflictError("导入期间有人改动了相同的数据，什么都没有写入。请重新预览后再导入。") from error
