"""What has happened since a run has read the ledgers: whether its plan can still be what they ask for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand, Resource
from pairing.matching.adapter import promised_visits, within
from pairing.matching.models import Match, MatchGap, MatchRun
from pairing.matching.selectors.weights import weights_current
from pairing.plans.enums import PairingKind, PairingState
from pairing.plans.models import Pairing


@dataclass(frozen=True)
class News:
    """What is not as a run has read it, in rows that concern its scope.

    `short` counts resources with fewer visits left in a month than the plan still wants of them.
    """

    added: int = 0
    gone: int = 0
    changed: int = 0
    resources: int = 0
    pairings: int = 0
    short: int = 0
    is_weighted_anew: bool = False

    def __bool__(self) -> bool:
        return bool(self.sentence)

    @property
    def sentence(self) -> str:
        parts = (
            (self.added, "条新的待认领需求"),
            (self.gone, "条需求不再待认领"),
            (self.changed, "条需求有改动"),
            (self.resources, "项资源有增减或改动"),
            (self.pairings, "个结对新结或结束"),
            (self.short, "项资源剩下的次数不够这份方案用"),
        )
        words = [f"{count} {words}" for count, words in parts if count]
        return "，".join([*words, "匹配权重调整过"] if self.is_weighted_anew else words)


def match_run_news(run: MatchRun, today: date) -> News:
    """Compare what is now with what the run has read; its own accepted matches are no news."""
    if run.started_at is None:
        return News()
    return News(
        **_demands(run),
        resources=_resources(run, today),
        pairings=pairings_since(run).count(),
        short=_short(run, today),
        is_weighted_anew=run.weights != weights_current().as_dict(),
    )


def pairings_since(run: MatchRun) -> QuerySet[Pairing]:
    """The pairings within a run's branches that were made or ended after it had read them."""
    rows = Pairing.objects.filter(kind=PairingKind.TERM)
    if run.branch_ids:
        rows = rows.filter(branch_a__in=run.branch_ids, branch_b__in=run.branch_ids)
    ended = Q(state=PairingState.ENDED, updated_at__gt=run.started_at)
    return rows.filter(ended | Q(state=PairingState.ACTIVE, created_at__gt=run.started_at))


def _demands(run: MatchRun) -> dict[str, Any]:
    """Added, gone and changed demands, apart from those of parts that were never solved."""
    matched = Match.objects.filter(run=run, demand=OuterRef("pk"))
    known = Q(Exists(matched)) | Q(Exists(MatchGap.objects.filter(run=run, demand=OuterRef("pk"))))
    is_open = Q(state=DemandState.OPEN)
    accepted = Q(Exists(matched.filter(claim__isnull=False)))
    rows = within(Demand.objects.exclude(branch__in=run.unsolved_branches()), run.branch_ids)
    return rows.aggregate(
        added=Count("pk", filter=is_open & ~known),
        gone=Count("pk", filter=~is_open & known & ~accepted),
        changed=Count("pk", filter=is_open & known & Q(updated_at__gt=run.started_at)),
    )


def _resources(run: MatchRun, today: date) -> int:
    used = Q(Exists(Match.objects.filter(run=run, resource=OuterRef("pk"))))
    touched = Q(updated_at__gt=run.started_at) & (Q(state=ResourceState.PUBLISHED) | used)
    rows = within(Resource.objects.all(), run.branch_ids)
    return rows.filter(touched | (used & Q(valid_to__lt=today))).count()


def _short(run: MatchRun, today: date) -> int:
    """How many resources have promised elsewhere what the plan counts on, this month or later."""
    first = today.replace(day=1)
    planned = (
        run.matches.unclaimed()
        .filter(demand__state=DemandState.OPEN, month__gte=first, resource__capacity_per_month__isnull=False)
        .order_by()
        .values_list("resource", "month", "resource__capacity_per_month")
        .annotate(visits=Sum("visit_count"))
    )
    wanted = list(planned)
    used = promised_visits({resource for resource, *_ in wanted}) if wanted else {}
    return len({pk for pk, month, most, visits in wanted if visits + used.get((pk, month), 0) > most})
