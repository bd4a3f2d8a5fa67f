"""The only writers of the service catalogue, one after another: aspects, items and the words of items.

A line that anything refers to is never deleted; it is retired, which hides it from forms and suggestions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max, QuerySet

from branches.models import User
from core import audit
from core.errors import ConflictError, StaleVersionError, TransitionError, refuse
from core.workbooks.merging import difference
from ledgers.models import ServiceAspect, ServiceItem
from ledgers.models.catalogue import CatalogueEntry
from ledgers.selectors.uses import uses_of
from ledgers.services.lexicon import Words, word_faults, words_changes, words_of, words_write

E = TypeVar("E", ServiceAspect, ServiceItem)
LOCK_KEY = 0x1ED6E5  # of the advisory lock under which the catalogue is written


@transaction.atomic
def aspect_create(*, name: str, position: int | None = None, actor: User) -> ServiceAspect:
    """Add an aspect, at the end unless `position` says where.

    Raises:
        ConflictError: when there is one of that name, in use or retired.
    """
    take_turn()
    return _create(ServiceAspect(name=name), position, ServiceAspect.objects.all(), actor)


@transaction.atomic
def aspect_update(
    *, aspect: ServiceAspect, version: int, name: str, position: int | None, actor: User
) -> ServiceAspect:
    """Rename or move an aspect.

    Args:
        version: the version the editor saw.

    Raises:
        StaleVersionError: when somebody saved a newer version meanwhile.
        ConflictError: when another one has that name.
    """
    take_turn()
    values = {"name": name, "position": aspect.position if position is None else position}
    return _update(_locked(aspect), version, values, {}, actor)


@transaction.atomic
def item_create(
    *,
    aspect: ServiceAspect,
    name: str,
    position: int | None = None,
    help_kinds: Sequence[str] = (),
    audiences: Sequence[str] = (),
    words: Words,
    actor: User,
) -> ServiceItem:
    """Add an item with its words, as the last of its aspect unless `position` says where.

    Raises:
        ConflictError: when there is one of that name, or the aspect is retired.
        ValidationError: faulty words, by relation.
    """
    take_turn()
    _check_aspect(aspect)
    _check_words(name, words)
    item = ServiceItem(aspect=aspect, name=name, help_kinds=list(help_kinds), audiences=list(audiences))
    return _create(item, position, ServiceItem.objects.filter(aspect=aspect), actor, words)


@transaction.atomic
def item_update(
    *,
    item: ServiceItem,
    version: int,
    aspect: ServiceAspect,
    name: str,
    position: int | None,
    help_kinds: Sequence[str],
    audiences: Sequence[str],
    words: Words,
    actor: User,
) -> ServiceItem:
    """Change what an item is called, where it stands and how people speak of it.

    Args:
        version: the version the editor saw.

    Raises:
        StaleVersionError: when somebody saved a newer version meanwhile.
        ConflictError: when another one has that name, or the item is moved into a retired aspect.
        ValidationError: faulty words, by relation.
    """
    take_turn()
    item = _locked(item)
    if aspect.pk != item.aspect_id:
        _check_aspect(aspect)
    _check_words(name, words)
    values = {
        "aspect": aspect,
        "name": name,
        "position": item.position if position is None else position,
        "help_kinds": list(help_kinds),
        "audiences": list(audiences),
    }
    return _update(item, version, values, words, actor)


@transaction.atomic
def entry_retire(*, entry: E, reason: str, actor: User, today: date) -> E:
    """Offer a line no more; with an aspect go its items that are still in use.

    Raises:
        TransitionError: when it is retired already.
    """
    take_turn()
    row = _locked(entry)
    if row.retired_on:
        raise TransitionError(f"“{row.name}”已经停用，请刷新页面。")
    _retire(row, reason, actor, today)
    if isinstance(row, ServiceAspect):
        for item in row.items.in_use().select_for_update(of=("self",)).order_by("pk"):
            _retire(item, reason, actor, today)
    return row


@transaction.atomic
def entry_restore(*, entry: E, actor: User) -> E:
    """Offer a retired line again; with an aspect come the items that were retired together with it.

    Raises:
        TransitionError: when it is in use already.
        ConflictError: when the aspect of the item is retired.
    """
    take_turn()
    row = _locked(entry)
    if not row.retired_on:
        raise TransitionError(f"“{row.name}”正在使用，不用恢复。")
    together = {"retired_on": row.retired_on, "retired_reason": row.retired_reason}
    if isinstance(row, ServiceItem):
        _check_aspect(row.aspect)
    _restore(row, actor)
    if isinstance(row, ServiceAspect):
        for item in row.items.filter(**together).select_for_update(of=("self",)).order_by("pk"):
            _restore(item, actor)
    return row


@transaction.atomic
def entry_delete(*, entry: E, actor: User) -> E:
    """Delete a line that nothing refers to, with its words.

    Raises:
        DomainError: when something does, naming what.
    """
    take_turn()
    row = _locked(entry)
    refuse(entry_delete_blockers(row))
    with audit.action(f"{_noun(row)}.delete", actor=actor, target=row) as record:
        record.summary = row.name
        type(row).objects.filter(pk=row.pk).delete()
    return row


def entry_delete_blockers(entry: CatalogueEntry) -> list[str]:
    """Why a line cannot be deleted; empty when nothing refers to it."""
    uses = "、".join(f"{label} {count} 条" for label, count in uses_of(entry))
    return [f"已经用在{uses}里，不能删除；不再需要时请停用。"] if uses else []


def take_turn() -> None:
    """Wait for whoever writes the catalogue at this moment; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])


def _create(
    row: E, position: int | None, siblings: QuerySet[E], actor: User, words: Words | None = None
) -> E:
    last: int = siblings.aggregate(last=Max("position"))["last"] or 0
    row.position = last + 1 if position is None else position
    _check_name(row, row.name)
    with audit.action(f"{_noun(row)}.create", actor=actor) as record:
        row.full_clean()
        row.save(force_insert=True)
        if words and isinstance(row, ServiceItem):
            words_write(item=row, before={}, after=words)
            record.changes = words_changes({}, words)
        record.target = row
    return row


def _update(row: E, version: int, values: Mapping[str, Any], words: Words, actor: User) -> E:
    """Save what differs as the next version; nothing at all when nothing does."""
    if row.version != version:
        raise StaleVersionError(f"您打开的是第 {version} 版，现在已是第 {row.version} 版。")
    _check_name(row, values["name"])
    before: Words = words_of(row) if isinstance(row, ServiceItem) else {}
    changes = difference(row, values) | words_changes(before, words)
    if not changes:
        return row
    with audit.action(f"{_noun(row)}.update", actor=actor, target=row) as record:
        for name, value in values.items():
            setattr(row, name, value)
        row.version += 1
        row.full_clean()
        row.save()
        if isinstance(row, ServiceItem):
            words_write(item=row, before=before, after=words)
        record.changes = changes
    return row


def _retire(row: CatalogueEntry, reason: str, actor: User, today: date) -> None:
    with audit.action(f"{_noun(row)}.retire", actor=actor, target=row, reason=reason):
        row.retired_on, row.retired_reason = today, reason
        _save_state(row)


def _restore(row: CatalogueEntry, actor: User) -> None:
    with audit.action(f"{_noun(row)}.restore", actor=actor, target=row):
        row.retired_on, row.retired_reason = None, ""
        _save_state(row)


def _save_state(row: CatalogueEntry) -> None:
    row.version += 1
    row.save(update_fields=["retired_on", "retired_reason", "version"])


def _check_aspect(aspect: ServiceAspect) -> None:
    if aspect.retired_on:
        raise ConflictError(f"方面“{aspect.name}”已停用，请先恢复它，或换一个方面。", field="aspect")


def _check_name(row: E, name: str) -> None:
    rows: QuerySet[Any] = type(row)._default_manager.all()
    other = rows.filter(name=name).exclude(pk=row.pk).first()
    if other:
        state = "，不过已停用，恢复它就能用" if other.retired_on else ""
        raise ConflictError(f"已经有“{name}”了{state}。请换个名称。", field="name")


def _check_words(name: str, words: Words) -> None:
    if faults := word_faults(name, words):
        raise ValidationError(faults)


def _locked(entry: E) -> E:
    """The row as it is now, held until the transaction ends.

    Raises:
        ConflictError: when it is there no more.
    """
    rows: QuerySet[Any] = type(entry)._default_manager.select_for_update(of=("self",))
    row: E | None = rows.filter(pk=entry.pk).first()
    if row is None:
        raise ConflictError(f"“{entry.name}”刚刚被人删除了，这一步没有办成。请回到服务目录看看。")
    return row


def _noun(row: CatalogueEntry) -> str:
    return "service_aspect" if isinstance(row, ServiceAspect) else "service_item"
