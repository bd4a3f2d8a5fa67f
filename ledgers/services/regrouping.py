"""Splitting one demand into several, and merging several of one branch into one.

What is taken over is withdrawn with the reason and stays readable; DemandOrigin leads from each to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone

from branches.models import Membership, User
from core import audit
from core.errors import DomainError, refuse
from core.notifications import notify
from ledgers.enums import DemandState, OriginKind
from ledgers.models import Demand, DemandOrigin
from ledgers.services.demands import EDITABLE
from ledgers.services.serials import next_serial

MAX_PARTS = 10
# What a part says like the whole unless it is told otherwise.
INHERITED = (
    "aspect",
    "help_kinds",
    "title",
    "description",
    "nature",
    "source",
    "source_event",
    "source_on",
    "audience_text",
    "audiences",
    "expected_people",
    "visits_wanted",
    "urgency",
    "raised_on",
    "deadline_on",
    "preferred_time",
    "place",
    "contact_name",
    "contact_phone",
    "note",
)


def demand_regroup_blockers(demand: Demand) -> list[str]:
    """Why this demand can be neither split nor merged now; empty when it can."""
    name, blockers = f"第{demand.serial}号需求“{demand}”", []
    if demand.claims.undecided().exists():
        blockers.append(f"{name}有待答复的认领，请先答复或等它失效，再拆分、合并。")
    if demand.plan_orders.live().exists():
        blockers.append(f"{name}有在办的计划定单，请先办完或取消定单，再拆分、合并。")
    if not blockers and demand.state not in EDITABLE:
        state = demand.get_state_display()
        blockers.append(f"{name}现在是“{state}”，只有“草稿”“待认领”“退回”的需求可以拆分、合并。")
    return blockers


@transaction.atomic
def demand_split(
    *, demand: Demand, parts: Sequence[Mapping[str, Any]], actor: User, now: datetime, reason: str
) -> list[Demand]:
    """Replace a demand by 2–10 of the same branch; give them in the order of `parts`.

    Visits that are still to be made are shared out among the parts, unless a part says how many it wants.

    Args:
        parts: what each says differently from the whole: its `title`, and any of `INHERITED` or `items`.

    Raises:
        DomainError: without a reason, with too few or too many parts, or while somebody works on the demand.
    """
    reason = _stated(reason, OriginKind.SPLIT)
    if not 2 <= len(parts) <= MAX_PARTS:
        raise DomainError(f"拆分要填 2 到 {MAX_PARTS} 条需求，现在是 {len(parts)} 条。")
    [demand] = _locked([demand])
    refuse(demand_regroup_blockers(demand))
    state = DemandState.DRAFT if demand.state == DemandState.DRAFT else DemandState.OPEN
    with audit.action("demand.split", actor=actor, target=demand, reason=reason) as entry:
        shares = _visit_shares(demand, len(parts))
        told = [{"visits_wanted": share, **part} for share, part in zip(shares, parts, strict=True)]
        made = [_part(demand, part, state, actor) for part in told]
        numbers = _numbers(made)
        entry.summary = f"拆分为{numbers}"
        _supersede(demand, f"已拆分为{numbers}：{reason}")
        for each in made:
            _link(each, demand, OriginKind.SPLIT, actor, now, reason)
        _tell_branch(demand, f"需求已拆分：{demand.title}", f"拆分为{numbers}。理由：{reason}", actor, now)
    return made


@transaction.atomic
def demand_merge(
    *, demands: Iterable[Demand], into: Demand, actor: User, now: datetime, reason: str
) -> Demand:
    """Let `into` take over what the other `demands` of its branch ask for; give it as it is then.

    It keeps its own words, names the others in its description, serves all their items, kinds of help and
    audiences, and is as urgent, as soon due and as often wanted as the most pressing of them.

    Raises:
        DomainError: without a reason or another demand, across branches, or while somebody works on one.
    """
    reason = _stated(reason, OriginKind.MERGE)
    rows = {row.pk: row for row in _locked([into, *demands])}
    into = rows.pop(into.pk)
    others = sorted(rows.values(), key=lambda row: row.serial)
    _check_merge(into, others)
    with audit.action("demand.merge", actor=actor, target=into, reason=reason) as entry:
        entry.summary = f"并入{_numbers(others)}"
        _take_over(into, others)
        for other in others:
            _absorb(other, into, actor, now, reason)
        _tell_branch(into, f"需求已合并：{into.title}", f"并入{_numbers(others)}。理由：{reason}", actor, now)
    return into


def _check_merge(into: Demand, others: Sequence[Demand]) -> None:
    if not others:
        raise DomainError("请至少再选一条要并进来的需求。", field="demands")
    strangers = [row for row in others if row.branch_id != into.branch_id]
    if strangers:
        raise DomainError(
            f"“{strangers[0]}”是{strangers[0].branch}的需求，只有同一个支部的需求才能合并。", field="demands"
        )
    refuse([sentence for row in (into, *others) for sentence in demand_regroup_blockers(row)])


def _stated(reason: str, kind: OriginKind) -> str:
    if not reason.strip():
        raise DomainError(f"请写明{kind.label}的理由。", field="reason")
    return reason.strip()[:200]


def _locked(demands: Iterable[Demand]) -> list[Demand]:
    """The rows as they are now, taken in id order and held until the transaction ends."""
    ids = {row.pk for row in demands}
    rows = Demand.objects.filter(pk__in=ids).select_for_update(of=("self",), no_key=True)
    return list(rows.select_related("branch").order_by("pk"))


def _visit_shares(whole: Demand, parts: int) -> list[int | None]:
    """The visits nobody has made yet, spread over the parts; at least one each, for each has its own matter.

    Orders sit in a layer above; only the name of their relation is used here.
    """
    if whole.visits_wanted is None:
        return [None] * parts
    made = whole.plan_orders.filter(state="completed").aggregate(visits=Sum("visit_count"))["visits"] or 0
    each, more = divmod(max(whole.visits_wanted - made, parts), parts)
    return [each + (number < more) for number in range(parts)]


def _part(whole: Demand, part: Mapping[str, Any], state: DemandState, actor: User) -> Demand:
    values = {name: part.get(name, getattr(whole, name)) for name in INHERITED}
    with audit.action("demand.create", actor=actor) as entry:
        made = Demand(branch=whole.branch, serial=next_serial(Demand, whole.branch), state=state, **values)
        made.full_clean(exclude=["serial"])
        made.save(force_insert=True)
        made.items.set(part.get("items", whole.items.all()))
        entry.target, entry.summary = made, f"由{_numbers([whole])}“{whole}”拆分而来"
    return made


def _supersede(demand: Demand, words: str) -> None:
    """Withdraw a demand whose matter others have taken over."""
    demand.state, demand.state_reason = DemandState.WITHDRAWN, words[:300]
    demand.save(update_fields=["state", "state_reason", "updated_at"])


def _absorb(other: Demand, into: Demand, actor: User, now: datetime, reason: str) -> None:
    words = f"已并入第{into.serial}号“{into}”"
    with audit.action("demand.merge", actor=actor, target=other, reason=reason) as entry:
        entry.summary = words
        _supersede(other, f"{words}：{reason}")
        _link(into, other, OriginKind.MERGE, actor, now, reason)


def _take_over(into: Demand, others: Sequence[Demand]) -> None:
    all_of_them = (into, *others)
    for name in ("help_kinds", "audiences"):
        setattr(into, name, list(dict.fromkeys(value for row in all_of_them for value in getattr(row, name))))
    into.visits_wanted = max((row.visits_wanted for row in all_of_them if row.visits_wanted), default=None)
    into.urgency = max(row.urgency for row in all_of_them)
    deadlines = [row.deadline_on for row in all_of_them if row.deadline_on]
    into.deadline_on = max(min(deadlines), into.raised_on) if deadlines else None
    lines = [into.description, *(f"并入第{row.serial}号：{row.title}" for row in others)]
    into.description = "\n".join(filter(None, lines))
    if len(into.description) > 2000:
        raise DomainError("合并后的具体描述会超过 2000 字，请先把这条需求的描述改短些，或少并几条。")
    into.full_clean()
    into.save()
    into.items.add(*(item for row in others for item in row.items.all()))


def _link(demand: Demand, origin: Demand, kind: OriginKind, actor: User, now: datetime, reason: str) -> None:
    DemandOrigin.objects.create(
        demand=demand, origin=origin, kind=kind, reason=reason, made_at=now, made_by=actor
    )


def _numbers(demands: Iterable[Demand]) -> str:
    return f"第{'、'.join(str(row.serial) for row in demands)}号"


def _tell_branch(demand: Demand, subject: str, body: str, actor: User, now: datetime) -> None:
    """The branch would not notice by itself what the county office does with its ledger."""
    if demand.branch_id in actor.staff_branch_ids:
        return
    seats = Membership.objects.staff_of([demand.branch_id], on=timezone.localdate(now))
    notify(
        [seat.user for seat in seats],
        key=f"demand:{demand.pk}:regrouped:{now.isoformat()}",
        subject=subject,
        body=body,
        url=reverse("demand_detail", args=[demand.pk]),
        now=now,
    )
