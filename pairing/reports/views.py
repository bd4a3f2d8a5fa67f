"""The county's dashboard, and the records behind each of its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from branches.requests import Request
from core.pages import page_of
from pairing.plans.enums import Line
from pairing.reports.forms import WindowForm, presets
from pairing.reports.lights import pairing_lights
from pairing.reports.metrics.measure import Window
from pairing.reports.metrics.pulse import FUNNEL, LINES
from pairing.reports.selectors import (
    FIGURES,
    active_pairings,
    by_topic,
    dashboard_numbers,
    figure_rows,
    reading,
)
from pairing.reviews.enums import RHYTHM_LABEL
from pairing.reviews.selectors import review_matrix

HEADLINES = ("problems_solved", "demands", "pairings_signed", "volunteer_services", "volunteer_people")
APART = ("demands_closed_directly", "problems_solved_outside")  # closed without an order, or never a demand
LATE = ("demands_overdue", "plan_orders_overdue")
view_dashboard = permission_required("branches.view_dashboard", raise_exception=True)


def window_query(window: Window) -> str:
    return urlencode({"first": window.first.isoformat(), "last": window.last.isoformat()})


@require_safe
@view_dashboard
def dashboard(request: Request) -> HttpResponse:
    form = WindowForm(request.GET, today=timezone.localdate())
    found, months = dashboard_numbers(form.window)
    context = {
        "form": form,
        "window": form.window,
        "query": window_query(form.window),
        "headlines": [found[key] for key in HEADLINES],
        "late": [found[key] for key in LATE],
        "presets": [(label, window_query(window)) for label, window in presets(timezone.localdate())],
        "apart": [found[key] for key in APART],
        "funnel": [found[key] for key in ("demands", *FUNNEL)],
        "lines": [found[key] for key in LINES],
        "topics": by_topic(found),
        "trend": trend_chart(months),
    }
    return render(request, "reports/dashboard.html", context)


@require_safe
@view_dashboard
def dashboard_pairings(request: Request) -> HttpResponse:
    """Lights and the 应开/实开 matrix; a fragment of the dashboard and a page of its own."""
    today = timezone.localdate()
    window = WindowForm(request.GET, today=today).window
    page = page_of(request, pairing_lights(active_pairings(), today=today))
    shown = [light.pairing.pk for light in page]
    matrix = review_matrix(request.user, shown, first=window.first, as_of=window.last)
    counts = {row.pairing_id: row.cells for row in matrix}
    context = {
        "page": page,
        "rows": [(light, counts.get(light.pairing.pk, [])) for light in page],
        "rhythms": RHYTHM_LABEL.values(),
        "query": window_query(window),
    }
    template = "reports/dashboard_pairings.html" + ("#matrix" if request.htmx else "")
    return render(request, template, context)


@require_safe
@view_dashboard
def figure_detail(request: Request, key: str) -> HttpResponse:
    if key not in FIGURES:
        raise Http404
    window = WindowForm(request.GET, today=timezone.localdate()).window
    figure = FIGURES[key]
    table, rows = figure_rows(figure, window)
    page = Paginator(rows, 50).get_page(request.GET.get("page"))
    context = {
        "reading": reading(figure, window),
        "window": window,
        "page": page,
        "columns": table.columns,
        "rows": [
            (table.path(row) if table.path else "", [(column, column.text(row)) for column in table.columns])
            for row in page
        ],
        "back_url": f"{reverse('dashboard')}?{window_query(window)}",
    }
    return render(request, "reports/figure_detail.html", context)


def trend_chart(months: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The month trend as a stacked bar chart and the same numbers as a table."""
    labels = [f"{row['month']:%Y-%m}" for row in months]
    series = [
        {"name": line.label, "type": "bar", "stack": "all", "data": [row[line.value] for row in months]}
        for line in Line
    ]
    option = {
        "xAxis": {"type": "category", "data": labels},
        "yAxis": {"type": "value", "minInterval": 1},
        "legend": {"top": 0},
        "grid": {"top": 40},
        "series": series,
    }
    head = ["月份", *(line.label for line in Line)]
    body = [[label, *(row[line.value] for line in Line)] for label, row in zip(labels, months, strict=True)]
    return {"option": option, "table": {"head": head, "rows": body}}
