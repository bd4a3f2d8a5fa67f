"""The page of one pairing, in five parts that each have an address; at most seven queries a part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch, User
from core.masking import masked
from ledgers.enums import DemandState
from ledgers.models import Demand, Resource
from pairing.agreements.selectors.agreements import by_line
from pairing.agreements.selectors.progress import agreement_progress, agreement_running
from pairing.plans.models import Pairing
from pairing.reports.lights import pairing_lights
from pairing.reviews.enums import ReviewState
from pairing.reviews.models import ActionItem, Review

TABS = {
    "overview": "概览",
    "ledgers": "两份清单",
    "orders": "认领和定单",
    "activities": "活动和例会",
    "archive": "协议和档案",
}
BRIEF = 10  # rows of each list; the rest is behind its 查看全部


@dataclass(frozen=True)
class Side:
    """One party: 甲方 or 乙方, its branch, liaison and telephone as the reader may see it."""

    party: str
    branch: Branch
    liaison: str
    phone: str


def pair_tabs(pairing: Pairing) -> dict[str, str]:
    """The parts of the page; a 县内支援, and a pairing that has ended, open neither ledger."""
    opens_ledgers = pairing.is_active and not pairing.is_support
    return {key: label for key, label in TABS.items() if key != "ledgers" or opens_ledgers}


def pair_sides(pairing: Pairing, user: User) -> list[Side]:
    """Both parties with the telephone numbers this person may read, as `branches.contacts` has the rule."""
    rows = (
        ("甲方", pairing.branch_a, pairing.liaison_a),
        ("乙方", pairing.branch_b, pairing.liaison_b),
    )
    return [
        Side(party, branch, liaison or branch.liaison_name, _phone(pairing, branch, user))
        for party, branch, liaison in rows
    ]


def _phone(pairing: Pairing, branch: Branch, user: User) -> str:
    """The number, masked for an auditor and, once the pairing has ended, for the former partner."""
    is_partner = pairing.is_active and any(pairing.has(pk) for pk in user.branch_ids)
    if user.is_office or user.is_admin or is_partner or branch.pk in user.branch_ids:
        return branch.phone
    return masked(branch.phone)


def pair_tab(tab: str, pairing: Pairing, user: User, *, today: date) -> dict[str, Any]:
    """What one part of the page shows."""
    return READERS[tab](pairing, user, today)


def _overview(pairing: Pairing, user: User, today: date) -> dict[str, Any]:
    """Light with reasons, clauses with progress, and claims that wait for an answer."""
    (light,) = pairing_lights([pairing], today=today)
    agreements = list(pairing.agreements.all())
    running = agreement_running(agreements, on=today)
    latest = next((row for row in agreements if row.is_open), None)
    claims = pairing.claims.pending().select_related("demand", "resource", "proposed_by", "awaiting")
    return {
        "sides": pair_sides(pairing, user),
        "light": light if pairing.is_active and not pairing.is_support else None,
        "agreement": running,
        "standing": running.standing(today) if running else None,
        "open_agreement": latest,
        "lines": by_line(agreement_progress(running, on=today)) if running else [],
        "claims": list(claims),
    }


def _ledgers(pairing: Pairing, _user: User, today: date) -> dict[str, Any]:
    """Both sides' open demands and the resources that are to be had."""
    both = (pairing.branch_a_id, pairing.branch_b_id)
    demands = list(
        Demand.objects.filter(branch__in=both, state=DemandState.OPEN)
        .select_related("aspect")
        .order_by("-urgency", "deadline_on", "pk")
    )
    usable = Resource.objects.published().valid(on=today).filter(branch__in=both)
    resources = list(usable.order_by("kind", "serial", "pk"))
    return {
        "ledgers": [
            {
                "branch": branch,
                "demands": [row for row in demands if row.branch_id == branch.pk],
                "resources": [row for row in resources if row.branch_id == branch.pk],
            }
            for branch in (pairing.branch_a, pairing.branch_b)
        ]
    }


def _orders(pairing: Pairing, _user: User, _today: date) -> dict[str, Any]:
    """Claims that wait, then orders, those under way first."""
    orders = list(pairing.plan_orders.with_office_steps().select_related("demand").newest_first())
    orders.sort(key=lambda order: not order.is_live)
    claims = pairing.claims.pending().select_related("demand", "resource", "proposed_by", "awaiting")
    return {
        "claims": list(claims),
        "orders": orders[: 2 * BRIEF],
        "order_count": len(orders),
        "orders_url": f"{reverse('plan_order_list')}?pairing={pairing.pk}",
    }


def _activities(pairing: Pairing, _user: User, today: date) -> dict[str, Any]:
    """What is coming and what has been: activities, reviews, and decisions that are not done."""
    activities = pairing.activities.select_related("kind").order_by(
        F("starts_at").desc(nulls_first=True), "-pk"
    )
    reviews = Review.objects.filter(series__pairing=pairing).select_related(
        "series__pairing__branch_a", "series__pairing__branch_b"
    )
    waiting = reviews.due().filter(period_starts_on__lte=today) | reviews.exclude(state=ReviewState.DUE)
    items = ActionItem.objects.open().filter(review__series__pairing=pairing).select_related("owner")
    return {
        "activities": list(activities[: 2 * BRIEF]),
        "activities_url": f"{reverse('activity_list')}?pairing={pairing.pk}",
        "reviews": list(waiting.order_by("-due_on", "-pk")[:BRIEF]),
        "reviews_url": f"{reverse('review_list')}?pairing={pairing.pk}",
        "items": list(items.order_by("due_on", "pk")),
        "today": today,
    }


def _archive(pairing: Pairing, _user: User, today: date) -> dict[str, Any]:
    """Every agreement, the minutes on record, and steps taken by the office."""
    minutes = Review.objects.filter(~Q(minutes=""), series__pairing=pairing).select_related(
        "series__pairing__branch_a", "series__pairing__branch_b"
    )
    agreements = pairing.agreements.select_related("renews").annotate(file_count=Count("files"))
    return {
        "agreements": [(row, row.standing(today)) for row in agreements],
        "minutes": list(minutes.order_by("-held_on", "-pk")[: 2 * BRIEF]),
        "minutes_url": f"{reverse('review_list')}?show=held&pairing={pairing.pk}",
        "on_behalf": list(pairing.on_behalf.select_related("branch", "actor")),
        "records_url": f"{reverse('activity_list')}?pairing={pairing.pk}&state=archived",
    }


READERS = {
    "overview": _overview,
    "ledgers": _ledgers,
    "orders": _orders,
    "activities": _activities,
    "archive": _archive,
}


def is_past_term(pairing: Pairing) -> bool:
    """Whether a running pairing has outlived its last day and waits for renewal or its end."""
    return bool(pairing.is_active and pairing.ends_on and pairing.ends_on < timezone.localdate())
