"""The steps of one agreement: put before both sides, signed, signed by the office, ended."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches.requests import Request
from core.doorbell import ring
from core.errors import DomainError
from core.forms import submit
from core.pages import found, get_or_post, number, posted
from pairing.agreements.forms import SignForm, SignOnBehalfForm, TerminateForm
from pairing.agreements.selectors.agreements import agreement_rows
from pairing.agreements.services import guards, signing
from pairing.plans.models import Agreement


@require_POST
def agreement_send(request: Request, pk: int) -> HttpResponse:
    """Put the version that the page showed before both secretaries."""
    agreement = _visible(request, pk, "agreements.change_agreement")
    version = number(request.POST.get("version", ""))
    if version is None:
        raise DomainError("没有收到要送签的版本号，请刷新页面后再送签。")
    signing.agreement_send(agreement=agreement, version=version, actor=request.user, now=timezone.now())
    ring("notification_queued")
    messages.success(request, "已送双方书记签订。")
    return redirect(agreement)


@get_or_post
def agreement_sign(request: Request, pk: int) -> HttpResponse:
    """Sign in the name of one's own branch."""
    agreement = _visible(request, pk)
    return _step(
        request,
        agreement,
        SignForm(posted(request), agreement=agreement),
        signing.agreement_sign,
        done="已签订。",
        title="签订协议",
        submit="签订",
        tone="primary",
        effects=[
            f"以本支部名义签订第 {agreement.version} 版；之后有修改，要重新签。",
            "双方都签后协议生效，结对期限随协议走；有前一份协议的，前一份记为已续签。",
        ],
        blockers=guards.agreement_sign_blockers(agreement, request.user),
    )


@get_or_post
def agreement_sign_on_behalf(request: Request, pk: int) -> HttpResponse:
    """Record the signature that a branch gave on paper."""
    agreement = _visible(request, pk, "plans.confirm_on_behalf")
    return _step(
        request,
        agreement,
        SignOnBehalfForm(posted(request), request.FILES or None, agreement=agreement),
        signing.agreement_sign_on_behalf,
        done="已代签，并标明“县党建办代确认”。",
        title="代支部签订协议",
        submit="代签",
        tone="primary",
        effects=["页面、记录和协议书都会标明“县党建办代确认”，双方都会收到通知。"],
        blockers=guards.agreement_sign_on_behalf_blockers(agreement, request.user),
    )


@get_or_post
def agreement_terminate(request: Request, pk: int) -> HttpResponse:
    """Give up a draft, or end an agreement in force, with a summary."""
    agreement = _visible(request, pk)
    words = "作废草稿" if agreement.is_open else "终止协议"
    return _step(
        request,
        agreement,
        TerminateForm(posted(request)),
        signing.agreement_terminate,
        done=f"已{words}，记录保留。",
        title=words,
        submit=words,
        effects=["协议不能恢复，内容和记录都保留；结对本身不结束。"],
        blockers=guards.agreement_terminate_blockers(agreement, request.user),
    )


def _visible(request: Request, pk: int, permission: str = "") -> Agreement:
    return found(agreement_rows(request.user), pk, request.user, permission)


def _step(
    request: Request,
    agreement: Agreement,
    form: Form,
    service: Callable[..., Any],
    *,
    done: str,
    **page: Any,
) -> HttpResponse:
    """Show the page of one step; on POST give its form to the service and go back to the agreement."""
    call = partial(service, agreement=agreement)
    if request.method == "POST" and submit(form, call, actor=request.user, now=timezone.now()):
        ring("notification_queued")
        messages.success(request, done)
        return redirect(agreement)
    url = agreement.get_absolute_url()
    page |= {"form": form, "lead": f"{agreement} · {agreement.pairing}", "cancel_url": url}
    return render(request, "components/confirm_page.html", page, status=422 if form.errors else 200)
