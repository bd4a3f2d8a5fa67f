"""Runs as their pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from branches.models import Branch, User
from core.wording import cn_date
from ledgers.models import Demand
from pairing.matching.conditions import Conditions, Pairs
from pairing.matching.enums import MATCH_RUN_OVER, MatchEditKind, MatchRunState
from pairing.matching.models import Match, MatchRun
from pairing.matching.selectors.run_lines import Line, Said, gaps_of, line_of, said_of, served_lines, unserved
from pairing.matching.weight_words import LABELS

PAGE_SIZE = 60  # a pair's whole list, so that it can be read and ticked at one go


def match_run_rows(user: User) -> QuerySet[MatchRun]:
    """The runs a person may see, with their shards counted and the latest run of a scope that has not failed.

    `shards_failed` parts of a run could not be solved; what the others came to stands.
    """
    useful = MatchRun.objects.exclude(state=MatchRunState.FAILED)
    latest = useful.filter(scope_key=OuterRef("scope_key")).order_by("-pk").values("pk")[:1]
    return (
        MatchRun.objects.visible_to(user)
        .select_related("pairing__branch_a", "pairing__branch_b", "area", "requested_by", "parent")
        .annotate(
            shard_count=Count("shards"),
            shards_over=Count("shards", filter=Q(shards__state__in=MATCH_RUN_OVER)),
            shards_failed=Count("shards", filter=Q(shards__state=MatchRunState.FAILED)),
            latest_pk=Coalesce(Subquery(latest), "pk"),
        )
        .order_by("-pk")
    )


@dataclass(frozen=True)
class RunPage:
    """A solved draft as its page shows it."""

    page: Page[Line]
    gaps: Page[Line]
    acceptable_count: int
    edit_count: int
    facts: list[tuple[str, str]]

    @property
    def can_accept(self) -> bool:
        """Whether anything on this page is left to accept."""
        return any(line.can_accept for line in self.page)


def match_run_page(run: MatchRun, *, number: Any, gap_number: Any = 1, today: date) -> RunPage:
    """Read a solved draft in a constant number of queries.

    Args:
        number, gap_number: the pages of assignments and of demands left open, as the address has them.
    """
    conditions = Conditions.from_json(run.conditions)
    said = said_of(run)
    served = Exists(Match.objects.filter(run=run, demand=OuterRef("pk")))
    demands = Demand.objects.filter(served).order_by("branch__name_key", "serial", "pk")
    shown = _Counted(demands.values("pk"), PAGE_SIZE, run.match_count).get_page(number)
    on_page = Q(demand__in=shown.object_list)
    shown.object_list = served_lines(run, on_page, gaps_of(run, on_page), said, today)
    gaps = _Counted(unserved(run), PAGE_SIZE, run.gap_count).get_page(gap_number)
    gaps.object_list = [line_of([], gap, said, today) for gap in gaps.object_list]
    return RunPage(
        page=shown,
        gaps=gaps,
        acceptable_count=_acceptable_count(run, today),
        edit_count=len(_as_set(said) ^ _solved_with(conditions)),
        facts=_facts(run, conditions),
    )


def _acceptable_count(run: MatchRun, today: date) -> int:
    """How many matches could be claimed at one go: of one demand and resource the first month."""
    rows = run.matches.acceptable(on=today).order_by()
    return rows.values("demand", "resource").distinct().count()


def match_run_line(run: MatchRun, demand_id: int, *, today: date) -> tuple[Line, int]:
    """One demand of a draft, and how many opinions wait for the next solving."""
    said = said_of(run)
    chosen = Q(demand=demand_id)
    gaps = gaps_of(run, chosen)
    lines = served_lines(run, chosen, gaps, said, today)
    [line] = lines or [line_of([], gap, said, today) for gap in gaps.values()]
    return line, len(_as_set(said) ^ _solved_with(Conditions.from_json(run.conditions)))


class _Counted(Paginator):
    """A paginator that was told how many rows there are."""

    def __init__(self, rows: QuerySet[Any], size: int, total: int) -> None:
        super().__init__(rows, size)
        self.count = total


def _as_set(said: Said) -> set[tuple[int, int, str]]:
    return {(demand, resource, str(opinion.kind)) for (demand, resource), opinion in said.items()}


def _solved_with(conditions: Conditions) -> set[tuple[int, int, str]]:
    def of(kind: MatchEditKind, pairs: Pairs) -> set[tuple[int, int, str]]:
        return {(demand, resource, str(kind)) for demand, resource in pairs}

    return of(MatchEditKind.PIN, conditions.pins) | of(MatchEditKind.FORBID, conditions.forbidden)


def _facts(run: MatchRun, conditions: Conditions) -> list[tuple[str, str]]:
    """What a plan was made from, so that an old one can still be explained."""
    spent = sum(run.timings_ms.values()) / 1000
    return [
        ("目标值", f"{run.objective or 0:.4f}"),
        ("理论上界", f"{run.bound or 0:.4f}"),
        ("统计日", cn_date(run.as_of)),
        ("服务目录版本", run.catalogue_version),
        (
            "权重",
            " · ".join(f"{LABELS.get(name, name)} {value:g}" for name, value in run.weights.items()),
        ),
        ("条件", _conditions_in_words(conditions)),
        ("计算用时", f"{spent:.1f} 秒"),
    ]


def _conditions_in_words(conditions: Conditions) -> str:
    caps = (
        (conditions.reciprocity, "双向服务差额不超过"),
        (conditions.give_cap, "每个支部最多提供"),
        (conditions.receive_cap, "每个支部最多接受"),
    )
    words = [f"{label} {count} 次" for count, label in caps if count is not None]
    counts = (
        (conditions.pins, "锁定"),
        (conditions.forbidden, "排除"),
        (conditions.exceptions, "个别支部另定"),
    )
    words += [f"{label} {len(rows)} 处" for rows, label in counts if rows]
    words += [
        f"每个支部{verb}超过 {after} 次后，每多一次扣 {conditions.fair_percent} 分，越多扣得越重"
        for after, verb in ((conditions.give_after, "提供"), (conditions.receive_after, "接受"))
        if after is not None
    ]
    return "；".join(words) or "没有另加条件"


def run_branches(run: MatchRun) -> QuerySet[Branch]:
    """The branches a run is about."""
    branches = Branch.objects.active()
    return branches.filter(pk__in=run.branch_ids) if run.branch_ids else branches
