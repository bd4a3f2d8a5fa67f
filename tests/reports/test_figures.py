"""The six workbooks give every figure the report printed, and each opens exactly the records behind it."""

from __future__ import annotations

import json
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from pairing.reports.metrics.article import ARTICLE
from pairing.reports.metrics.measure import Window, values
from pairing.reports.selectors import FIGURES
from tests.factories.branches import UserFactory
from tests.imports.workbooks import DATA

PRINTED = {
    figure["key"]: figure["expected"]
    for figure in json.loads((DATA / "figures.json").read_text(encoding="utf-8"))["figures"]
}
YEAR = Window(date(2025, 1, 1), date(2025, 11, 28))


def test_all_31_figures_equal_the_report(article_year):
    assert values(ARTICLE.figures.values(), YEAR) == PRINTED
    assert len(PRINTED) == 31


def test_metrics_command_prints_the_same(article_year):
    out = StringIO()
    call_command("metrics", "--from", "2025-01-01", "--to", "2025-11-28", "--json", stdout=out)
    assert json.loads(out.getvalue()) == PRINTED


def test_metrics_command_refuses_a_turned_window():
    with pytest.raises(CommandError, match="swap them"):
        call_command("metrics", "--from", "2025-11-28", "--to", "2025-01-01")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        ("2025-02-30", "2025-02-30 is not a date like 2025-11-28"),
        ("9999-12-31", "9999-12-31 is not between 1901 and 2100"),
    ],
)
def test_metrics_command_refuses_a_day_that_nobody_means(day, words):
    with pytest.raises(CommandError, match=words):
        call_command("metrics", "--to", day)


def test_metrics_command_takes_the_last_day_there_is(db):
    out = StringIO()
    call_command("metrics", "--from", "1901-01-01", "--to", "2100-12-31", "--json", stdout=out)
    assert json.loads(out.getvalue()).keys() == PRINTED.keys()


def test_each_figure_links_to_the_rows_that_make_it(article_year, client):
    client.force_login(UserFactory(office=True))
    query = {"first": YEAR.first.isoformat(), "last": YEAR.last.isoformat()}
    numbers = values(FIGURES.values(), YEAR)
    for key, figure in FIGURES.items():
        context = client.get(reverse("figure_detail", args=[key]), query).context
        measure = figure.measure(YEAR)
        rows = context["page"].paginator.object_list
        summed = measure.field and not measure.distinct_of
        behind = sum(getattr(row, measure.field) or 0 for row in rows) if summed else len(rows)
        assert (key, behind, context["reading"].value) == (key, numbers[key], numbers[key])
        assert context["page"].paginator.count == len(rows)


def test_dashboard_shows_and_links_every_figure(article_year, client):
    client.force_login(UserFactory(office=True))
    query = {"first": YEAR.first.isoformat(), "last": YEAR.last.isoformat()}
    page = client.get(reverse("dashboard"), query).content.decode()
    missing = [key for key in FIGURES if reverse("figure_detail", args=[key]) not in page]
    assert missing == []
