"""认领: the inbox, one claim, and new ones; see claim_answers for the answers."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.models import Branch, User
from branches.requests import Request
from core.audit import entries_of
from core.doorbell import ring
from core.forms import submit
from core.pages import get_or_post, history_page, number, page_of, posted
from ledgers.models import Demand, Resource
from pairing.plans.forms.claims import ClaimForm, JointClaimForm
from pairing.plans.selectors.claims import (
    claim_inbox,
    claim_parts,
    claim_rows,
    claim_terms_moved,
    joint_candidates,
    resource_capacity_left,
)
from pairing.plans.selectors.pairings import pairing_active_between
from pairing.plans.selectors.parts import demand_parts
from pairing.plans.selectors.timeline import timeline
from pairing.plans.services import claims
from pairing.plans.services.claim_guards import (
    claim_answer_blockers,
    claim_joint_blockers,
    claim_propose_blockers,
    claim_withdraw_blockers,
)


@require_safe
def claim_list(request: Request) -> HttpResponse:
    """What waits for my answer, what waits for theirs, and what is decided."""
    inbox = claim_inbox(request.user)
    context = {
        "to_answer": page_of(request, inbox.to_answer, "answer"),
        "waiting": page_of(request, inbox.waiting, "waiting"),
        "page": page_of(request, inbox.history),
        "lead": f"一方提议用资源办需求，另一方 {settings.CLAIM_EXPIRY_WORKING_DAYS} 个工作日内答复。",
    }
    return render(request, "plans/claim_list.html", context)


@require_safe
def claim_detail(request: Request, pk: int) -> HttpResponse:
    """Both sides of one claim, its terms, and the answers open to this person."""
    claim = get_object_or_404(claim_rows(request.user), pk=pk)
    context = {
        "claim": claim,
        "is_ours": claim.awaiting_id in request.user.staff_branch_ids,
        "blockers": claim_answer_blockers(claim, request.user, on=timezone.localdate()),
        "on_behalf": claim.on_behalf.select_related("branch", "actor"),
        "may_confirm_on_behalf": request.user.has_perm("plans.confirm_on_behalf", claim),
        "may_withdraw": not claim_withdraw_blockers(claim, request.user),
        "moved": claim_terms_moved(claim),
        "parts": claim_parts(claim),
        # A branch that was asked for its own part reads no other's.
        "may_open_parts": request.user.sees_county or claim.demand.branch_id in request.user.branch_ids,
        "timeline": history_page(request, entries_of(claim), timeline),
    }
    return render(request, "plans/claim_detail.html", context)


@get_or_post
def claim_new(request: Request) -> HttpResponse:
    """Propose that ?resource= serve ?demand=, in the name of the branch one works for."""
    return propose_page(request, _key(request, "demand"), _key(request, "resource"))


def propose_page(
    request: Request,
    demand_pk: int,
    resource_pk: int,
    *,
    score: float | None = None,
    explanation: str = "",
    why_url: str = "",
) -> HttpResponse:
    """The form that proposes one resource for one demand.

    A match adds its score and its reasons, and an address that shows them in the page.
    """
    context = _match(request, demand_pk, resource_pk) | {"why_url": why_url}
    form = ClaimForm(posted(request))
    if request.method == "POST":
        claim = submit(
            form,
            claims.claim_propose,
            demand=context["demand"],
            resource=context["resource"],
            by_branch=context["by_branch"],
            proposer=request.user,
            now=timezone.now(),
            score=score,
            explanation=explanation,
        )
        if claim:
            ring("notification_queued")
            messages.success(request, f"已向{claim.awaiting}发起认领，对方答复后会通知您。")
            return redirect(claim)
    status = 422 if form.errors else 200
    return render(request, "plans/claim_new.html", context | {"form": form}, status=status)


def _match(request: Request, demand_pk: int, resource_pk: int) -> dict[str, Any]:
    """Both rows of the match, and what stands in the way of claiming it."""
    today = timezone.localdate()
    demand = get_object_or_404(
        Demand.objects.claimable_by(request.user, on=today).select_related("branch", "aspect"),
        pk=demand_pk,
    )
    resource = get_object_or_404(
        Resource.objects.visible_to(request.user).select_related("branch"), pk=resource_pk
    )
    by_branch = _acting_branch(request.user, demand, resource)
    blockers = claim_propose_blockers(
        demand=demand,
        resource=resource,
        by_branch=by_branch,
        actor=request.user,
        pairing=pairing_active_between(demand.branch_id, resource.branch_id),
        on=today,
    )
    return {
        "demand": demand,
        "resource": resource,
        "by_branch": by_branch,
        "blockers": blockers,
        "under_way": claim_rows(request.user).undecided().filter(demand=demand) if blockers else (),
        "capacity_left": resource_capacity_left(resource, today),
        "parts": demand_parts(demand),
        "lead": f"对方 {settings.CLAIM_EXPIRY_WORKING_DAYS} 个工作日内答复；同意后自动生成定单。",
    }


@get_or_post
def claim_joint(request: Request) -> HttpResponse:
    """Ask several branches at once to serve ?demand= together, each with a resource of its own."""
    demand = get_object_or_404(
        Demand.objects.visible_to(request.user).select_related("branch", "aspect"),
        pk=_key(request, "demand"),
    )
    blockers = claim_joint_blockers(demand, demand.branch, request.user)
    resources = joint_candidates(demand, on=timezone.localdate())  # of partners that others know nothing of
    form = JointClaimForm(posted(request), resources=resources.none() if blockers else resources)
    if request.method == "POST":
        made = submit(
            form,
            claims.claims_propose_jointly,
            demand=demand,
            by_branch=demand.branch,
            proposer=request.user,
            now=timezone.now(),
            dispatched=request.user.has_perm("plans.dispatch_claim"),
        )
        if made:
            ring("notification_queued")
            names = "、".join(str(claim.awaiting) for claim in made)
            messages.success(request, f"已请{names}联合承办，各方都同意后生成定单。")
            return redirect(made[0])
    context = {"demand": demand, "form": form, "blockers": blockers, "parts": demand_parts(demand)}
    return render(request, "plans/claim_joint.html", context, status=422 if form.errors else 200)


def _key(request: Request, name: str) -> int:
    """The key in the address; 0, which no row has, for anything else."""
    return number(request.GET.get(name, "")) or 0


def _acting_branch(user: User, demand: Demand, resource: Resource) -> Branch:
    """The side this person works for; the blockers refuse somebody who works for neither."""
    return demand.branch if demand.branch_id in user.staff_branch_ids else resource.branch
