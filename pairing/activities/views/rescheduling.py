"""What an event forces to move: reporting it, looking at the proposals, moving what is chosen."""

from __future__ import annotations

from functools import partial

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from branches.requests import Request
from core.doorbell import ring
from core.forms import attempt
from core.pages import get_or_post, number
from pairing.activities import selectors
from pairing.activities.forms.closures import ClosureForm
from pairing.activities.services import rescheduling

may_enter = permission_required("plans.add_claim", raise_exception=True)


@get_or_post
@may_enter
def activity_reschedule(request: Request) -> HttpResponse:
    """What cannot stay where it is and where it could go; a POST moves what is ticked."""
    now = timezone.now()
    if request.method == "POST":
        chosen = {pk for text in request.POST.getlist("chosen") if (pk := number(text)) is not None}
        moved = rescheduling.activities_reschedule(
            chosen=chosen, seen=request.POST.get("seen", ""), actor=request.user, now=now
        )
        ring("notification_queued")
        messages.success(request, f"{len(moved)} 项活动已改期，只通知了这些活动的参加支部。")
        return redirect("activity_reschedule")
    proposals = rescheduling.reschedule_proposals(selectors.activity_coming(request.user, now=now), now=now)
    context = {
        "proposals": proposals,
        "seen": rescheduling.seal_of(proposals),
        "movable": sum(each.after is not None for each in proposals),
        "closures": selectors.closure_list(request.user, now=now),
    }
    return render(request, "activities/activity_reschedule.html", context)


@get_or_post
@may_enter
def closure_new(request: Request) -> HttpResponse:
    """Report a hall, a person or the own branch as not to be had; leads to what that moves."""
    now = timezone.now()
    form = ClosureForm(request.POST or None, subjects=selectors.subject_own(request.user, now=now))
    if request.method == "POST" and form.is_valid():
        note = partial(rescheduling.closure_note, actor=request.user, now=now, **form.cleaned_data)
        noted = attempt(form, note)
        if noted:
            messages.success(request, f"已登记：{noted.subject} {noted.reason}。请看下面要不要改期。")
            return redirect("activity_reschedule")
    return render(request, "activities/closure_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def closure_remove(request: Request, pk: int) -> HttpResponse:
    """Take a closure back."""
    closure = get_object_or_404(selectors.closure_list(request.user, now=timezone.now()), pk=pk)
    rescheduling.closure_remove(closure=closure, actor=request.user)
    messages.success(request, "已取消这条登记，这段时间又可以安排了。")
    return redirect("activity_reschedule")
