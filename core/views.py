"""The inbox, the audit trail, what did not arrive, and the two health checks."""

from __future__ import annotations

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required, permission_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import services
from core.doorbell import ring
from core.filters import AuditFilter
from core.models import Notification
from core.pages import page_of
from core.selectors import audit_entries, delivery_troubles, health, notification_inbox

may_audit = permission_required("branches.view_audit", raise_exception=True)
may_settle = permission_required("branches.import_ledgers", raise_exception=True)


@require_safe
def notification_list(request: HttpRequest) -> HttpResponse:
    """What this person was told, unread first to hand."""
    only_unread = request.GET.get("show") == "unread"
    rows = notification_inbox(request.user, only_unread=only_unread)
    watches = rules.has_perm("branches.view_audit", request.user)  # without the queries of has_perm
    context = {
        "page": page_of(request, rows),
        "only_unread": only_unread,
        "health": health(now=timezone.now()) if watches else None,
    }
    return render(request, "core/notification_list.html", context)


@require_POST
def notification_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one message read and go to the page it is about."""
    notification = get_object_or_404(notification_inbox(request.user), pk=pk)
    services.notification_read(notification=notification, now=timezone.now())
    is_ours = url_has_allowed_host_and_scheme(notification.url, allowed_hosts=None)
    return redirect(notification.url if is_ours else "notification_list")


@require_POST
def notification_read_all(request: HttpRequest) -> HttpResponse:
    """Mark the whole inbox read."""
    count = services.notifications_read_all(user=request.user, now=timezone.now())
    messages.success(request, f"已把 {count} 条通知标为已读。")
    return redirect("notification_list")


@require_safe
@may_settle
def delivery_list(request: HttpRequest) -> HttpResponse:
    """Mails that failed or whose fate is unknown, for a person to settle."""
    context = {"page": page_of(request, delivery_troubles())}
    return render(request, "core/delivery_list.html", context)


@require_POST
@may_settle
def delivery_resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a troubled mail once more."""
    notification = get_object_or_404(Notification, pk=pk)
    services.notification_resend(notification=notification, actor=request.user, now=timezone.now())
    ring("notification_queued")
    messages.success(request, "已重新放入发件箱。")
    return redirect("delivery_list")


@require_POST
@may_settle
def delivery_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Note that a troubled mail has been dealt with."""
    notification = get_object_or_404(Notification, pk=pk)
    services.notification_settle(notification=notification, actor=request.user, now=timezone.now())
    messages.success(request, "已记为送达。")
    return redirect("delivery_list")


@require_safe
@may_audit
def audit_list(request: HttpRequest) -> HttpResponse:
    """Who did what, when and why."""
    found = AuditFilter(request.GET, queryset=audit_entries())
    page = page_of(request, found.qs)
    return render(request, "core/audit_list.html", {"filter": found, "page": page})


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> JsonResponse:
    """Say that this process answers; looks at nothing else."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether the database answers and reminders flow; 503 with the reasons when not."""
    try:
        state = health(now=timezone.now())
    except OperationalError:
        return JsonResponse({"ok": False, "problems": ["数据库没有应答。"]}, status=503)
    body = {
        "ok": not state.problems,
        "problems": state.problems,
        "oldest_due_at": state.oldest_due_at,
        "tick_at": state.tick_at,
        "failed": state.failed_count,
        "uncertain": state.uncertain_count,
    }
    return JsonResponse(body, status=503 if state.problems else 200)
