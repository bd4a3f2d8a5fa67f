"""One agreement: its page, drafting and changing it, and its papers."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.audit import entries_of
from core.doorbell import ring
from core.errors import StaleVersionError
from core.forms import attempt
from core.pages import found, get_or_post, history_page, posted
from pairing.agreements.exchange.word import agreement_word as word_of
from pairing.agreements.forms import AgreementForms, proposed_terms
from pairing.agreements.selectors.agreements import agreement_rows, agreement_signatures, by_line
from pairing.agreements.selectors.progress import agreement_progress
from pairing.agreements.services import drafting, guards
from pairing.plans.models import Agreement, Pairing
from pairing.plans.selectors.timeline import timeline

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@require_safe
def agreement_detail(request: Request, pk: int) -> HttpResponse:
    """The text by 四联 with live progress, both signatures, versions, and the next step."""
    agreement = _visible(request, pk)
    today, user = timezone.localdate(), request.user
    on_behalf = list(agreement.on_behalf.select_related("branch", "actor"))
    context = {
        "agreement": agreement,
        "standing": agreement.standing(today),
        "lines": by_line(agreement_progress(agreement, on=today)),
        "signatures": agreement_signatures(agreement, on_behalf),
        "on_behalf": on_behalf,
        "earlier": list(agreement.clauses.earlier()),
        "may_change": user.has_perm("agreements.change_agreement", agreement),
        "may_sign_on_behalf": not guards.agreement_sign_on_behalf_blockers(agreement, user),
        "may_terminate": not guards.agreement_terminate_blockers(agreement, user),
        "send_blockers": guards.agreement_send_blockers(agreement, user) if agreement.is_open else [],
        "sign_blockers": guards.agreement_sign_blockers(agreement, user),
        "timeline": history_page(request, entries_of(agreement), timeline),
        "today": today,
    }
    return render(request, "agreements/agreement_detail.html", context)


@get_or_post
def agreement_new(request: Request, pk: int) -> HttpResponse:
    """Draft the agreement of a pairing from the template, or from the one in force that it renews."""
    rows = Pairing.objects.visible_to(request.user).select_related("branch_a", "branch_b")
    pairing = found(rows, pk, request.user, "agreements.draft_agreement")
    before = drafting.in_force(pairing)
    forms = AgreementForms(
        posted(request),
        instance=Agreement(pairing=pairing),
        initial=proposed_terms(pairing, before, today=timezone.localdate()),
        clauses_of=before,
    )
    service = partial(drafting.agreement_draft, pairing=pairing)
    context = {
        "pairing": pairing,
        "title": "续签协议" if before else "起草协议",
        "lead": f"接协议 {before}，双方签订后原协议记为已续签。"
        if before
        else "从范本起草，改好后送双方签订。",
        "blockers": guards.agreement_draft_blockers(pairing, request.user),
    }
    return _write(request, forms, service, context, "协议草稿已保存，双方已收到通知。")


@get_or_post
def agreement_edit(request: Request, pk: int) -> HttpResponse:
    """Change a draft; a stale save is refused with everything typed still on the page."""
    agreement = _visible(request, pk, "agreements.change_agreement")
    forms = AgreementForms(posted(request), instance=_visible(request, pk))
    version = forms.form.data.get("version") if forms.form and forms.form.is_bound else None
    service = partial(drafting.agreement_edit, agreement=agreement, version=_number(version))
    context = {
        "pairing": agreement.pairing,
        "title": "修改协议",
        "lead": f"现在是第 {agreement.version} 版；保存后成为新的一版，已签的要重新签。",
        "blockers": guards.agreement_edit_blockers(agreement, request.user),
    }
    return _write(request, forms, service, context, "已保存为新的一版。")


@get_or_post
def agreement_clauses(request: Request, pk: int) -> HttpResponse:
    """Add the countable clauses of a paper that was signed before it was entered here."""
    agreement = _visible(request, pk, "agreements.change_agreement")
    forms = AgreementForms(posted(request), instance=agreement, only_clauses=True)
    service = partial(drafting.agreement_clauses_add, agreement=agreement)
    context = {
        "pairing": agreement.pairing,
        "title": "补录条款",
        "lead": "已按协议文字拟好，请逐条核对次数和周期；可计数的条款会自动统计进度。",
        "content": agreement.content,
        "blockers": guards.agreement_clauses_blockers(agreement, request.user),
    }
    return _write(request, forms, service, context, "条款已补录。")


def _write(
    request: Request, forms: AgreementForms, service: Any, context: dict[str, Any], done: str
) -> HttpResponse:
    """Show terms and clauses; on POST give them to the service and go to the agreement."""
    status, refusal = 200, ""
    if request.method == "POST":
        status = 422
        if forms.is_valid():
            terms = forms.form.terms if forms.form else {}
            call = partial(
                service, clauses=forms.clause_terms, actor=request.user, now=timezone.now(), **terms
            )
            try:
                agreement = attempt(forms.main, call)
            except StaleVersionError as stale:
                agreement, status, refusal = None, 409, stale.message
            if agreement:
                ring("notification_queued")
                messages.success(request, done)
                return redirect(agreement)
    context |= {"forms": forms, "refusal": refusal}
    return render(request, "agreements/agreement_form.html", context, status=status)


@require_safe
def agreement_word(request: Request, pk: int) -> HttpResponse:
    """共建协议书 as a Word document."""
    agreement = _visible(request, pk)
    response = HttpResponse(word_of(agreement), content_type=DOCX)
    name = f"结对共建协议书 {agreement}.docx"
    response["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _visible(request: Request, pk: int, permission: str = "") -> Agreement:
    return found(agreement_rows(request.user), pk, request.user, permission)


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else 0
