"""The steps of one order: confirm, hand in, accept, return, cancel, and ticking off a task."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches.requests import Request
from core.doorbell import ring
from core.errors import DomainError
from core.forms import submit
from core.pages import get_or_post, number, posted
from pairing.plans.enums import PlanOrderState, TaskKind
from pairing.plans.forms.orders import AcceptanceForm, ResultForm
from pairing.plans.forms.reasons import SharedReasonForm
from pairing.plans.models import PlanOrder
from pairing.plans.selectors.orders import plan_order_rows
from pairing.plans.selectors.parts import demand_parts
from pairing.plans.services import order_guards, orders
from pairing.plans.services.tasks import plan_task_done as tick_off

OTHER_PARTS = "这条需求还有其他部分没有办完，都验收后才销号。"


@require_POST
def plan_order_confirm(request: Request, pk: int) -> HttpResponse:
    """Confirm the version that the page showed."""
    order = _own(request, pk)
    version = number(request.POST.get("version", ""))
    if version is None:
        raise DomainError("没有收到要确认的版本号，请刷新页面后再确认。")
    order = orders.plan_order_confirm(order=order, version=version, actor=request.user, now=timezone.now())
    ring("notification_queued")
    if order.state == PlanOrderState.CONFIRMED:
        ring("plan_order_confirmed")
        messages.success(request, "双方都已确认，系统正在安排联办活动，排好后会通知双方。")
    else:
        messages.success(request, f"已确认第 {order.version} 版，正在等对方确认。")
    return redirect(order)


@get_or_post
def plan_order_hand_in(request: Request, pk: int) -> HttpResponse:
    """Ask the branch that raised the demand for acceptance."""
    order = _own(request, pk)
    unrecorded = order.tasks.filter(kind=TaskKind.ACTIVITY, done_on=None)
    needs_words = not order_guards.has_recorded_activity(order)
    return _step(
        request,
        order,
        orders.plan_order_hand_in,
        ResultForm(posted(request), initial={"result": order.result}, is_required=needs_words),
        done=f"已提交，请{order.demand.branch}验收。",
        page={
            "title": "提交验收",
            "submit": "提交验收",
            "tone": "primary",
            "effects": [
                f"通知{order.demand.branch}书记验收并打分。",
                *[f"任务“{task}”还没有活动记录，将记为今天完成。" for task in unrecorded],
            ],
            "blockers": order_guards.plan_order_hand_in_blockers(order, request.user),
        },
    )


@get_or_post
def plan_order_accept(request: Request, pk: int) -> HttpResponse:
    """Accept the work with a satisfaction of 1–5, which closes the demand unless other parts are left."""
    order = _own(request, pk)
    is_last = demand_parts(order.demand).is_last
    return _step(
        request,
        order,
        orders.plan_order_accept,
        AcceptanceForm(posted(request)),
        done="验收通过，需求已销号。谢谢！" if is_last else f"验收通过。{OTHER_PARTS}",
        page={
            "title": "验收销号",
            "submit": "验收通过并销号" if is_last else "验收通过",
            "tone": "primary",
            "effects": [*acceptance_effects(order, is_last=is_last), "满意度和意见会告知对方支部。"],
            "blockers": order_guards.plan_order_accept_blockers(order, request.user),
        },
    )


@get_or_post
def plan_order_return(request: Request, pk: int) -> HttpResponse:
    """Send handed-in work back with a reason."""
    order = _own(request, pk)
    return _step(
        request,
        order,
        orders.plan_order_return,
        SharedReasonForm(posted(request)),
        done="已退回，对方会看到理由。",
        page={
            "title": "退回继续办理",
            "submit": "退回",
            "effects": ["定单和需求回到办理中，办好后可再次提交验收。"],
            "blockers": order_guards.plan_order_accept_blockers(order, request.user),
        },
    )


@get_or_post
def plan_order_cancel(request: Request, pk: int) -> HttpResponse:
    """Give the order up with a reason."""
    order = _own(request, pk)
    return _step(
        request,
        order,
        orders.plan_order_cancel,
        SharedReasonForm(posted(request)),
        done="定单已取消，对方支部会收到理由。",
        event="plan_order_cancelled",
        page={
            "title": "取消定单",
            "submit": "取消定单",
            "effects": [
                "定单作废，不能恢复。",
                "没有其他定单在办时，需求重新待认领；对方支部会收到理由。",
            ],
            "blockers": order_guards.plan_order_cancel_blockers(order, request.user),
        },
    )


@require_POST
def plan_task_done(request: Request, pk: int, task_pk: int) -> HttpResponse:
    """Record that a task of the order is done."""
    order = _own(request, pk)
    task = get_object_or_404(order.tasks, pk=task_pk)
    task = tick_off(task=task, actor=request.user, now=timezone.now())
    messages.success(request, f"已登记完成：{task}")
    return redirect(order)


def acceptance_effects(order: PlanOrder, *, is_last: bool) -> list[str]:
    """What accepting an order does, for the branch itself and for the office that does it for one."""
    return [
        "定单记为已完成，需求销号，之后不能再改。" if is_last else f"定单记为已完成。{OTHER_PARTS}",
        *[f"任务“{task}”还没有登记完成，之后不能再登记。" for task in order.tasks.filter(done_on=None)],
    ]


def _own(request: Request, pk: int) -> PlanOrder:
    return get_object_or_404(plan_order_rows(request.user), pk=pk)


def _step(
    request: Request,
    order: PlanOrder,
    service: Callable[..., PlanOrder],
    form: Form,
    *,
    done: str,
    page: dict[str, Any],
    event: str = "",
) -> HttpResponse:
    """Show the page of one step; on POST give its form to the service and go back to the order."""
    if request.method == "POST" and submit(
        form, service, order=order, actor=request.user, now=timezone.now()
    ):
        ring("notification_queued")
        ring(event)
        messages.success(request, done)
        return redirect(order)
    context = page | {
        "lead": f"{order} · {order.demand}",
        "form": form,
        "cancel_url": order.get_absolute_url(),
    }
    return render(request, "components/confirm_page.html", context, status=422 if form.errors else 200)
