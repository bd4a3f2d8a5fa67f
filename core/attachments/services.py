"""The only writers of attachments: a file and its row stand or fall together."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from hashlib import sha256
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import models, transaction
from django.db.models import Count, Sum

from core import audit
from core.attachments import registry
from core.attachments.content import IMAGES, MAX_BYTES, kind_of, shown_name
from core.attachments.images import Picture, redrawn
from core.errors import ConflictError, DomainError
from core.models import Attachment

MAX_FILES = 30  # of one row
MEGABYTE = 1024 * 1024  # bytes
MAX_TOTAL = 200 * MEGABYTE  # of one row


@transaction.atomic
def attachment_add(*, target: models.Model, upload: UploadedFile, actor: Any, now: datetime) -> Attachment:
    """Keep one file with `target`; the same file once more gives the first.

    Raises:
        DomainError: when the file is refused (see core.attachments), or the row holds as many as it may.
    """
    name = shown_name(upload.name or "")
    content = upload.read(MAX_BYTES + 1)
    kind = kind_of(name, content)
    picture = redrawn(name, content) if kind.content_type in IMAGES.values() else None
    if picture:
        name, content = f"{PurePath(name).stem}.{picture.extension}", picture.content
    type(target)._default_manager.select_for_update(of=("self",), no_key=True).get(pk=target.pk)
    digest = sha256(content).hexdigest()
    if known := Attachment.objects.of(target).filter(sha256=digest).first():
        return known
    _check_row(target, len(content))
    space = registry.of_row(target).space(target, actor)
    if space is not None:
        _check_space(space, len(content))
    attachment = Attachment(
        content_type=ContentType.objects.get_for_model(target),
        object_id=target.pk,
        name=name,
        media_type=picture.content_type if picture else kind.content_type,
        size=len(content),
        sha256=digest,
        uploaded_by=actor,
        space=space and space.pk,
        uploaded_at=now,
    )
    with audit.action(f"{registry.of_row(target).name}.attach", actor=actor, target=target) as entry:
        entry.summary = name
        with _kept_with_its_row(attachment):
            _store(attachment, content, picture)
    return attachment


@transaction.atomic
def attachment_remove(*, attachment: Attachment, actor: Any) -> None:
    """Drop a file and its row; the audit trail keeps its name and digest.

    Raises:
        ConflictError: somebody was quicker.
    """
    target: Any = attachment.target
    with audit.action(f"{registry.of_row(target).name}.detach", actor=actor, target=target) as entry:
        entry.summary = f"{attachment.name}（SHA-256 {attachment.sha256[:12]}…）"
        files = [attachment.file, attachment.thumbnail]
        removed, _ = attachment.delete()
        if not removed:
            raise ConflictError("这个附件已经删除，请刷新页面。")
    for each in files:
        if each.name:
            transaction.on_commit(partial(each.storage.delete, each.name))


def _check_row(target: models.Model, size: int) -> None:
    held = Attachment.objects.of(target).aggregate(count=Count("pk"), total=Sum("size", default=0))
    if held["count"] >= MAX_FILES:
        raise DomainError(f"这里最多放 {MAX_FILES} 个附件，已经放满。请先删去不用的。", field="file")
    if held["total"] + size > MAX_TOTAL:
        raise DomainError(
            "这里的附件合计最多 200 MB，再加这一个就超过了。请压缩，或先删去不用的。", field="file"
        )


def _check_space(branch: Any, size: int) -> None:
    """Two at once may pass the limit of a branch by one file: it spares the disk, no ledger depends on it."""
    taken = Attachment.objects.filter(space=branch.pk).aggregate(total=Sum("size", default=0))["total"]
    most = settings.ATTACHMENT_BRANCH_MB
    if taken + size > most * MEGABYTE:
        raise DomainError(
            f"{branch}的附件合计最多 {most} MB，已用 {taken // MEGABYTE} MB，再加这一个就超过了。"
            "请先删去不用的，或请系统管理员放宽。",
            field="file",
        )


def _store(attachment: Attachment, content: bytes, picture: Picture | None) -> None:
    """Write the file under a name nobody can guess and that says nothing, then its row."""
    word = secrets.token_hex(16)
    extension = PurePath(attachment.name).suffix.lower()
    attachment.file.save(f"{word}{extension}", ContentFile(content), save=False)
    if picture:
        attachment.thumbnail.save(f"{word}-s{extension}", ContentFile(picture.thumbnail), save=False)
    attachment.full_clean()
    attachment.save(force_insert=True)


@contextmanager
def _kept_with_its_row(attachment: Attachment) -> Iterator[None]:
    """Take the files away again when the block does not end with a row."""
    try:
        yield
    finally:
        if attachment.pk is None:
            for each in filter(None, (attachment.file, attachment.thumbnail)):
                each.storage.delete(each.name)
