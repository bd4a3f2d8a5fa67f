"""The rhythm pages: what is due, the agenda, the minutes, the decisions."""

from __future__ import annotations

from datetime import date
from functools import partial

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from branches.requests import Request
from core.doorbell import ring
from core.forms import attempt
from core.pages import found, number, page_of
from pairing.reviews.enums import RHYTHM_LABEL, ReviewKind
from pairing.reviews.forms import RecordForms
from pairing.reviews.models import ActionItem, Review
from pairing.reviews.selectors import (
    review_agenda,
    review_current,
    review_held,
    review_matrix,
    review_missed,
    review_pairings,
)
from pairing.reviews.services.meetings import action_item_done as finish
from pairing.reviews.services.meetings import review_record as record


def _tab(request: Request, today: date) -> tuple[str, QuerySet[Review]]:
    """The tab the address asks for and its rows, of one pairing if it names one."""
    tabs = {
        "current": review_current(request.user, today=today),
        "missed": review_missed(request.user, today=today),
        "held": review_held(request.user),
    }
    show = request.GET.get("show", "")
    show = show if show in tabs else "current"
    pairing = number(request.GET.get("pairing", ""))
    return show, tabs[show] if pairing is None else tabs[show].filter(series__pairing=pairing)


@require_safe
def review_list(request: Request) -> HttpResponse:
    """What the current periods owe, what was missed, or what was held; and the matrix of 应开/实开."""
    today = timezone.localdate()
    show, rows = _tab(request, today)
    pairs = page_of(request, review_pairings(request.user).values_list("pk", flat=True), "pairs")
    items = ActionItem.objects.visible_to(request.user).open().select_related("owner", "review")
    context = {
        "page": page_of(request, rows),
        "show": show,
        "is_one_pairing": number(request.GET.get("pairing", "")) is not None,
        "missed_count": review_missed(request.user, today=today).count(),
        "pairs": pairs,
        "matrix": review_matrix(request.user, list(pairs), first=today.replace(month=1, day=1), as_of=today),
        "kinds": ReviewKind.choices,
        "items": page_of(request, items.order_by("due_on", "pk"), "items"),
        "today": today,
    }
    return render(request, "reviews/review_list.html", context)


def _review(request: Request, pk: int, permission: str = "") -> Review:
    visible = Review.objects.visible_to(request.user).select_related(
        "series__pairing__branch_a", "series__pairing__branch_b", "activity"
    )
    return found(visible, pk, request.user, permission)


def _page(request: Request, review: Review, forms: RecordForms | None, status: int = 200) -> HttpResponse:
    today = timezone.localdate()
    pairing = review.series.pairing
    context = {
        "review": review,
        "pairing": pairing,
        "title": f"{review.period_label}{review.series.get_kind_display()}",
        "lead": f"{pairing}，{RHYTHM_LABEL[ReviewKind(review.series.kind)]}。",
        "items": review.action_items.select_related("owner"),
        # The agenda of a pairing that has ended would tell of a former partner.
        "sections": review_agenda(review, today=today) if review.is_owed else [],
        "forms": forms,
        "may_finish": request.user.has_perm("reviews.record_review", review),
        "today": today,
    }
    return render(request, "reviews/review_detail.html", context, status=status)


@require_safe
def review_detail(request: Request, pk: int) -> HttpResponse:
    """The agenda with the minutes form while the review is due, its minutes and decisions afterwards."""
    review = _review(request, pk)
    may_record = review.is_owed and request.user.has_perm("reviews.record_review", review)
    forms = RecordForms(None, review=review, user=request.user) if may_record else None
    return _page(request, review, forms)


@require_POST
def review_record(request: Request, pk: int) -> HttpResponse:
    """Record the meeting; what was typed stays on the page when it is refused."""
    review = _review(request, pk, "reviews.record_review")
    forms = RecordForms(request.POST, review=review, user=request.user)
    if not forms.is_valid():
        return _page(request, review, forms, status=422)
    reviews = [review, *forms.companions]
    write = partial(record, reviews=reviews, actor=request.user, now=timezone.now(), **forms.record)
    if attempt(forms.form, write) is None:
        return _page(request, review, forms, status=409)
    ring("notification_queued")
    messages.success(request, "例会已记录，双方都会收到通知。")
    return redirect("review_detail", pk)


@require_POST
def action_item_done(request: Request, pk: int) -> HttpResponse:
    """Mark a decision done."""
    items = ActionItem.objects.visible_to(request.user).select_related(
        "review__series__pairing__branch_a", "review__series__pairing__branch_b"
    )
    item = found(items, pk, request.user, "reviews.finish_action_item")
    finish(item=item, actor=request.user, today=timezone.localdate())
    messages.success(request, f"督办事项“{item.title}”已办结。")
    return redirect("review_detail", item.review_id)
