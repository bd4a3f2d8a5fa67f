"""Takes a file in: one transaction, all or nothing; a preview is the same import, undone at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from hashlib import sha256

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import ConflictError
from core.wording import cn_datetime
from core.workbooks.opening import open_book
from core.workbooks.results import ImportResult, ImportTerms
from pairing.imports.enums import LedgerKind
from pairing.imports.models import ImportBatch
from pairing.imports.registry import LEDGERS

LOCK_KEY = 0x1ED6E4  # of the advisory lock under which files are taken in one after another
TAKEN_MEANWHILE = frozenset({"23505", "23P01"})  # unique_violation, exclusion_violation


def terms_for(user: User, *, now: datetime) -> ImportTerms:
    """The terms of a person's import: branch staff write rows of their own branches and no dictionary."""
    may_everything = user.has_perm("branches.import_ledgers")
    return ImportTerms(
        now=now,
        as_of=timezone.localdate(now),
        owner_ids=None if may_everything else user.staff_branch_ids,
        may_extend=may_everything,
    )


def ledger_preview(*, kind: LedgerKind, content: bytes, terms: ImportTerms) -> ImportResult:
    """Say what importing this file would do. Nothing is written.

    Raises:
        WorkbookError: when the file cannot be read at all.
    """
    book = open_book(content)
    with _alone():
        result = _noted(kind, content, LEDGERS[kind].take_in(book, terms))
        transaction.set_rollback(True)
    return result


def ledger_import(
    *, kind: LedgerKind, file_name: str, content: bytes, actor: User | None, terms: ImportTerms
) -> ImportResult:
    """Take the file in, unless it has errors; a file that changes nothing leaves no trace.

    Raises:
        WorkbookError: when the file cannot be read at all.
        ConflictError: when somebody else wrote the same thing at the same moment.
    """
    book = open_book(content)  # before the lock, for it may take seconds
    with _alone():
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
            )
        transaction.set_rollback(not (result.created or result.changed))
    return result


def _noted(kind: LedgerKind, content: bytes, result: ImportResult) -> ImportResult:
    """The result, with a word when this very file was imported before."""
    earlier = ImportBatch.objects.filter(kind=kind, sha256=sha256(content).hexdigest()).first()
    if earlier is None:
        return result
    return replace(result, notes=[f"该文件已于 {cn_datetime(earlier.imported_at)} 导入过。", *result.notes])


@contextmanager
def _alone() -> Iterator[None]:
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
