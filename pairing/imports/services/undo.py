"""Takes a whole import back while nothing depends on it; the row history says what it wrote and what was."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef
from pghistory.models import Event

from branches.models import Branch, User
from branches.tree import tree_hold
from core import audit
from core.errors import refuse
from core.models import TimeStampedModel
from core.wording import cn_datetime
from ledgers.models import Demand, Resource
from ledgers.services.hours import weeks_follow_texts
from pairing.activities.models import Activity
from pairing.activities.services.booking import activities_book
from pairing.imports.enums import LedgerKind
from pairing.imports.models import ImportBatch
from pairing.imports.services.intake import alone
from pairing.imports.services.traces import Trace, together, traces_of
from pairing.plans.models import Pairing
from pairing.reminders.models import Reminder
from pairing.reviews.enums import ReviewState
from pairing.reviews.models import Review, ReviewSeries

NAMED = 5  # rows that a refusal names one by one
ENDED = "的结对已由这次导入结束，双方已收到通知，不能撤销。"
REPLACED = "的参加支部或成效已被这次导入替换，不能整份撤销，请逐条改回。"


def batch_undo(*, batch: ImportBatch, actor: User, now: datetime) -> ImportBatch:
    """Delete what the import created and give what it changed its former values, all in one transaction.

    Words it added to dictionaries stay.

    Raises:
        DomainError: when something depends on it, naming what.
        ConflictError: when somebody builds on it at this very moment.
    """
    with alone():
        batch = ImportBatch.objects.select_for_update(of=("self",)).get(pk=batch.pk)
        traces = traces_of(batch)
        _hold(traces)
        refuse(_blockers(batch, traces))
        with audit.action("ledger.undo", actor=actor, target=batch) as entry:
            for trace in traces:
                _restore(trace, now)
            _restore_links(batch)
            for trace in reversed(traces):
                _delete(trace)
            batch.undone_by, batch.undone_at = actor, now
            batch.save(update_fields=["undone_by", "undone_at"])
            entry.summary = f"撤销导入：删除 {batch.created} 行，还原 {batch.changed} 行"
    return batch


def _hold(traces: list[Trace]) -> None:
    """Wait for whoever is writing a row of the import or one that refers to it; nobody does so after."""
    if any(trace.model is Branch for trace in traces):
        tree_hold()  # before the rows, as who moves one does
    for trace in traces:
        rows = [trace.model._default_manager.filter(pk__in=trace.created | set(trace.changed))]
        if trace.model is Pairing:  # what a tick has prepared would go with it
            rows.append(Review.objects.filter(series__pairing__in=trace.created))
        for each in rows:
            list(each.order_by("pk").select_for_update(of=("self",)).values_list("pk"))


def undo_blockers(batch: ImportBatch) -> list[str]:
    """Why the import cannot be taken back, each in a sentence that names what depends on it."""
    return _blockers(batch, traces_of(batch))


def _blockers(batch: ImportBatch, traces: list[Trace]) -> list[str]:
    if batch.undone_at:
        return [f"这次导入已于 {cn_datetime(batch.undone_at)} 撤销。"]
    if batch.kind == LedgerKind.CATALOGUE:
        return ["服务目录的导入不能整份撤销：请把导入前导出的那份再导入一次，多出来的事项停用或删除。"]
    if batch.final_rows:
        named = _named(batch.final_rows)
        return [f"{named}{ENDED if batch.kind == LedgerKind.PAIRINGS else REPLACED}"]
    if not (traces or batch.links_before):
        return ["这次导入没有留下可以撤销的内容。"]
    return [*_later_edits(traces), *_dependants(traces)]


def _later_edits(traces: list[Trace]) -> list[str]:
    """A sentence for each table in which rows of the import were edited or deleted since."""
    ids = [trace.created | set(trace.changed) for trace in traces]
    rows = [trace.model._default_manager.filter(pk__in=keys) for trace, keys in zip(traces, ids, strict=True)]
    later = [_edits(trace, keys) for trace, keys in zip(traces, ids, strict=True)]
    touched: dict[int, set[int]] = defaultdict(set)
    for number, pk in together(later, "pgh_obj_id"):
        touched[number].add(pk)
    there = Counter(number for (number,) in together(rows))
    sentences = []
    for number, trace in enumerate(traces):
        what = trace.model._meta.verbose_name
        if touched[number]:
            edited = rows[number].filter(pk__in=touched[number]).order_by("pk")
            named = _named([str(row) for row in edited[: NAMED + 1]])
            sentences.append(f"{what}{named}在导入以后又改过，不能整份撤销，请逐条改正。")
        if gone := len(ids[number]) - there[number]:
            sentences.append(f"有 {gone} 条{what}在导入以后已被删除或合并，不能整份撤销。")
    return sentences


def _edits(trace: Trace, keys: set[int]) -> Any:
    """What happened to the rows since.

    The day in the hall that the clock gives an open demand within a minute is nobody's edit, and
    leaves the time of the last one as the import set it.
    """
    later = trace.events.objects.filter(pgh_obj_id__in=keys, pgh_id__gt=trace.last_event)
    if trace.model is not Demand:
        return later
    as_imported = trace.events.objects.filter(
        pgh_obj_id=OuterRef("pgh_obj_id"), pgh_id__lte=trace.last_event, updated_at=OuterRef("updated_at")
    )
    return later.exclude(Exists(as_imported))


def _dependants(traces: list[Trace]) -> list[str]:
    """A sentence for each kind of row that refers to what the import created and is not part of it."""
    created = {trace.model: trace.created for trace in traces}
    relations = [(trace, relation) for trace in traces for relation in _relations(trace.model)]
    rows = [
        _kept(relation.related_model)
        .filter(**{f"{relation.field.name}__in": trace.created})
        .exclude(pk__in=created.get(relation.related_model, ()))
        for trace, relation in relations
    ]
    counts = Counter(number for (number,) in together(rows))
    sentences = []
    for number, count in sorted(counts.items()):
        trace, relation = relations[number]
        model, name = relation.related_model, relation.field.name
        on = [
            str(getattr(row, name)) for row in rows[number].select_related(name).order_by("pk")[: NAMED + 1]
        ]
        sentences.append(
            f"{trace.model._meta.verbose_name}{_named(list(dict.fromkeys(on)))}已有"
            f"{model._meta.verbose_name} {count} 条，请先处理这些再撤销。"
        )
    return list(dict.fromkeys(sentences))


def _relations(model: type[models.Model]) -> Iterator[Any]:
    """What may refer to a row of `model`, but for rows that merely follow from it and go with it."""
    relation: Any
    for relation in model._meta.get_fields(include_hidden=True):
        other: Any = relation.related_model if relation.auto_created and not relation.concrete else None
        if other is None or relation.many_to_many or issubclass(other, Event) or other._meta.auto_created:
            continue
        follows = other is Reminder or not issubclass(other, TimeStampedModel)
        if not (follows and relation.on_delete is models.CASCADE):
            yield relation


def _kept(model: type[models.Model]) -> models.QuerySet[Any]:
    """The rows of a table that somebody would miss: a tick prepares meetings, people hold them."""
    held = Review.objects.exclude(state=ReviewState.DUE).filter(series=OuterRef("pk"))
    return (
        ReviewSeries.objects.filter(Exists(held)) if model is ReviewSeries else model._default_manager.all()
    )


def _restore(trace: Trace, now: datetime) -> None:
    """Give the changed rows, which are held, what their last event before the import says, in one update."""
    rows = trace.model._default_manager.filter(pk__in=trace.changed)
    moved: list[Any] = []
    hours: list[tuple[Resource, str]] = []
    row: Any
    for row in rows.order_by("pk"):
        before = trace.changed[row.pk]
        if isinstance(row, Resource):
            hours.append((row, row.availability_text))
        kept = {each.attname for each in before._meta.concrete_fields}
        for column in trace.model._meta.concrete_fields:
            if column.attname in kept and not column.primary_key:
                setattr(row, column.attname, getattr(before, column.attname))
        row.updated_at = now
        moved.append(row)
    names = [column.name for column in trace.model._meta.concrete_fields if not column.primary_key]
    trace.model._default_manager.bulk_update(moved, names, batch_size=200)
    weeks_follow_texts(changed=[(row, text) for row, text in hours if row.availability_text != text])
    if trace.model is Activity and moved:
        activities_book(moved)


def _restore_links(batch: ImportBatch) -> None:
    """Give many-to-many fields what stood in them before; only resources have some that a file changes."""
    for name, ids in batch.links_before.items():
        link: Any = Resource._meta.get_field(name)
        links, here, there = link.remote_field.through, link.m2m_column_name(), link.m2m_reverse_name()
        links._default_manager.filter(**{f"{here}__in": ids}).delete()
        links._default_manager.bulk_create(
            links(**{here: int(pk), there: other}) for pk, others in ids.items() for other in others
        )


def _delete(trace: Trace) -> None:
    """Delete the created rows; where rows of the table stand below one another, the lowest first."""
    above = [
        column.attname
        for column in trace.model._meta.concrete_fields
        if column.is_relation and column.related_model is trace.model
    ]
    left = set(trace.created)
    manager = trace.model._default_manager
    while left:
        rows = manager.filter(pk__in=left)
        holding = {pk for name in above for pk in rows.values_list(name, flat=True)}
        lowest = left - holding or left
        manager.filter(pk__in=lowest).delete()
        left -= lowest


def _named(titles: list[str]) -> str:
    """“甲”“乙” of the first few, and that there are more."""
    return "".join(f"“{title}”" for title in titles[:NAMED]) + ("等" if len(titles) > NAMED else "")
