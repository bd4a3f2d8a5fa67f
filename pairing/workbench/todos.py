"""我的待办: what waits for one person, gathered from every app, most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone

from branches.models import User
from core.periods import period_of
from pairing.activities.enums import ACTIVITY_AWAITED, ActivityState
from pairing.activities.models import Activity
from pairing.plans.enums import AgreementState, ChangeState, ClaimState, PlanOrderState
from pairing.plans.models import Agreement, ChangeRequest, Claim, PlanOrder
from pairing.reviews.models import ActionItem, Review
from pairing.workbench.tally import Tally

AHEAD_DAYS = 14
TO_DECIDE = [PlanOrderState.DRAFT, PlanOrderState.TO_CONFIRM, PlanOrderState.AWAITING_ACCEPTANCE]


@dataclass(frozen=True)
class Todo:
    """One thing to do: what, for whom, until when, and the word on its button."""

    title: str
    note: str
    url: str
    action: str
    due_on: date | None
    icon: str

    def urgency(self) -> tuple[bool, date]:
        """Sort key: things with a date first, the earliest first."""
        return self.due_on is None, self.due_on or date.max


def todos_of(user: User, tally: Tally, *, now: datetime) -> list[Todo]:
    """Everything that waits for the branches of `user`, most urgent first, with a fixed number of queries."""
    today = timezone.localdate(now)
    branch_ids = user.staff_branch_ids
    if not branch_ids:
        return []
    found = [
        *_claims(branch_ids),
        *_orders(branch_ids, user),
        *_agreements(user.secretary_branch_ids),
        *_activities(branch_ids, now),
        *_reviews(branch_ids, today),
        *_action_items(branch_ids, today),
        *_upkeep(tally, today),
    ]
    return sorted(found, key=Todo.urgency)


def _of_pair(branch_ids: frozenset[int], prefix: str = "") -> Q:
    return Q(**{f"{prefix}branch_a__in": branch_ids}) | Q(**{f"{prefix}branch_b__in": branch_ids})


def _claims(branch_ids: frozenset[int]) -> Iterator[Todo]:
    rows = Claim.objects.pending().filter(awaiting__in=branch_ids)
    for claim in rows.select_related("demand", "resource", "pairing__branch_a", "pairing__branch_b"):
        step = "提出改议" if claim.state == ClaimState.COUNTERED else "提出认领"
        yield Todo(
            f"{claim.offering}{step}：{claim.demand.title}",
            f"用资源“{claim.resource.title}”",
            reverse("claim_detail", args=[claim.pk]),
            "去答复",
            claim.expires_on,
            "envelope-open",
        )


def _orders(branch_ids: frozenset[int], user: User) -> Iterator[Todo]:
    asked = ChangeRequest.objects.filter(plan_order=OuterRef("pk"), state=ChangeState.PROPOSED)
    theirs = Exists(asked.exclude(asked_by__in=branch_ids))
    rows = PlanOrder.objects.filter(_of_pair(branch_ids, "pairing__")).annotate(is_asked_to_change=theirs)
    waiting = rows.filter(Q(state__in=TO_DECIDE) | Q(is_asked_to_change=True))
    for order in waiting.select_related("pairing__branch_a", "pairing__branch_b", "demand"):
        if order.is_asked_to_change:
            yield _order_todo(order, "去答复", "对方申请变更，请同意或不同意")
        elif order.state == PlanOrderState.AWAITING_ACCEPTANCE:
            if order.demand.branch_id in branch_ids:
                yield _order_todo(order, "验收", "活动都已办完，请评价满意度后销号")
        elif not _is_confirmed_for(order, branch_ids):
            yield _order_todo(order, "去确认", "核对任务、时限和责任人")


def _is_confirmed_for(order: PlanOrder, branch_ids: frozenset[int]) -> bool:
    """Whether every side this person stands on has confirmed the order as it is now."""
    a_done = order.is_confirmed_a or order.pairing.branch_a_id not in branch_ids
    b_done = order.is_confirmed_b or order.pairing.branch_b_id not in branch_ids
    return a_done and b_done


def _order_todo(order: PlanOrder, action: str, note: str) -> Todo:
    url = reverse("plan_order_detail", args=[order.pk])
    return Todo(f"定单 {order.number}：{order.demand.title}", note, url, action, order.due_on, "file-check")


def _agreements(branch_ids: frozenset[int]) -> Iterator[Todo]:
    """Agreements that wait for the signature of a branch this person is secretary of."""
    unsigned = Q(pairing__branch_a__in=branch_ids, signed_on_a=None) | Q(
        pairing__branch_b__in=branch_ids, signed_on_b=None
    )
    rows = Agreement.objects.filter(unsigned, state=AgreementState.TO_SIGN)
    for agreement in rows.select_related("pairing__branch_a", "pairing__branch_b"):
        note = f"{agreement.pairing}，双方签后生效"
        url = agreement.get_absolute_url()
        yield Todo(f"共建协议 {agreement}", note, url, "去签订", agreement.starts_on, "pen")


def _activities(branch_ids: frozenset[int], now: datetime) -> Iterator[Todo]:
    rows = Activity.objects.filter(
        _of_pair(branch_ids, "pairing__"), state__in=ACTIVITY_AWAITED, ends_at__lte=now
    )
    for activity in rows.select_related("kind"):
        held_on = timezone.localdate(activity.starts_at)
        url = reverse("activity_record", args=[activity.pk])
        yield Todo(activity.title, "已到时间，请补记到场人数和成效", url, "补记录", held_on, "pencil-square")


def _reviews(branch_ids: frozenset[int], today: date) -> Iterator[Todo]:
    rows = Review.objects.owed(on=today).filter(
        _of_pair(branch_ids, "series__pairing__"), due_on__lte=today + timedelta(days=AHEAD_DAYS)
    )
    for review in rows.select_related("series__pairing__branch_a", "series__pairing__branch_b"):
        pairing = review.series.pairing
        partner = pairing.partner_of(next(iter(branch_ids & {pairing.branch_a_id, pairing.branch_b_id})))
        url = reverse("review_detail", args=[review.pk])
        title = f"与{partner.name}的{review.series.get_kind_display()}（{review.period_label}）"
        yield Todo(title, "议程已备好", url, "去召开", review.due_on, "chat-square-text")


def _action_items(branch_ids: frozenset[int], today: date) -> Iterator[Todo]:
    rows = ActionItem.objects.filter(
        owner__in=branch_ids, done_on=None, due_on__lte=today + timedelta(days=AHEAD_DAYS)
    )
    for item in rows:
        url = reverse("review_detail", args=[item.review_id])
        yield Todo(item.title, "会议议定事项", url, "去办理", item.due_on, "flag")


def _upkeep(tally: Tally, today: date) -> Iterator[Todo]:
    """What keeps the ledgers true: resources to confirm anew, rows without a service item."""
    if tally.stale:
        note = "还能用的点一下确认；三个月没有确认的会退出匹配"
        due = period_of("quarter", today).last_day
        title = f"{tally.stale} 项资源请确认是否还能用"
        yield Todo(title, note, reverse("resource_round"), "去确认", due, "arrow-repeat")
    if tally.bare:
        note = "系统已按文字猜好，核对后一次确认；确认过的匹配更准"
        title = f"{tally.bare} 条资源和需求待确认服务事项"
        yield Todo(title, note, reverse("item_confirm"), "去核对", None, "tags")


def coming_activities(user: User, *, now: datetime) -> list[Activity]:
    """The activities of the next AHEAD_DAYS days that this person can see, earliest first."""
    rows = Activity.objects.visible_to(user).exclude(state=ActivityState.CANCELLED)
    soon = rows.filter(starts_at__gte=now, starts_at__lte=now + timedelta(days=AHEAD_DAYS))
    return list(soon.select_related("kind", "pairing__branch_a", "pairing__branch_b")[:12])
