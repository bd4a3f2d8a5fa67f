"""What one import wrote, table by table, as the row history has it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Value
from pghistory.models import Event

from pairing.imports.models import ImportBatch


@dataclass
class Trace:
    """What one import did to one table: ids it created, and ids it changed with the last event before."""

    model: type[models.Model]
    events: Any  # the event model of `model`; its fields are made by the history library
    last_event: int = 0
    created: set[int] = field(default_factory=set)
    changed: dict[int, Any] = field(default_factory=dict)


def traces_of(batch: ImportBatch) -> list[Trace]:
    """One trace for each table the import wrote; tables come before those that refer to them."""
    event_models: dict[Any, Any] = {
        model.pgh_tracked_model: model for model in apps.get_models() if issubclass(model, Event)
    }
    traces = [Trace(model, event_models[model]) for model in apps.get_models() if model in event_models]
    firsts: list[dict[int, int]] = [{} for _ in traces]
    own = [trace.events.objects.filter(pgh_context_id=batch.context) for trace in traces]
    written = together(own, "pgh_obj_id", "pgh_label", "pgh_id")
    for number, pk, label, event in sorted(written, key=itemgetter(3)):
        trace = traces[number]
        trace.last_event = max(trace.last_event, event)
        if label == "insert":
            trace.created.add(pk)
        elif pk not in trace.created:
            firsts[number].setdefault(pk, event)
    for trace, changed in zip(traces, firsts, strict=True):
        trace.changed = _before(trace.events, changed)
    return [trace for trace in traces if trace.last_event]


def together(parts: Iterable[Any], *names: str) -> Any:
    """(number of the part, *names) of the rows of several tables, in one query."""
    rows = [
        part.order_by().annotate(part=Value(number)).values_list("part", *names)
        for number, part in enumerate(parts)
    ]
    return rows[0].union(*rows[1:], all=True) if rows else []


def _before(events: Any, firsts: dict[int, int]) -> dict[int, Any]:
    """The last event before the import of each row, given the first one that the import caused."""
    found: dict[int, Any] = {}
    if firsts:
        for event in events.objects.filter(pgh_obj_id__in=firsts).order_by("pgh_id"):
            if event.pgh_id < firsts[event.pgh_obj_id]:
                found[event.pgh_obj_id] = event
    return found
