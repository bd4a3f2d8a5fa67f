"""Writes the activities of an imported 活动台账, with participations, outcomes and bookings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from branches.models import Branch
from core.wording import quantity
from core.workbooks.merging import Merge, Record
from core.workbooks.results import Changes, RowChange
from pairing.activities.enums import ACTIVITY_AWAITED, ActivityState, ParticipationRole
from pairing.activities.models import Activity, ActivityKind, Outcome, Participation
from pairing.activities.services.booking import Clash, activities_book
from pairing.plans.models import Metric, Pairing

RUN_HERE = "这场活动已在系统里办理，文件中不同的内容没有采用。"


@dataclass
class _Side:
    """What hangs on activities: by activity, who takes part and what was measured."""

    parties: dict[int, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    outcomes: dict[int, list[tuple[str, Decimal]]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)


@transaction.atomic
def activities_take_in(
    *, records: Sequence[Record], now: datetime, as_of: date
) -> tuple[list[RowChange], list[Clash]]:
    """Create or update activities by 序号 and book what they occupy.

    A record's `extra` holds `kind` and its `line`, `others` (branches besides the pair), `outcomes` as pairs
    of metric name and value, and the local `day`. Cancelled activities, and ones the system planned itself,
    are left alone. Clashes are returned unbooked: the caller decides to undo the whole.
    """
    kinds = kinds_ensure({record.extra["kind"]: record.extra["line"] for record in records})
    lines: dict[str, str] = {}
    for record in records:
        for name, _ in record.extra["outcomes"]:
            lines.setdefault(name, kinds[record.extra["kind"]].line)
    metrics = metrics_ensure(lines)
    serials = [record.values["serial"] for record in records]
    rows = Activity.objects.filter(serial__in=serials).select_related("kind", "pairing", "plan_order")
    known = {row.serial: row for row in rows.select_for_update(of=("self",), no_key=True).order_by("pk")}
    side = _side_of(known.values())
    merge = Merge(Activity, known)
    kept: list[tuple[Activity, Record, Changes]] = []
    for record in records:
        activity = known.get(record.values["serial"])
        if activity is not None and (activity.state == ActivityState.CANCELLED or activity.task_id):
            merge.take(record.row, activity.serial, {}, note=RUN_HERE)
            continue
        extra = _extra_changes(activity, record, side)
        values = {**record.values, "kind": kinds[record.extra["kind"]], **_state(activity, record, as_of)}
        kept.append((merge.take(record.row, record.values["serial"], values, extra), record, extra))
    merge.write(now)
    _write_parties([(activity, record) for activity, record, extra in kept if "参加支部" in extra])
    _write_outcomes([(activity, record) for activity, record, extra in kept if "成效" in extra], metrics)
    moved = {change.row for change in merge.changes if change.fields}
    return merge.changes, activities_book([activity for activity, record, _ in kept if record.row in moved])


def kinds_ensure(wanted: Mapping[str, str]) -> dict[str, ActivityKind]:
    """Every activity kind by name; names that are new are added with the 四联类别 given."""
    known = {kind.name: kind for kind in ActivityKind.objects.all()}
    missing = [name for name in wanted if name not in known]
    last = ActivityKind.objects.aggregate(last=Max("position"))["last"] or 0
    rows = [
        ActivityKind(name=name, line=wanted[name], position=last + i)
        for i, name in enumerate(missing, start=1)
    ]
    return known | {kind.name: kind for kind in ActivityKind.objects.bulk_create(rows)}


def metrics_ensure(wanted: Mapping[str, str]) -> dict[str, Metric]:
    """Every metric by name; names that are new are added with the 四联类别 given, counted as a sum."""
    known = {metric.name: metric for metric in Metric.objects.all()}
    missing = [name for name in wanted if name not in known]
    last = Metric.objects.aggregate(last=Max("position"))["last"] or 0
    rows = [
        Metric(name=name, line=wanted[name], position=last + i) for i, name in enumerate(missing, start=1)
    ]
    return known | {metric.name: metric for metric in Metric.objects.bulk_create(rows)}


def _side_of(activities: Iterable[Activity]) -> _Side:
    side = _Side()
    ids = [activity.pk for activity in activities]
    order: list[str] = list(ParticipationRole)
    parties = Participation.objects.filter(activity__in=ids).select_related("branch").order_by("pk")
    for row in sorted(parties, key=lambda row: order.index(row.role)):
        side.parties[row.activity_id][row.branch_id] = row.role
        side.names[row.branch_id] = row.branch.name
    for outcome in Outcome.objects.filter(activity__in=ids).select_related("metric").order_by("position"):
        side.outcomes[outcome.activity_id].append((outcome.metric.name, outcome.value))
    return side


def _roles(pairing: Pairing, others: Sequence[Branch]) -> dict[int, str]:
    """Who takes part in which role, by branch id; the pairing says who is 甲方, not the file."""
    roles: dict[int, str] = {branch.pk: ParticipationRole.OTHER for branch in others}
    roles[pairing.branch_a_id] = ParticipationRole.PARTY_A
    roles[pairing.branch_b_id] = ParticipationRole.PARTY_B
    return roles


def _extra_changes(activity: Activity | None, record: Record, side: _Side) -> Changes:
    """What the row changes in who takes part and what came of it."""
    pairing, others, outcomes = record.values["pairing"], record.extra["others"], record.extra["outcomes"]
    old_roles = side.parties[activity.pk] if activity else {}
    old_outcomes = side.outcomes[activity.pk] if activity else []
    changes: Changes = {}
    if old_roles != _roles(pairing, others):
        names = [pairing.branch_a, pairing.branch_b, *others]
        changes["参加支部"] = ["、".join(side.names[pk] for pk in old_roles), "、".join(map(str, names))]
    if old_outcomes != outcomes:
        changes["成效"] = [_outcome_text(old_outcomes), _outcome_text(outcomes)]
    return changes


def _outcome_text(outcomes: Sequence[tuple[str, Decimal]]) -> str:
    return "；".join(f"{name} {quantity(value)}" for name, value in outcomes)


def _state(activity: Activity | None, record: Record, as_of: date) -> dict[str, Any]:
    """New activities are on record or announced; an awaited one is on record once its numbers are there."""
    is_past = record.extra["day"] <= as_of
    if activity is None:
        return {"state": ActivityState.ARCHIVED if is_past else ActivityState.ANNOUNCED}
    if activity.state in ACTIVITY_AWAITED and is_past and record.values["member_count"] is not None:
        return {"state": ActivityState.ARCHIVED}
    return {}


def _write_parties(rows: Sequence[tuple[Activity, Record]]) -> None:
    """Replace who takes part; rows of branches that stay keep what is recorded on them."""
    wanted = {
        activity.pk: _roles(record.values["pairing"], record.extra["others"]) for activity, record in rows
    }
    stay: set[tuple[int, int]] = set()
    for row in Participation.objects.filter(activity__in=wanted):
        if wanted[row.activity_id].get(row.branch_id) == row.role:
            stay.add((row.activity_id, row.branch_id))
        else:
            row.delete()
    Participation.objects.bulk_create(
        Participation(activity_id=activity, branch_id=branch, role=role)
        for activity, roles in wanted.items()
        for branch, role in sorted(roles.items())
        if (activity, branch) not in stay
    )


def _write_outcomes(rows: Sequence[tuple[Activity, Record]], metrics: Mapping[str, Metric]) -> None:
    Outcome.objects.filter(activity__in=[activity for activity, _ in rows]).delete()
    Outcome.objects.bulk_create(
        Outcome(activity=activity, metric=metrics[name], value=value, position=position)
        for activity, record in rows
        for position, (name, value) in enumerate(record.extra["outcomes"], start=1)
    )
