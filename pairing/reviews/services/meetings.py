"""Record that a review was held, and finish what it decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone

from branches.models import Branch, Membership, User
from core import audit
from core.errors import DomainError
from core.notifications import notify
from core.transitions import check_transition
from core.wording import cn_date
from pairing.reviews.enums import REVIEW_TRANSITIONS, HeldBy, ReviewKind, ReviewState
from pairing.reviews.models import ActionItem, Review
from pairing.reviews.services.obligations import held_state


@dataclass(frozen=True)
class Decision:
    """One decision of a meeting, to become an ActionItem. `due_on` is not before the meeting."""

    title: str
    owner: Branch
    due_on: date
    responsible: str = ""


@transaction.atomic
def review_record(
    *,
    reviews: Sequence[Review],
    actor: User,
    now: datetime,
    held_on: date,
    held_by: str,
    minutes: str,
    action_items: Sequence[Decision] = (),
) -> list[Review]:
    """Record one meeting as the holding of one or several reviews, with its minutes and decisions.

    Each decision is kept with the first of the reviews whose pairing has its owner.

    Raises:
        DomainError: when the day lies in the future or before a review's period, when a call or a visit is to
            count as more than 沟通, or when a decision names a branch of no pair or a day before the meeting.
        TransitionError: when a review has been recorded already.
    """
    locked = list(
        Review.objects.filter(pk__in=[review.pk for review in reviews])
        .select_related("series__pairing__branch_a", "series__pairing__branch_b")
        .select_for_update(of=("self",), no_key=True)
        .order_by("pk")
    )
    _check_meeting(locked, timezone.localdate(now), held_on, held_by)
    items = _action_items(locked, action_items, held_on)
    for review in locked:
        own_items = [item for item in items if item.review == review]
        state = held_state(review, held_on)
        check_transition(REVIEW_TRANSITIONS, ReviewState, review.state, state, _name(review))
        with audit.action("review.record", actor=actor, target=review) as entry:
            review.state, review.held_on, review.held_by, review.minutes = state, held_on, held_by, minutes
            review.save(update_fields=["state", "held_on", "held_by", "minutes", "updated_at"])
            ActionItem.objects.bulk_create(own_items)
            entry.summary = f"{cn_date(held_on)}{HeldBy(held_by).label}，{state.label}{_decided(own_items)}"
        _tell_staff(review, actor, now)
    return locked


def _check_meeting(reviews: Sequence[Review], today: date, held_on: date, held_by: str) -> None:
    if not reviews:
        raise DomainError("请至少选择一次要记录的例会。")
    if held_on > today:
        raise DomainError("召开日期不能晚于今天；会议开过以后再来记录。", field="held_on")
    for review in reviews:
        if held_on < review.period_starts_on:
            raise DomainError(
                f"{_name(review)}从{cn_date(review.period_starts_on)}算起，"
                f"{cn_date(held_on)}的会议早于这一期，请核对日期或改选前一期。",
                field="held_on",
            )
        if held_by != HeldBy.MEETING and review.series.kind != ReviewKind.COMMUNICATION:
            raise DomainError(
                f"{HeldBy(held_by).label}只能算作沟通，不能算作{_name(review)}；"
                "请把方式改为“会议”，或只记录沟通。",
                field="held_by",
            )


def _name(review: Review) -> str:
    return f"{review.series.pairing} {review.period_label}{review.series.get_kind_display()}"


def _decided(items: Sequence[ActionItem]) -> str:
    return f"，议定督办事项 {len(items)} 项" if items else ""


def _tell_staff(review: Review, actor: User, now: datetime) -> None:
    """Tell the staff of both branches, except the one who wrote the minutes."""
    today = timezone.localdate(now)
    pairing = review.series.pairing
    seats = Membership.objects.staff_of([pairing.branch_a_id, pairing.branch_b_id], on=today)
    notify(
        [seat.user for seat in seats if seat.user_id != actor.pk],
        key=f"review:{review.pk}:held",
        subject=f"{_name(review)}已记录（{cn_date(review.held_on)}）",
        body=review.minutes[:300],
        url=review.get_absolute_url(),
        now=now,
    )


def _action_items(
    reviews: Sequence[Review], decisions: Sequence[Decision], held_on: date
) -> list[ActionItem]:
    for decision in decisions:
        if decision.due_on < held_on:
            raise DomainError(
                f"督办事项“{decision.title}”的完成时限早于召开日期，请改为{cn_date(held_on)}或以后。"
            )
    return [
        ActionItem(
            review=_review_of(reviews, decision),
            title=decision.title,
            owner=decision.owner,
            responsible=decision.responsible,
            due_on=decision.due_on,
        )
        for decision in decisions
    ]


def _review_of(reviews: Sequence[Review], decision: Decision) -> Review:
    for review in reviews:
        if review.series.pairing.has(decision.owner.pk):
            return review
    raise DomainError(
        f"督办事项“{decision.title}”的负责支部“{decision.owner}”不在这次会议的结对双方之中，请改选。"
    )


@transaction.atomic
def action_item_done(*, item: ActionItem, actor: User, today: date) -> ActionItem:
    """Mark a decision done today; doing so twice keeps the first day."""
    item = ActionItem.objects.select_for_update(of=("self",), no_key=True).get(pk=item.pk)
    if item.done_on is None:
        with audit.action("action_item.done", actor=actor, target=item):
            item.done_on = today
            item.save(update_fields=["done_on", "updated_at"])
    return item
