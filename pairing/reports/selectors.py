"""What the dashboard and the lists behind its numbers read."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from pairing.plans.enums import Line
from pairing.plans.models import Pairing
from pairing.reports.metrics.article import ARTICLE
from pairing.reports.metrics.held import Tallies, source, tallies
from pairing.reports.metrics.measure import Figure, Topic, Window, values
from pairing.reports.metrics.pulse import PULSE
from pairing.reports.tables import TABLES, Table

FIGURES: dict[str, Figure] = ARTICLE.figures | PULSE.figures


@dataclass(frozen=True)
class Reading:
    """One figure with its number over a window."""

    figure: Figure
    value: int | Decimal


def dashboard_numbers(window: Window) -> tuple[dict[str, Reading], list[dict[str, Any]]]:
    """Every figure by key and the trend of the months, one query per table."""
    held = tallies(window)
    numbers = values(FIGURES.values(), window, {source(window): held})
    return {key: Reading(FIGURES[key], number) for key, number in numbers.items()}, month_trend(held)


def reading(figure: Figure, window: Window) -> Reading:
    return Reading(figure, values([figure], window)[figure.key])


def by_topic(found: dict[str, Reading]) -> list[tuple[Topic, list[Reading]]]:
    """The figures of the published report under their headings."""
    topics: dict[Topic, list[Reading]] = {topic: [] for topic in Topic}
    for key in ARTICLE.figures:
        topics[found[key].figure.topic].append(found[key])
    return list(topics.items())


def month_trend(held: Tallies) -> list[dict[str, Any]]:
    """Recorded activities per month, oldest first: month and one count for each line."""
    none = dict.fromkeys(Line.values, 0)
    months: dict[Any, dict[str, Any]] = {}
    for tally in held:
        row = months.setdefault(tally.month, {"month": tally.month, **none})
        row[tally.line] += tally.activity_count
    return [row for row in months.values() if any(row[line] for line in none)]


def active_pairings() -> list[Pairing]:
    return list(Pairing.objects.active().select_related("branch_a", "branch_b"))


def figure_rows(figure: Figure, window: Window) -> tuple[Table, QuerySet[Any]]:
    """The records behind one figure, with how to list them."""
    rows = figure.measure(window).rows()
    table = TABLES[rows.model]
    return table, rows.select_related(*table.related).order_by(*table.order)
