"""Asking for a whole-list plan: what is planned, with which weights, conditions and parent.

The plan is solved in the background (services.shards); here only the order for it is written.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from branches.models import Branch, User
from core import audit
from core.errors import ConflictError, DomainError
from core.wording import short_datetime
from pairing.matching.conditions import Conditions
from pairing.matching.enums import MatchEditKind, MatchRunOrigin, MatchScope
from pairing.matching.models import MatchEdit, MatchRun, MatchShard
from pairing.matching.selectors.weights import weights_current
from pairing.matching.services.splitting import branches_below, part_names, parts_of, with_partners
from pairing.plans.models import Pairing


@transaction.atomic
def match_run_start(
    *,
    actor: User,
    now: datetime,
    pairing: Pairing | None = None,
    area: Branch | None = None,
    branches: Collection[Branch] = (),
) -> MatchRun:
    """Order a plan for one pairing, an area, a group of branches, or – with none of them – for all there is.

    Args:
        area: an organisation; planned is everything below it, each county below a city by itself.
        branches: at least two. With these and those of an area their partners take part.

    Raises:
        PermissionDenied: the scope is not this person's to plan.
        DomainError: a group of fewer than two branches, or an ended pairing.
        ConflictError: a plan of the same scope is being solved; the sentence says whose.
    """
    run = MatchRun(weights=weights_current().as_dict())
    if pairing:
        run.scope, run.pairing = MatchScope.PAIRING, pairing
        run.branch_ids = sorted((pairing.branch_a_id, pairing.branch_b_id))
        run.scope_key = f"pairing:{pairing.pk}"
    elif area:
        run.scope, run.area, run.branch_ids = MatchScope.AREA, area, with_partners(branches_below(area))
        run.scope_key = f"area:{area.pk}"
    elif branches:
        if len(branches) < 2:
            raise DomainError("一组支部至少选两个。", field="branches")
        run.scope, run.branch_ids = MatchScope.GROUP, with_partners(branch.pk for branch in branches)
        run.scope_key = f"group:{sha256(str(run.branch_ids).encode()).hexdigest()[:40]}"
    else:
        run.scope = run.scope_key = MatchScope.COUNTY
    return _order(run, actor, now)


@transaction.atomic
def match_run_resolve(
    *,
    run: MatchRun,
    actor: User,
    now: datetime,
    reciprocity: int | None = None,
    give_cap: int | None = None,
    receive_cap: int | None = None,
    branch: Branch | None = None,
    branch_give: int | None = None,
    branch_receive: int | None = None,
    give_after: int | None = None,
    receive_after: int | None = None,
    fair_percent: int | None = None,
) -> MatchRun:
    """Solve a draft again around what people pinned and forbade in it, under new bounds.

    Args:
        reciprocity: bound on |given − received| visits of every branch; None is no bound.
        give_cap, receive_cap: visits a branch gives or receives at most in this plan.
        branch: one branch with caps of its own; both left empty take its exception back.
        give_after, receive_after, fair_percent: see `Conditions`; all None is no price.

    Raises:
        See `match_run_start`; DomainError also while the draft itself is still being solved.
    """
    _check_done(run)
    before = Conditions.from_json(run.conditions)
    exceptions = dict(before.exceptions)
    if branch:
        exceptions.pop(branch.pk, None)
        if (branch_give, branch_receive) != (None, None):
            exceptions[branch.pk] = (branch_give, branch_receive)
    conditions = Conditions(
        pins=_edited(run, MatchEditKind.PIN),
        forbidden=_edited(run, MatchEditKind.FORBID),
        give_cap=give_cap,
        receive_cap=receive_cap,
        reciprocity=reciprocity,
        exceptions=exceptions,
        give_after=give_after,
        receive_after=receive_after,
        fair_percent=fair_percent,
    )
    # The draft's own weights: what moves shall be what the person asked for, and nothing else.
    return _order(_child(run, MatchRunOrigin.EDITED, run.weights, conditions), actor, now)


@transaction.atomic
def match_run_update(*, run: MatchRun, actor: User, now: datetime) -> MatchRun:
    """Bring a plan up to the ledgers of today: what still holds is kept, the rest moves as little as it can.

    Opinions that wait go on waiting in the new draft: what moves in it is to be the ledgers' doing alone.

    Raises:
        See `match_run_start`; DomainError also while the draft itself is still being solved.
    """
    _check_done(run)
    conditions = Conditions.from_json(run.conditions)
    return _order(_child(run, MatchRunOrigin.LEDGERS, weights_current().as_dict(), conditions), actor, now)


def _order(run: MatchRun, actor: User, now: datetime) -> MatchRun:
    """Store a run with its shards, at most one live run a scope."""
    if not actor.has_perm("matching.change_run", run):
        raise PermissionDenied
    check_paired(run)
    run.requested_by, run.as_of = actor, timezone.localdate(now)
    with audit.action("match_run.create", actor=actor) as entry:
        try:
            with transaction.atomic():
                run.save()
        except IntegrityError as error:
            raise ConflictError(busy_sentence(run.scope_key)) from error
        parts = parts_of(run)
        MatchShard.objects.bulk_create(
            MatchShard(run=run, position=position, name=name, branch_ids=branch_ids)
            for position, (name, branch_ids) in enumerate(zip(part_names(parts), parts, strict=True), start=1)
        )
        _inherit_edits(run)
        entry.target = run
        entry.summary = f"{run.get_scope_display()}，{run.get_origin_display()}"
    return run


def check_paired(run: MatchRun) -> None:
    """Refuse to read two ledgers that are no longer open to one another."""
    if run.pairing and not run.pairing.is_active:
        raise DomainError(f"{run.pairing}的结对已经结束，不能再做方案。", field="pairing")


def busy_sentence(scope_key: str) -> str:
    """Who is having the same branches planned just now."""
    other = MatchRun.objects.live().filter(scope_key=scope_key).select_related("requested_by").first()
    if other is None:
        return "同一范围的方案刚刚由别人生成，请刷新页面查看。"
    when = short_datetime(other.created_at)
    return f"{other.requested_by}在 {when} 发起了同一范围的方案，正在计算，请直接查看{other}，不必重复生成。"


def _child(
    parent: MatchRun, origin: MatchRunOrigin, weights: dict[str, float], conditions: Conditions
) -> MatchRun:
    return MatchRun(
        scope=parent.scope,
        scope_key=parent.scope_key,
        pairing=parent.pairing,
        area=parent.area,
        branch_ids=parent.branch_ids,
        parent=parent,
        origin=origin,
        weights=weights,
        conditions=conditions.as_json(),
    )


def _check_done(run: MatchRun) -> None:
    if not run.is_done:
        raise DomainError(f"{run}现在是“{run.get_state_display()}”，完成后才能在它的基础上重算。")


def _edited(run: MatchRun, kind: MatchEditKind) -> frozenset[tuple[int, int]]:
    return frozenset(run.edits.filter(kind=kind).values_list("demand", "resource"))


def _inherit_edits(run: MatchRun) -> None:
    """What people have said of the draft before is where the next person's changes begin."""
    MatchEdit.objects.bulk_create(
        MatchEdit(
            run=run,
            demand_id=edit.demand_id,
            resource_id=edit.resource_id,
            kind=edit.kind,
            made_by_id=edit.made_by_id,
        )
        for edit in MatchEdit.objects.filter(run=run.parent_id)
    )
