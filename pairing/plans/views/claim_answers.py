"""The answers to one claim: accept, counter, decline, and taking it back."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches.requests import Request
from core.doorbell import ring
from core.forms import submit
from core.pages import get_or_post, posted
from pairing.plans.enums import ClaimState
from pairing.plans.forms.claims import ClaimForm
from pairing.plans.forms.reasons import DeclineForm, SharedReasonForm
from pairing.plans.models import Claim
from pairing.plans.selectors.claims import claim_rows
from pairing.plans.services import claim_answers, claims
from pairing.plans.services.claim_guards import claim_answer_blockers, claim_withdraw_blockers


@require_POST
def claim_accept(request: Request, pk: int) -> HttpResponse:
    """Agree to the terms as they stand."""
    claim = claim_answers.claim_accept(claim=_own(request, pk), actor=request.user, now=timezone.now())
    ring("notification_queued")
    if claim.state == ClaimState.AGREED:
        messages.success(request, "已同意承办自己的一份，其他支部都同意后生成定单。")
        return redirect(claim)
    messages.success(request, f"已同意认领，生成了定单 {claim.plan_order}，请核对任务和时限后确认。")
    return redirect(claim.plan_order)


@get_or_post
def claim_counter(request: Request, pk: int) -> HttpResponse:
    """Answer with other terms."""
    claim = _own(request, pk)
    terms = {name: getattr(claim, name) for name in ("visit_count", "wanted_on", "person")}
    form = ClaimForm(posted(request), initial=terms)
    if request.method == "POST":
        countered = submit(form, claims.claim_counter, claim=claim, actor=request.user, now=timezone.now())
        if countered:
            ring("notification_queued")
            messages.success(request, f"改议已送{countered.awaiting}，等对方答复。")
            return redirect(claim)
    context = {
        "claim": claim,
        "form": form,
        "blockers": claim_answer_blockers(claim, request.user, on=timezone.localdate()),
    }
    return render(request, "plans/claim_counter.html", context, status=422 if form.errors else 200)


@get_or_post
def claim_decline(request: Request, pk: int) -> HttpResponse:
    """Turn a claim down with a reason."""
    claim = _own(request, pk)
    return _refusal(
        request,
        claim,
        claim_answers.claim_decline,
        "婉拒",
        claim_answer_blockers(claim, request.user, on=timezone.localdate()),
        DeclineForm(posted(request)),
    )


@get_or_post
def claim_withdraw(request: Request, pk: int) -> HttpResponse:
    """Take back the terms on the table with a reason."""
    claim = _own(request, pk)
    return _refusal(
        request,
        claim,
        claim_answers.claim_withdraw,
        "撤回",
        claim_withdraw_blockers(claim, request.user),
        SharedReasonForm(posted(request)),
    )


def _refusal(
    request: Request,
    claim: Claim,
    service: Callable[..., Claim],
    word: str,
    blockers: list[str],
    form: SharedReasonForm,
) -> HttpResponse:
    """Show the page that ends a claim; on POST give its reason to the service."""
    if request.method == "POST" and submit(
        form, service, claim=claim, actor=request.user, now=timezone.now()
    ):
        ring("notification_queued")
        messages.success(request, f"已{word}，理由已告知对方。")
        return redirect(claim)
    unnamed = ["智能匹配不再给这条需求推荐这项资源。"] if isinstance(form, DeclineForm) else []
    joint = ["这是联合认领，其他支部的部分也一并失效。"] if claim.series_id else []
    context = {
        "title": f"{word}认领",
        "lead": str(claim.demand),
        "form": form,
        "submit": word,
        "effects": [
            "这条认领到此为止，理由会发给对方。",
            *joint,
            *unnamed,
            f"需求“{claim.demand}”空出的部分重新待认领。",
        ],
        "blockers": blockers,
        "cancel_url": claim.get_absolute_url(),
    }
    return render(request, "components/confirm_page.html", context, status=422 if form.errors else 200)


def _own(request: Request, pk: int) -> Claim:
    return get_object_or_404(claim_rows(request.user), pk=pk)
