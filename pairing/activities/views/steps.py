"""What is done to one activity: another time, another person, none any more, or a record put right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from branches.requests import Request
from core.doorbell import ring
from core.errors import StaleVersionError
from core.forms import attempt
from core.pages import get_or_post
from core.wording import cn_datetime
from pairing.activities import selectors
from pairing.activities.enums import ActivityState
from pairing.activities.forms.records import CorrectionForm
from pairing.activities.forms.slots import (
    ActivityCancelForm,
    ActivityLeadForm,
    ActivityMoveForm,
    SeenForm,
    time_in_address,
)
from pairing.activities.models import Activity
from pairing.activities.services import activities, corrections, leading
from pairing.activities.services.judging import asked_about
from pairing.activities.services.orders import UNDER_WAY


@get_or_post
def activity_move(request: Request, pk: int) -> HttpResponse:
    """Give the activity another time, or its first."""
    activity, now = own(request, pk), timezone.now()
    question = asked_about(activity, now=now)
    offers = question.offers()
    initial = time_in_address(request.GET) | {"version": activity.version}
    is_announced = activity.state == ActivityState.ANNOUNCED
    form = ActivityMoveForm(request.POST or None, initial=initial, offers=offers, is_announced=is_announced)
    dragged = form.chosen_before()
    if request.method == "POST" and form.is_valid():
        move = partial(activities.activity_move, activity=activity, actor=request.user, now=now)
        moved = _attempt(form, activity, partial(move, **form.arguments))
        if moved:
            ring("notification_queued")
            messages.success(request, said_of_time(moved))
            return redirect(moved)
    context = {
        "form": form,
        "activity": activity,
        "against": question.against(dragged) if dragged and request.method == "GET" else [],
        "blockers": activities.activity_move_blockers(activity),
    }
    return render(request, "activities/activity_move.html", context, status=422 if form.errors else 200)


@get_or_post
def activity_lead(request: Request, pk: int) -> HttpResponse:
    """Name somebody else to lead."""
    activity = own(request, pk)
    initial = {"person": activity.person, "version": activity.version}
    form = ActivityLeadForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        lead = partial(leading.activity_lead_set, activity=activity, actor=request.user, now=timezone.now())
        if led := _attempt(form, activity, partial(lead, **form.cleaned_data)):
            ring("notification_queued")
            messages.success(request, f"主讲/带队：{led.person or '未定'}。")
            return redirect(led)
    context = {"form": form, **_facts(activity), **_lead_words(activity)}
    return render(request, "components/confirm_page.html", context, status=422 if form.errors else 200)


def _lead_words(activity: Activity) -> dict[str, Any]:
    return {
        "title": f"改派“{activity}”的主讲/带队",
        "effects": ["原来的人让出这个时段，新的人占上。", "参加的支部会收到换人通知。"],
        "submit": "改派",
        "tone": "primary",
        "blockers": leading.activity_lead_blockers(activity),
    }


@get_or_post
def activity_cancel(request: Request, pk: int) -> HttpResponse:
    """Cancel the activity after naming what that does."""
    activity = own(request, pk)
    order = activity.plan_order
    may_again = activity.task_id is not None and order is not None and order.state in UNDER_WAY
    form = ActivityCancelForm(request.POST or None, may_again=may_again)
    if request.method == "POST" and form.is_valid():
        cancel = partial(
            activities.activity_cancel, activity=activity, actor=request.user, now=timezone.now()
        )
        cancelled = attempt(form, partial(cancel, **form.cleaned_data))
        if cancelled:
            ring("notification_queued")
            messages.success(request, f"“{cancelled}”已取消，时段已让出。")
            return redirect(cancelled)
    context = {"form": form, **_facts(activity), **_cancel_words(activity)}
    return render(request, "activities/activity_cancel.html", context, status=422 if form.errors else 200)


def _cancel_words(activity: Activity) -> dict[str, Any]:
    return {
        "title": f"取消“{activity}”",
        "effects": [
            "双方支部、场地和人员的这个时段让出来。",
            "参加的支部会收到取消通知和理由。",
            "取消后不能恢复。",
        ],
        "submit": "取消活动",
        "blockers": activities.activity_cancel_blockers(activity),
    }


def _facts(activity: Activity) -> dict[str, Any]:
    return {
        "rows": [
            ("时间", cn_datetime(activity.starts_at)),
            ("地点", activity.venue),
            ("结对", activity.pairing),
        ],
        "cancel_url": activity.get_absolute_url(),
    }


@get_or_post
def activity_correct(request: Request, pk: int) -> HttpResponse:
    """Put right what the record says wrongly."""
    activity, now = own(request, pk), timezone.now()
    blockers = corrections.activity_correct_blockers(activity, now=now)
    if blockers:
        messages.error(request, blockers[0])
        return redirect(activity)
    form = CorrectionForm(request.POST or None, activity=activity)
    if request.method == "POST" and form.is_valid():
        correct = partial(corrections.activity_correct, activity=activity, actor=request.user, now=now)
        if done := _attempt(form, activity, partial(correct, **form.arguments)):
            ring("notification_queued")
            messages.success(request, "记录已更正，参加的支部会收到通知。")
            return redirect(done)
    context = {"form": form, "activity": activity}
    return render(request, "activities/activity_correct.html", context, status=422 if form.errors else 200)


def _attempt(form: SeenForm, activity: Activity, call: Callable[[], Activity]) -> Activity | None:
    """As `core.forms.attempt`; a stale step says what changed and can be sent once more."""
    try:
        return attempt(form, call)
    except StaleVersionError as stale:
        activity.refresh_from_db(fields=["version"])
        form.seen_now(activity, stale.message)
        return None


def own(request: Request, pk: int) -> Activity:
    """The activity, for staff of its pairing; others may at most read it."""
    activity = get_object_or_404(selectors.activity_detail(request.user), pk=pk)
    if not request.user.has_perm("activities.change_activity", activity):
        raise PermissionDenied
    return activity


def said_of_time(activity: Activity) -> str:
    """What a time that has just been given to an activity means: people were told, or a record is due."""
    when = cn_datetime(activity.starts_at)
    if activity.state == ActivityState.TO_RECORD:
        return f"“{activity}”已在{when}举行，请补记录。"
    return f"“{activity}”已排到{when}，已通知参加的支部。"
