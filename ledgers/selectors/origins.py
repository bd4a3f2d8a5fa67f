"""来历 of a demand: what it came out of, and what took it over."""

from __future__ import annotations

from django.db.models import Q

from branches.models import User
from ledgers.models import Demand, DemandOrigin


def demand_links(demand: Demand, user: User) -> dict[str, list[DemandOrigin]]:
    """The links of one demand to those the person may read: `origins` and `successors`, oldest first."""
    visible = Demand.objects.visible_to(user).values("pk")
    links = DemandOrigin.objects.filter(
        Q(demand=demand, origin__in=visible) | Q(origin=demand, demand__in=visible)
    ).select_related("demand", "origin", "made_by")
    return {
        "origins": [link for link in links if link.demand_id == demand.pk],
        "successors": [link for link in links if link.origin_id == demand.pk],
    }
