"""The search above every page: a few of each kind, and where the rest is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse

from branches.models import Branch, User
from core.wording import cn_date
from ledgers.models import Demand, Resource
from ledgers.selectors.rows import Sought, holding_all, sought
from pairing.activities.models import Activity
from pairing.plans.models import PlanOrder

SHOWN = 6  # of each kind; one more is fetched to know whether there are more
DETAILS = {
    "demand": "demand_detail",
    "resource": "resource_detail",
    "planorder": "plan_order_detail",
    "activity": "activity_detail",
    "branch": "branch_detail",
}
LISTS = {"demand": "demand_list", "resource": "resource_list"}  # that can be searched by the same words


@dataclass(frozen=True)
class Hit:
    """One row found: its name, a line about it, its address, and the row itself for its state."""

    title: str
    note: str
    url: str
    row: Any


@dataclass(frozen=True)
class Hits:
    """What was found of one kind; `more_url` is the list with the rest, if there is one."""

    label: str
    icon: str
    hits: list[Hit]
    more_url: str = ""


def search_everything(user: User, text: str) -> list[Hits]:
    """What this person may see that holds every word of `text`; kinds without a hit are left out."""
    if not text.strip():
        return []
    return [group for group in _groups(user, text) if group.hits]


def _groups(user: User, text: str) -> Iterator[Hits]:
    words = sought(text)
    demands = holding_all(Demand.objects.visible_to(user), words).select_related("branch")
    yield _group("需求", "clipboard-heart", demands.order_by("-raised_on", "pk"), text, _of_branch)
    resources = holding_all(Resource.objects.visible_to(user), words).select_related("branch")
    yield _group("资源", "box-seam", resources.order_by("title_key", "pk"), text, _of_branch)
    readable, about = PlanOrder.objects.visible_to(user), _about(words)
    orders = readable.filter(about | Q(number__icontains=text.strip()))
    orders = orders.select_related("demand", "pairing__branch_a", "pairing__branch_b")
    yield _group("计划定单", "file-earmark-check", orders.newest_first(), text, _of_order)
    titled = Q(title__icontains=text.strip()) | Q(venue__icontains=text.strip())
    # A guest of an activity must not find it by the words of a demand that it may not read.
    told = Q(plan_order__in=readable.filter(about).order_by().values("pk"))
    activities = Activity.objects.visible_to(user).filter(told | titled)
    yield _group("活动", "people", activities.order_by("-starts_at", "pk"), text, _of_activity)
    branches = Branch.objects.visible_to(user).active().find(text)
    yield _group("党组织", "diagram-3", branches.order_by("name_key"), text, Branch.get_kind_display)


def _about(words: Sought) -> Q:
    """Orders about a demand or a resource that the words find."""
    demands = holding_all(Demand.objects.all(), words).values("pk")
    return Q(demand__in=demands) | Q(resource__in=holding_all(Resource.objects.all(), words).values("pk"))


def _group(label: str, icon: str, rows: QuerySet[Any], text: str, note: Callable[[Any], str]) -> Hits:
    found = list(rows[: SHOWN + 1])
    name = rows.model._meta.model_name
    hits = [Hit(_title(row), note(row), reverse(DETAILS[name], args=[row.pk]), row) for row in found[:SHOWN]]
    is_cut = len(found) > SHOWN and name in LISTS
    return Hits(label, icon, hits, f"{reverse(LISTS[name])}?{urlencode({'q': text})}" if is_cut else "")


def _title(row: Any) -> str:
    return f"{row.number} {row.demand.title}" if isinstance(row, PlanOrder) else str(row)


def _of_branch(row: Any) -> str:
    return str(row.branch.name)


def _of_order(row: PlanOrder) -> str:
    return f"{row.pairing.branch_a} — {row.pairing.branch_b}"


def _of_activity(row: Activity) -> str:
    return f"{cn_date(row.starts_at)} {row.venue}".strip()
