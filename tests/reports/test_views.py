"""The dashboard opens for the county only, asks few questions of the database, and keeps its window."""

from datetime import date

import pytest
from django.urls import reverse

from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory
from tests.factories.plans import PairingFactory

pytestmark = pytest.mark.django_db
PAGES = [("dashboard", []), ("dashboard_pairings", []), ("figure_detail", ["demands"])]
QUERIES = {"dashboard": 10, "dashboard_pairings": 8, "figure_detail": 6}


@pytest.fixture
def office(client):
    client.force_login(UserFactory(office=True))
    return client


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_page_opens_for_the_office(office, name, args):
    assert office.get(reverse(name, args=args)).status_code == 200


@pytest.mark.parametrize(("name", "args"), PAGES)
def test_page_is_refused_to_a_secretary(client, name, args):
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    assert client.get(reverse(name, args=args)).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize(("name", "args"), PAGES)
def test_query_count_is_the_same_for_more_rows(office, rows, name, args, django_assert_num_queries):
    for _ in range(rows):
        DemandFactory(branch=PairingFactory().branch_a)
    with django_assert_num_queries(QUERIES[name]):
        office.get(reverse(name, args=args))


def test_unknown_figure_is_not_found(office):
    assert office.get(reverse("figure_detail", args=["nothing"])).status_code == 404


@pytest.mark.parametrize("query", [{"first": "2026-02-30"}, {"first": "2026-03-02", "last": "2026-03-01"}])
def test_bad_window_is_said_and_the_last_year_shown(office, query):
    response = office.get(reverse("dashboard"), query)
    assert response.status_code == 200
    assert [*response.context["form"].errors] != []
    assert (response.context["window"].last - response.context["window"].first).days in {364, 365}


def test_figure_page_keeps_the_window(office):
    DemandFactory(raised_on=date(2026, 1, 5), deadline_on=None)
    DemandFactory(raised_on=date(2026, 2, 5), deadline_on=None)
    page = office.get(
        reverse("figure_detail", args=["demands"]), {"first": "2026-02-01", "last": "2026-02-28"}
    )
    assert (page.context["reading"].value, page.context["page"].paginator.count) == (1, 1)
    assert page.context["back_url"] == "/dashboard/?first=2026-02-01&last=2026-02-28"


def test_empty_county_has_a_dashboard(office):
    response = office.get(reverse("dashboard"))
    assert {item.value for item in response.context["funnel"]} == {0}
