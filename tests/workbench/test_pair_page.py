"""The page of a pairing: each part shows what it promises in twelve queries, and its buttons fit the seat."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.wording import cn_date
from pairing.workbench.pair_page import BRIEF, TABS, pair_sides
from tests.factories.activities import ActivityFactory
from tests.factories.agreements import AgreementClauseFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import AgreementFactory, ClaimFactory, OnBehalfFactory, PlanOrderFactory
from tests.factories.reviews import ActionItemFactory, ReviewFactory, ReviewSeriesFactory

pytestmark = pytest.mark.django_db
QUERIES = {"overview": 11, "ledgers": 6, "orders": 6, "activities": 7, "archive": 8}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def agreement():
    return AgreementFactory(pairing__branch_a=BranchFactory(name="甲支部"))


def busy(agreement, nth):
    """One more of everything that any part of the page lists."""
    pair = agreement.pairing
    ClaimFactory(pairing=pair)
    late = PlanOrderFactory(pairing=pair, in_progress=True, due_on=timezone.localdate() - timedelta(days=nth))
    OnBehalfFactory(order=late)
    ResourceFactory(branch=pair.branch_a)
    DemandFactory(branch=pair.branch_b)
    ActivityFactory(pairing=pair, archived=True)
    AgreementClauseFactory(agreement=agreement, counting="activity")
    series = pair.review_series.first() or ReviewSeriesFactory(pairing=pair)
    day = timezone.localdate() - timedelta(days=40 * nth)
    held = ReviewFactory(
        series=series, due_on=day, state="held", held_on=day, held_by="meeting", minutes="商定三件事"
    )
    ActionItemFactory(review=held)


def page_of(client, agreement, tab, seat=None):
    client.force_login(seat or UserFactory(secretary_of=agreement.pairing.branch_a))
    return client.get(agreement.pairing.get_absolute_url(), {"tab": tab})


@pytest.mark.parametrize("tab", TABS)
def test_every_part_asks_the_same_queries_at_one_and_three_rows(
    client, agreement, tab, django_assert_num_queries
):
    seat = UserFactory(secretary_of=agreement.pairing.branch_a)
    busy(agreement, 1)
    client.force_login(seat)
    url = f"{agreement.pairing.get_absolute_url()}?tab={tab}"
    client.get(url)  # what a process asks once
    with django_assert_num_queries(QUERIES[tab]):
        assert client.get(url).context["tab"] == tab
    busy(agreement, 2)
    busy(agreement, 3)
    with django_assert_num_queries(QUERIES[tab]):
        assert client.get(url).status_code == 200


def test_every_part_shows_its_rows(client, agreement):
    busy(agreement, 1)
    found = {tab: page_of(client, agreement, tab).context for tab in [*TABS, "nonsense"]}
    assert found["nonsense"]["tab"] == "overview"
    overview = found["overview"]
    assert (overview["light"].colour, len(overview["claims"])) == ("yellow", 1)
    assert [(label, len(rows)) for label, rows in overview["lines"]] == [("活动联办", 1)]
    assert overview["lines"][0][1][0].current.count == 1
    assert [len(side["demands"]) + len(side["resources"]) for side in found["ledgers"]["ledgers"]] == [3, 1]
    assert (found["orders"]["order_count"], len(found["activities"]["items"])) == (1, 1)
    assert [len(found["activities"][name]) for name in ("activities", "reviews")] == [1, 1]
    assert [len(found["archive"][name]) for name in ("agreements", "minutes", "on_behalf")] == [1, 1, 1]


def test_overview_names_both_sides_their_liaisons_the_term_the_aims_and_the_reasons_of_the_light(
    client, agreement
):
    busy(agreement, 1)
    pair = agreement.pairing
    pair.liaison_a, pair.liaison_b, pair.aims = "周同志", "刘同志", "送法进社区"
    pair.save()
    page = page_of(client, agreement, "overview")
    words = [
        str(pair.branch_b),
        "周同志",
        "刘同志",
        "送法进社区",
        cn_date(pair.starts_on),
        cn_date(pair.ends_on),
    ]
    words += page.context["light"].reasons
    text = page.content.decode()
    assert [word for word in words if word not in text] == []
    assert page.context["light"].reasons


def test_buttons_fit_the_seat(client, agreement):
    pair = agreement.pairing
    seats = {
        "secretary": UserFactory(secretary_of=pair.branch_a),
        "office": UserFactory(office=True),
        "admin": UserFactory(admin=True),
        "auditor": UserFactory(auditor=True),
    }
    links = {
        "renew": reverse("agreement_new", args=[pair.pk]),
        "edit": reverse("pairing_edit", args=[pair.pk]),
        "end": reverse("pairing_end", args=[pair.pk]),
    }
    shown = {}
    for name, seat in seats.items():
        page = page_of(client, agreement, "overview", seat).content.decode()
        shown[name] = {link for link, url in links.items() if f'href="{url}"' in page}
    assert shown == {
        "secretary": {"renew"},
        "office": {"renew"},
        "admin": {"renew", "edit", "end"},
        "auditor": set(),
    }


def test_former_partners_see_nothing_of_each_others_ledgers(client, agreement):
    pair = agreement.pairing
    rows = DemandFactory(branch=pair.branch_b), ResourceFactory(branch=pair.branch_b)
    shown = page_of(client, agreement, "ledgers").content.decode()
    assert all(str(row) in shown for row in rows)
    pair.state, pair.ends_on = "ended", timezone.localdate()
    pair.save()
    page = page_of(client, agreement, "ledgers")
    assert (page.context["tab"], "ledgers" in dict(page.context["tabs"])) == ("overview", False)
    assert not any(str(row) in page.content.decode() for row in rows)


def test_resources_that_have_lapsed_are_not_called_usable(client, agreement):
    today = timezone.localdate()
    usable = ResourceFactory(branch=agreement.pairing.branch_b, valid_to=today)
    ResourceFactory(branch=agreement.pairing.branch_b, valid_to=today - timedelta(days=1))
    [_, theirs] = page_of(client, agreement, "ledgers").context["ledgers"]
    assert theirs["resources"] == [usable]


def test_minutes_beyond_the_newest_are_one_click_away(client, agreement):
    series = ReviewSeriesFactory(pairing=agreement.pairing)
    for nth in range(2 * BRIEF + 1):
        day = timezone.localdate() - timedelta(days=40 * nth)
        told = {"state": "held", "held_on": day, "held_by": "meeting", "minutes": "商定三件事"}
        ReviewFactory(series=series, due_on=day, **told)
    page = page_of(client, agreement, "archive")
    assert len(page.context["minutes"]) == 2 * BRIEF
    assert f'href="{page.context["minutes_url"]}"'.replace("&", "&amp;") in page.content.decode()
    assert client.get(page.context["minutes_url"]).context["page"].paginator.count == 2 * BRIEF + 1


def test_orders_stand_newest_first_from_the_thousandth_of_a_year_on(client, agreement):
    for number in ("DD2026-999", "DD2026-1000", "DD2026-998"):
        PlanOrderFactory(pairing=agreement.pairing, number=number)
    orders = page_of(client, agreement, "orders").context["orders"]
    assert [order.number for order in orders] == ["DD2026-1000", "DD2026-999", "DD2026-998"]


def test_telephone_numbers_are_masked_for_auditors_and_former_partners(agreement):
    pair = agreement.pairing
    pair.branch_a.phone = pair.branch_b.phone = "13812345678"
    secretary, auditor = UserFactory(secretary_of=pair.branch_a), UserFactory(auditor=True)
    full, hidden = "13812345678", "138****5678"
    assert [side.phone for side in pair_sides(pair, secretary)] == [full, full]
    assert [side.phone for side in pair_sides(pair, auditor)] == [hidden, hidden]
    pair.state = "ended"
    assert [side.phone for side in pair_sides(pair, secretary)] == [full, hidden]
