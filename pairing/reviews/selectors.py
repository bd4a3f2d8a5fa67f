"""What the review pages read: the due list, the 应开/实开 matrix, and the agenda of one meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet

from branches.models import User
from core.periods import day_starts
from ledgers.models import Demand, Resource
from pairing.plans.enums import PairingState, PlanOrderState
from pairing.plans.models import Pairing, PlanOrder
from pairing.reviews.enums import ReviewKind, ReviewState
from pairing.reviews.models import ActionItem, Review, ReviewQuerySet

AGENDA_LENGTH = 20  # rows of each kind a meeting can talk through
STALLED_AFTER_DAYS = 10  # without a second confirmation
IDLE_AFTER_DAYS = 90  # without a plan order
COMPANIONS_SINCE = timedelta(days=365)  # how long ago one may have been due that a meeting also counts for


def _visible(user: User) -> ReviewQuerySet:
    return Review.objects.visible_to(user).select_related(
        "series__pairing__branch_a", "series__pairing__branch_b"
    )


def review_current(user: User, *, today: date) -> QuerySet[Review]:
    """The waiting reviews of the periods that run today, the nearest due date first."""
    return (
        review_waiting(user, today=today)
        .filter(due_on__gte=today)
        .order_by("due_on", "series__pairing", "pk")
    )


def review_missed(user: User, *, today: date) -> QuerySet[Review]:
    """The reviews that were due before today, latest first: the latest can best be made up for."""
    return (
        review_waiting(user, today=today)
        .filter(due_on__lt=today)
        .order_by("-due_on", "series__pairing", "pk")
    )


def review_held(user: User) -> QuerySet[Review]:
    """The reviews on record, latest first."""
    return _visible(user).exclude(state=ReviewState.DUE).order_by("-held_on", "-pk")


def review_waiting(user: User, *, today: date) -> QuerySet[Review]:
    """Every review still owed of the periods that have begun, in the order of their due dates."""
    waiting = _visible(user).due().filter(period_starts_on__lte=today)
    return waiting.order_by("due_on", "series__pairing", "pk")


@dataclass(frozen=True)
class Tally:
    """应开 and 实开 of one pairing and kind, and how many of those due are still missing."""

    due: int = 0
    held: int = 0
    missing: int = 0


@dataclass(frozen=True)
class MatrixRow:
    pairing_id: int
    label: str
    tallies: Sequence[Tally]

    @property
    def cells(self) -> list[tuple[str, Tally]]:
        return [(kind.label, tally) for kind, tally in zip(ReviewKind, self.tallies, strict=True)]

    @property
    def missing(self) -> int:
        return sum(tally.missing for tally in self.tallies)

    @property
    def missing_words(self) -> str:
        return f"欠 {self.missing} 次"


def review_pairings(user: User) -> QuerySet[Pairing]:
    """The active pairings that owe or have held reviews, in the order of their beginning."""
    series = Review.objects.visible_to(user).values("series__pairing")
    return Pairing.objects.active().filter(pk__in=series).order_by("starts_on", "pk")


def review_matrix(user: User, pairing_ids: Sequence[int], *, first: date, as_of: date) -> list[MatrixRow]:
    """Count 应开 and 实开 of some active pairings, in the order of ReviewKind.

    Args:
        first: first day of the time counted.
        as_of: last day counted; a review counts as 应开 when due, as 实开 when held, in [first, as_of].
    """
    is_due = Q(due_on__range=(first, as_of))
    is_held = Q(held_on__range=(first, as_of))
    rows = (
        Review.objects.visible_to(user)
        .filter(series__pairing__in=pairing_ids, series__pairing__state=PairingState.ACTIVE)
        .values(
            "series__pairing",
            "series__pairing__branch_a__name",
            "series__pairing__branch_b__name",
            "series__kind",
        )
        .annotate(
            due=Count("pk", filter=is_due),
            held=Count("pk", filter=is_held),
            missing=Count("pk", filter=is_due & (Q(held_on=None) | Q(held_on__gt=as_of))),
        )
        .order_by("series__pairing__starts_on", "series__pairing")
    )
    pairs: dict[tuple[int, str], dict[str, Tally]] = {}
    for row in rows:
        label = f"{row['series__pairing__branch_a__name']}—{row['series__pairing__branch_b__name']}"
        counts = pairs.setdefault((row["series__pairing"], label), {})
        counts[row["series__kind"]] = Tally(row["due"], row["held"], row["missing"])
    return [
        MatrixRow(pk, label, [counts.get(kind, Tally()) for kind in ReviewKind])
        for (pk, label), counts in pairs.items()
    ]


@dataclass(frozen=True)
class AgendaRow:
    """One point of the agenda, and the page (URL name and key) where it can be cleared."""

    text: str
    note: str
    due_on: date | None
    url_name: str
    pk: int


@dataclass(frozen=True)
class AgendaSection:
    title: str
    icon: str
    rows: Sequence[AgendaRow]


def review_agenda(review: Review, *, today: date) -> list[AgendaSection]:
    """What a meeting of the review's pairing should talk about; five queries, empty sections left out."""
    pairing = review.series.pairing
    sections = [
        AgendaSection("未办结的督办事项", "list-check", _open_items(pairing)),
        AgendaSection("逾期的需求", "exclamation-triangle", _overdue_demands(pairing, today)),
        AgendaSection("停滞的定单", "hourglass-split", _stalled_orders(pairing, today)),
        AgendaSection("还没排上日程的活动", "calendar-x", _unscheduled_activities(pairing)),
        AgendaSection("闲置的资源", "box-seam", _idle_resources(pairing, today)),
    ]
    return [section for section in sections if section.rows]


def _open_items(pairing: Pairing) -> list[AgendaRow]:
    items = ActionItem.objects.open().filter(review__series__pairing=pairing).select_related("owner")
    return [
        AgendaRow(item.title, str(item.owner), item.due_on, "review_detail", item.review_id)
        for item in items[:AGENDA_LENGTH]
    ]


def _overdue_demands(pairing: Pairing, today: date) -> list[AgendaRow]:
    demands = (
        Demand.objects.overdue(on=today)
        .filter(branch__in=(pairing.branch_a_id, pairing.branch_b_id))
        .select_related("branch")
        .order_by("deadline_on", "pk")
    )
    return [
        AgendaRow(
            row.title, f"{row.branch} · {row.get_state_display()}", row.deadline_on, "demand_detail", row.pk
        )
        for row in demands[:AGENDA_LENGTH]
    ]


def _stalled_orders(pairing: Pairing, today: date) -> list[AgendaRow]:
    """Orders past their date, and those waiting for a confirmation for STALLED_AFTER_DAYS."""
    unconfirmed = Q(
        state__in=[PlanOrderState.DRAFT, PlanOrderState.TO_CONFIRM],
        updated_at__lt=day_starts(today - timedelta(days=STALLED_AFTER_DAYS - 1)),
    )
    orders = (
        pairing.plan_orders.live()
        .filter(Q(due_on__lt=today) | unconfirmed)
        .select_related("demand")
        .order_by("due_on", "pk")
    )
    return [
        AgendaRow(
            f"{order.number} {order.demand}",
            order.get_state_display(),
            order.due_on,
            "plan_order_detail",
            order.pk,
        )
        for order in orders[:AGENDA_LENGTH]
    ]


def _unscheduled_activities(pairing: Pairing) -> list[AgendaRow]:
    activities = pairing.activities.unscheduled().order_by("pk")
    return [
        AgendaRow(row.title, row.unplaced_reason, None, "activity_detail", row.pk)
        for row in activities[:AGENDA_LENGTH]
    ]


def _idle_resources(pairing: Pairing, today: date) -> list[AgendaRow]:
    """Resources available today that no plan order due in the last IDLE_AFTER_DAYS or later uses."""
    used = PlanOrder.objects.exclude(state=PlanOrderState.CANCELLED).filter(
        due_on__gte=today - timedelta(days=IDLE_AFTER_DAYS), resource__isnull=False
    )
    resources = (
        Resource.objects.published()
        .valid(on=today)
        .filter(branch__in=(pairing.branch_a_id, pairing.branch_b_id))
        .exclude(pk__in=used.values("resource"))
        .select_related("branch")
        .order_by("branch", "serial")
    )
    return [
        AgendaRow(row.title, f"{row.branch} · {row.get_kind_display()}", None, "resource_detail", row.pk)
        for row in resources[:AGENDA_LENGTH]
    ]


def review_companions(review: Review, user: User, *, today: date) -> QuerySet[Review]:
    """The other waiting reviews that the same meeting could hold: of any pairing this person works for.

    Those of the last COMPANIONS_SINCE, the latest first; what was missed before is made up for one by one.
    """
    mine = Q(series__pairing__branch_a__in=user.staff_branch_ids) | Q(
        series__pairing__branch_b__in=user.staff_branch_ids
    )
    waiting = review_waiting(user, today=today).filter(mine, due_on__gt=today - COMPANIONS_SINCE)
    return waiting.exclude(pk=review.pk).order_by("-due_on", "series__pairing", "pk")
