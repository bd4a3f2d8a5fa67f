"""Writes the resources and demands of imported ledgers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q
from rapidfuzz import fuzz

from core.workbooks.merging import Merge, Record, difference
from core.workbooks.results import Changes, RowChange
from core.workbooks.values import folded
from ledgers.enums import DemandState, ResourceState
from ledgers.kinds import as_text
from ledgers.models import Demand, Resource, ServiceAspect
from ledgers.services.demands import LIVE_ORDER, UNDECIDED_CLAIM
from ledgers.services.hours import weeks_follow_texts

FINISHED = frozenset({DemandState.CLOSED, DemandState.WITHDRAWN})
LIKE = 40  # of 100: titles that share less are not one another's correction
STATE_FIELDS = ("state", "state_reason", "closed_on", "satisfaction")
# What the two sides agree on; who to ask, urgency and remarks stay the branch's own.
AGREED_FIELDS = (
    *("aspect", "title", "description", "nature", "audience_text", "expected_people"),
    *("raised_on", "deadline_on"),
)


@transaction.atomic
def resources_take_in(*, records: Sequence[Record], now: datetime) -> list[RowChange]:
    """Create or update resources by branch and 序号, or by name; `extra["aspects"]` names their 服务方向,
    or is None where the file says nothing of them.

    New ones are published; whether an existing one is in use is left as it stands.
    """
    aspects = aspects_ensure(name for record in records for name in record.extra["aspects"] or ())
    rows = _existing(Resource, records).prefetch_related("aspects")
    _number(rows, records)
    merge = Merge(Resource, {(row.branch_id, row.serial): row for row in rows})
    wanted: list[tuple[Resource, set[int]]] = []
    retimed: list[tuple[Resource, str]] = []
    for record in records:
        key = (record.values["branch"].pk, record.values["serial"])
        found = merge.existing.get(key)
        values = record.values if found else {**record.values, "state": ResourceState.PUBLISHED}
        hours_before = found.availability_text if found else ""
        aspect_changes = _aspect_changes(found, record.extra["aspects"])
        links = {"aspects": [aspect.pk for aspect in found.aspects.all()]} if found and aspect_changes else {}
        extra = aspect_changes | _detail_changes(found, values)
        note = _other_thing(found, record.values)
        resource = merge.take(record.row, key, values, extra, note, links)
        if resource.availability_text != hours_before:
            retimed.append((resource, hours_before))
        if aspect_changes:
            wanted.append((resource, {aspects[name].pk for name in record.extra["aspects"]}))
    merge.write(now)
    _set_aspects(wanted)
    weeks_follow_texts(changed=retimed)
    return merge.changes


@transaction.atomic
def demands_take_in(*, records: Sequence[Record], now: datetime) -> list[RowChange]:
    """Create or update demands by branch and 序号, or by name; `extra["aspect"]` names their 需求方面.

    Where a claim or a finished state stands behind a demand, its state here wins over the file's; what two
    sides have agreed on here is not changed by the file of one of them.
    """
    aspects = aspects_ensure(record.extra["aspect"] for record in records)
    rows = _with_promises(_existing(Demand, records)).select_related("aspect")
    _number(rows, records)
    merge = Merge(Demand, {(row.branch_id, row.serial): row for row in rows})
    for record in records:
        key = (record.values["branch"].pk, record.values["serial"])
        values = {**record.values, "aspect": aspects[record.extra["aspect"]]}
        found = merge.existing.get(key)
        notes = (_keep_agreed(found, values), _other_thing(found, values), _keep_state(found, values))
        merge.take(record.row, key, values, note="".join(notes))
    merge.write(now)
    return merge.changes


def aspects_ensure(names: Iterable[str]) -> dict[str, ServiceAspect]:
    """Every aspect by name; names not in the catalogue are added at its end."""
    known = {aspect.name: aspect for aspect in ServiceAspect.objects.all()}
    missing = [name for name in dict.fromkeys(names) if name not in known]
    if missing:
        last = ServiceAspect.objects.aggregate(last=Max("position"))["last"] or 0
        rows = [ServiceAspect(name=name, position=last + i) for i, name in enumerate(missing, start=1)]
        known |= {aspect.name: aspect for aspect in ServiceAspect.objects.bulk_create(rows)}
    return known


def _existing(model: type[Any], records: Sequence[Record]) -> Any:
    """The rows of the branches spoken of, locked in id order."""
    branches = {record.values["branch"].pk for record in records}
    return (
        model.objects.filter(branch__in=branches).select_for_update(of=("self",), no_key=True).order_by("pk")
    )


def _with_promises(demands: Any) -> Any:
    """Note on each whether it was ever claimed, and whether its content is agreed on in this system.

    An order that came in by a workbook alone is the workbook's, and so is its demand.
    """
    same = Demand.objects.filter(pk=OuterRef("pk"))
    begun_here = (
        Q(plan_orders__claim__isnull=False)
        | Q(plan_orders__drafted_by__isnull=False)
        | Q(plan_orders__version__gt=1)
    )
    promised = Q(plan_orders__state__in=[*LIVE_ORDER, "completed"]) & begun_here
    return demands.annotate(
        is_claimed=Exists(same.filter(claims__isnull=False)),
        is_agreed=Exists(same.filter(Q(claims__state__in=UNDECIDED_CLAIM) | promised)),
    )


def _number(rows: Iterable[Any], records: Sequence[Record]) -> None:
    """Give records without 序号 that of the one row of the same name, or the next free one of the branch."""
    titles: dict[tuple[int, str], list[int]] = defaultdict(list)
    last: dict[int, int] = defaultdict(int)
    for row in rows:
        titles[row.branch_id, folded(row.title)].append(row.serial)
        last[row.branch_id] = max(last[row.branch_id], row.serial)
    written: set[tuple[int, int]] = set()
    for record in records:
        if serial := record.values.get("serial"):
            branch = record.values["branch"].pk
            written.add((branch, serial))
            last[branch] = max(last[branch], serial)
    for record in records:
        if record.values.get("serial"):
            continue
        branch = record.values["branch"].pk
        alike = titles[branch, folded(record.values["title"])]
        if len(alike) == 1 and (branch, alike[0]) not in written:
            record.values["serial"] = alike[0]
        else:
            last[branch] += 1
            record.values["serial"] = last[branch]


def is_alike(title: str, other: str) -> bool:
    """Whether one title may be the other, corrected."""
    return bool(fuzz.ratio(folded(title), folded(other)) >= LIKE)


def _other_thing(row: Demand | Resource | None, values: dict[str, Any]) -> str:
    """A word where a number that begins anew each month would write over what has nothing to do with it."""
    if row is None or is_alike(row.title, values.get("title", row.title)):
        return ""
    return (
        f"序号 {row.serial} 原来是“{row.title}”，将改成“{values['title']}”。"
        "如果是另一件事，请清空这一行的序号再上传，会接着编号。"
    )


def _keep_agreed(demand: Demand | None, values: dict[str, Any]) -> str:
    """Drop what two sides agreed on from `values`; say so where the file differs."""
    if demand is None or not demand.is_agreed:  # type: ignore[attr-defined]  # annotation
        return ""
    told = {name: values.pop(name) for name in AGREED_FIELDS if name in values}
    if not (changes := difference(demand, told)):
        return ""
    if not is_alike(demand.title, told["title"]):
        remedy = "如果是另一件事，请清空这一行的序号再上传，会接着编号。"
    else:
        remedy = "要改请在认领或计划定单里与对方商定。"
    return f"“{demand.title}”的内容已由双方商定，文件里不同的{'、'.join(changes)}没有采用；{remedy}"


def _keep_state(demand: Demand | None, values: dict[str, Any]) -> str:
    """Drop the state from `values` when the system knows better; say so."""
    if demand is None or demand.state == values["state"]:
        return ""
    if demand.state not in FINISHED and not demand.is_claimed:  # type: ignore[attr-defined]  # annotation
        return ""
    told = values["state"].label
    for name in STATE_FIELDS:
        values.pop(name, None)
    return f"系统里已是“{demand.get_state_display()}”，文件写的“{told}”没有采用。"


def _aspect_changes(resource: Resource | None, names: Sequence[str] | None) -> Changes:
    if names is None:
        return {}
    before = {aspect.name for aspect in resource.aspects.all()} if resource else set()
    if before == set(names):
        return {}
    return {"服务方向": ["、".join(sorted(before)), "、".join(names)]}


def _detail_changes(resource: Resource | None, values: dict[str, Any]) -> Changes:
    """What changes of the kind's own fields, in words; a new kind drops those of the old one."""
    before = resource.details if resource else {}
    if resource and resource.kind != values["kind"]:
        values.setdefault("details", {})
    after = values.get("details", before)
    if before == after:
        return {}
    kind = resource.kind if resource else values["kind"]
    return {"分类信息": [as_text(kind, before), as_text(values["kind"], after)]}


def _set_aspects(wanted: Sequence[tuple[Resource, set[int]]]) -> None:
    """Replace the aspects of resources in two statements."""
    through = Resource.aspects.through
    ids = [resource.pk for resource, _ in wanted]
    through.objects.filter(resource__in=ids).delete()
    through.objects.bulk_create(
        through(resource_id=resource.pk, serviceaspect_id=aspect)
        for resource, aspects in wanted
        for aspect in sorted(aspects)
    )
