"""The calendar, the ledger of activities, and the pages of one activity."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.audit import entries_of
from core.doorbell import ring
from core.errors import DomainError
from core.forms import attempt
from core.pages import get_or_post, history_page, month_in, page_of
from core.periods import Period, period_of
from pairing.activities import selectors
from pairing.activities.forms.filters import ActivityFilter
from pairing.activities.forms.records import RecordForm, record_initial
from pairing.activities.forms.slots import (
    ActivityForm,
    offered_slots,
    own_pairings,
    time_in_address,
)
from pairing.activities.services import activities, corrections, leading, records
from pairing.activities.views.steps import own, said_of_time

LONGEST_VIEW = timedelta(days=400)
YEARS = range(1900, 2101)  # what a calendar is asked for
may_enter = permission_required("plans.add_claim", raise_exception=True)


@require_safe
def calendar(request: Request) -> HttpResponse:
    """FullCalendar where JavaScript runs; the agenda of one month everywhere."""
    month = _month(request)
    context = {
        "month": month,
        "agenda": page_of(request, selectors.activity_agenda(request.user, month)),
        "unscheduled": page_of(request, selectors.activity_unscheduled(request.user), "unscheduled"),
        "previous": period_of("month", month.starts_on - timedelta(days=1)),
        "following": period_of("month", month.ends_before),
        "shown_on": max(month.starts_on, min(timezone.localdate(), month.last_day)),
    }
    return render(request, "activities/calendar.html", context)


def _month(request: Request) -> Period:
    return month_in(request.GET.get("month", "")) or period_of("month", timezone.localdate())


@require_safe
def calendar_events(request: Request) -> HttpResponse:
    """The entries between ?start= and ?end=, as FullCalendar asks for them."""
    starts_at, ends_at = _instant(request, "start"), _instant(request, "end")
    if not starts_at < ends_at <= starts_at + LONGEST_VIEW:
        raise DomainError("日历一次最多显示 400 天，结束须晚于开始。")
    events = selectors.calendar_events(request.user, starts_at, ends_at)
    return JsonResponse(events, safe=False)


def _instant(request: Request, name: str) -> datetime:
    try:
        value = parse_datetime(request.GET.get(name, ""))
    except ValueError:
        value = None
    if value is None or value.year not in YEARS:
        raise DomainError(f"日历的参数 {name} 不是 {YEARS[0]} 年到 {YEARS[-1]} 年之间的一个时间。")
    return timezone.make_aware(value) if timezone.is_naive(value) else value


@require_safe
def activity_list(request: Request) -> HttpResponse:
    """The ledger of activities with its filters."""
    rows = ActivityFilter(request.GET, selectors.activity_list(request.user), user=request.user)
    context = {
        "filter": rows,
        "page": page_of(request, rows.qs),
        "may_enter": request.user.has_perm("plans.add_claim"),
    }
    return render(request, "activities/activity_list.html", context)


@require_safe
def activity_detail(request: Request, pk: int) -> HttpResponse:
    """One activity: when, where, who, what came of it, and the next step."""
    activity = get_object_or_404(selectors.activity_detail(request.user), pk=pk)
    context = {
        "activity": activity,
        "order": selectors.order_shown(activity, request.user),
        "may_change": request.user.has_perm("activities.change_activity", activity),
        "record_blockers": records.activity_record_blockers(activity, now=timezone.now()),
        "correct_blockers": corrections.activity_correct_blockers(activity, now=timezone.now()),
        "lead_blockers": leading.activity_lead_blockers(activity),
        "move_blockers": activities.activity_move_blockers(activity),
        "cancel_blockers": activities.activity_cancel_blockers(activity),
        "timeline": history_page(request, entries_of(activity), selectors.activity_timeline),
    }
    return render(request, "activities/activity_detail.html", context)


@get_or_post
@may_enter
def activity_new(request: Request) -> HttpResponse:
    """Enter a free-standing activity; the free half-days follow pairing, venue and people."""
    now = timezone.now()
    pairings = own_pairings(request.user)
    typed = request.POST or request.GET
    form = ActivityForm(
        request.POST or None,
        initial=request.GET.dict() | time_in_address(request.GET),
        pairings=pairings,
        offers=offered_slots(typed, pairings, now=now),
    )
    if request.method == "POST" and form.is_valid():
        made = attempt(
            form, partial(activities.activity_create, actor=request.user, now=now, **form.arguments)
        )
        if made:
            ring("notification_queued")
            messages.success(request, said_of_time(made))
            return redirect(made)
    template = "activities/activity_new.html" + ("#slots" if request.htmx else "")
    return render(request, template, {"form": form}, status=422 if form.errors else 200)


@get_or_post
def activity_record(request: Request, pk: int) -> HttpResponse:
    """The whole record on one page, short enough for a phone."""
    activity, now = own(request, pk), timezone.now()
    blockers = records.activity_record_blockers(activity, now=now)
    if blockers:
        messages.error(request, blockers[0])
        return redirect(activity)
    form = RecordForm(request.POST or None, activity=activity, initial=record_initial(activity))
    if request.method == "POST" and form.is_valid():
        record = partial(records.activity_record, activity=activity, actor=request.user, now=now)
        done = attempt(form, partial(record, **form.arguments))
        if done:
            ring("notification_queued")
            messages.success(request, f"“{done}”的记录已归档。")
            return redirect(done)
    context = {"form": form, "activity": activity}
    return render(request, "activities/activity_record.html", context, status=422 if form.errors else 200)
