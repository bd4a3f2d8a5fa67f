"""代确认: the county office confirms for a branch that has no account yet or does not answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.attachments.views import attachment_file
from core.doorbell import ring
from core.forms import submit
from core.models import Attachment
from core.pages import found, get_or_post, posted
from pairing.plans.forms.on_behalf import (
    AcceptanceOnBehalfForm,
    ChangeOnBehalfForm,
    OnBehalfForm,
    OrderOnBehalfForm,
)
from pairing.plans.models import Claim, OnBehalf, PlanOrder
from pairing.plans.selectors.claims import claim_rows
from pairing.plans.selectors.orders import plan_order_rows
from pairing.plans.selectors.parts import demand_parts
from pairing.plans.services import on_behalf, order_guards
from pairing.plans.services.claim_guards import claim_answer_blockers
from pairing.plans.views.order_steps import acceptance_effects

RIGHT = "plans.confirm_on_behalf"
MARKED = "页面、记录和导出的台账都会标明“县党建办代确认”，双方都会收到通知。"


@get_or_post
def claim_accept_on_behalf(request: Request, pk: int) -> HttpResponse:
    """Agree to a claim in the name of the branch whose answer is awaited."""
    claim = found(claim_rows(request.user), pk, request.user, RIGHT)
    return _step(
        request,
        OnBehalfForm(posted(request), request.FILES or None),
        partial(on_behalf.claim_accept_on_behalf, claim=claim),
        claim,
        title=f"代{claim.awaiting}同意认领",
        lead=str(claim),
        effects=["立即生成定单草稿，需求转为办理中。", MARKED],
        blockers=claim_answer_blockers(claim, request.user, on=timezone.localdate(), on_behalf=True),
    )


@get_or_post
def plan_order_confirm_on_behalf(request: Request, pk: int) -> HttpResponse:
    """Confirm the version that the page showed, for the side that has not."""
    order = found(plan_order_rows(request.user), pk, request.user, RIGHT)
    return _step(
        request,
        OrderOnBehalfForm(posted(request), request.FILES or None, order=order),
        partial(on_behalf.plan_order_confirm_on_behalf, order=order),
        order,
        title="代确认定单",
        lead=f"{order} · {order.demand}",
        effects=[f"记为确认第 {order.version} 版；双方都确认后，系统安排联办活动。", MARKED],
        blockers=order_guards.plan_order_confirm_on_behalf_blockers(order, request.user),
    )


@get_or_post
def plan_order_accept_on_behalf(request: Request, pk: int) -> HttpResponse:
    """Accept the work for the branch that raised the demand."""
    order = found(plan_order_rows(request.user), pk, request.user, RIGHT)
    return _step(
        request,
        AcceptanceOnBehalfForm(posted(request), request.FILES or None),
        partial(on_behalf.plan_order_accept_on_behalf, order=order),
        order,
        title=f"代{order.demand.branch}验收",
        lead=f"{order} · {order.demand}",
        effects=[*acceptance_effects(order, is_last=demand_parts(order.demand).is_last), MARKED],
        blockers=order_guards.plan_order_accept_blockers(order, request.user, on_behalf=True),
    )


@get_or_post
def change_request_answer_on_behalf(request: Request, pk: int, change_pk: int) -> HttpResponse:
    """Agree to a change, or keep the order as it is, for the side whose answer is awaited."""
    order = found(plan_order_rows(request.user), pk, request.user, RIGHT)
    change = get_object_or_404(order.changes.select_related("asked_by"), pk=change_pk)
    side = order.pairing.partner_of(change.asked_by_id)
    return _step(
        request,
        ChangeOnBehalfForm(posted(request), request.FILES or None),
        partial(on_behalf.change_request_answer_on_behalf, request=change),
        order,
        title=f"代{side}答复变更",
        lead=f"{order} · {order.demand}",
        effects=[f"{change.asked_by}要变更的理由：{change.reason}", "同意后成为双方都确认的新版本。", MARKED],
        blockers=order_guards.change_request_answer_blockers(order, change, request.user, on_behalf=True),
    )


@require_safe
def on_behalf_scan(request: Request, pk: int) -> HttpResponse:
    """The paper behind one step; both sides of the pair and the county may open it."""
    row = get_object_or_404(OnBehalf.objects.visible_to(request.user), pk=pk)
    return attachment_file(request, get_object_or_404(Attachment.objects.of(row)).pk)


def _step(
    request: Request, form: Form, service: Callable[..., Any], row: Claim | PlanOrder, **page: Any
) -> HttpResponse:
    """Show the page of one step; on POST give its form to the service and go back to the row."""
    if request.method == "POST" and submit(form, service, actor=request.user, now=timezone.now()):
        ring("notification_queued")
        ring("plan_order_confirmed")  # only looks; finds nothing when the order still waits for a side
        messages.success(request, "已办理，并标明“县党建办代确认”。")
        return redirect(row)
    url = row.get_absolute_url()
    page |= {"form": form, "submit": "代确认", "tone": "primary", "cancel_url": url}
    return render(request, "components/confirm_page.html", page, status=422 if form.errors else 200)
