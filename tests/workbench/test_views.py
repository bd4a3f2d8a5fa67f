"""A person lands on what waits for their branch, most urgent first, and sees nobody else's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains, assertNotContains

from pairing.plans.enums import ClaimState, PlanOrderState
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ServiceItemFactory
from tests.factories.plans import (
    AgreementFactory,
    ChangeRequestFactory,
    ClaimFactory,
    PairingFactory,
    PlanOrderFactory,
)
from tests.factories.reviews import ActionItemFactory, ReviewFactory, ReviewSeriesFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def pairing():
    return PairingFactory()


@pytest.fixture
def secretary(client, pairing):
    client.force_login(UserFactory(secretary_of=pairing.branch_b))
    return client


def actions(client) -> list[str]:
    """The buttons of what waits, but for naming the service items of the rows that the factories made."""
    todos = client.get(reverse("workbench")).context["todos"]
    return [todo.action for todo in todos if todo.action != "去核对"]


def fill(pairing):
    """One of everything that can wait for 乙方."""
    ClaimFactory(pairing=pairing, awaiting=pairing.branch_b)
    PlanOrderFactory(pairing=pairing)
    ActivityFactory(pairing=pairing, to_record=True)
    today = timezone.localdate()
    series = ReviewSeriesFactory(pairing=pairing)
    review = ReviewFactory(series=series, due_on=today + timedelta(days=5))
    ActionItemFactory(review=review, owner=pairing.branch_b, due_on=today + timedelta(days=1))


def test_counter_proposal_is_told_to_be_the_other_sides(secretary, pairing):
    claim = ClaimFactory(pairing=pairing, proposed_by=pairing.branch_b, state=ClaimState.COUNTERED)
    todo = secretary.get(reverse("workbench")).context["todos"][0]
    assert todo.title == f"{pairing.branch_a.name}提出改议：{claim.demand.title}"


def test_everything_that_waits_is_listed_by_date(secretary, pairing):
    fill(pairing)
    todos = secretary.get(reverse("workbench")).context["todos"]
    assert {todo.action for todo in todos} == {"去答复", "去确认", "补记录", "去召开", "去办理"}
    assert [todo.due_on for todo in todos] == sorted(todo.due_on for todo in todos)


def test_stranger_sees_none_of_it(client, pairing):
    fill(pairing)
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    assert actions(client) == []


def test_other_side_is_not_asked_to_answer_its_own_claim(client, pairing):
    ClaimFactory(pairing=pairing, awaiting=pairing.branch_b)
    client.force_login(UserFactory(secretary_of=pairing.branch_a))
    assert actions(client) == []


def test_order_confirmed_by_us_waits_for_them(secretary, pairing):
    PlanOrderFactory(pairing=pairing, state=PlanOrderState.TO_CONFIRM, confirmed_version_b=1)
    assert actions(secretary) == []


def test_agreement_waits_for_the_secretary_who_has_not_signed(client, secretary, pairing):
    agreement = AgreementFactory(pairing=pairing, to_sign=True, signed_on_a=timezone.localdate())
    assert actions(secretary) == ["去签订"]
    client.force_login(UserFactory(liaison_of=pairing.branch_b))
    assert actions(client) == []
    client.force_login(UserFactory(secretary_of=agreement.pairing.branch_a))
    assert actions(client) == []


def test_handed_in_order_waits_for_the_branch_that_asked(client, secretary, pairing):
    order = PlanOrderFactory(
        pairing=pairing,
        state=PlanOrderState.AWAITING_ACCEPTANCE,
        confirmed_version_a=1,
        confirmed_version_b=1,
        demand__branch=pairing.branch_b,
    )
    assert order.demand.branch == pairing.branch_b
    assert actions(secretary) == ["验收"]
    client.force_login(UserFactory(secretary_of=pairing.branch_a))
    assert actions(client) == []


def test_change_request_waits_for_the_other_side_only(client):
    change = ChangeRequestFactory()
    asking, asked = change.asked_by, change.plan_order.pairing.partner_of(change.asked_by_id)
    client.force_login(UserFactory(secretary_of=asked))
    assert actions(client) == ["去答复"]
    client.force_login(UserFactory(secretary_of=asking))
    assert actions(client) == []


def test_rows_without_a_service_item_wait_to_be_named(secretary, pairing):
    demand = DemandFactory(branch=pairing.branch_b)
    titles = [todo.title for todo in secretary.get(reverse("workbench")).context["todos"]]
    assert titles == ["1 条资源和需求待确认服务事项"]
    demand.items.add(ServiceItemFactory())
    assert secretary.get(reverse("workbench")).context["todos"] == []


def test_own_demands_are_counted(secretary, pairing):
    DemandFactory(branch=pairing.branch_b)
    DemandFactory(branch=pairing.branch_b, raised_on=timezone.localdate() - timedelta(days=99))
    DemandFactory(branch=pairing.branch_a)
    tally = secretary.get(reverse("workbench")).context["tally"]
    assert (tally.unclaimed, tally.overdue) == (2, 1)


@pytest.mark.parametrize("rows", [1, 3])
def test_query_count_is_the_same_for_more_rows(secretary, pairing, rows, django_assert_num_queries):
    for _ in range(rows):
        ClaimFactory(pairing=pairing, awaiting=pairing.branch_b)
        PlanOrderFactory(pairing=pairing)
        ActivityFactory(pairing=pairing, to_record=True)
    with django_assert_num_queries(11):
        secretary.get(reverse("workbench"))


def test_lights_page_and_fragment_hold_the_same_rows(secretary, pairing):
    page = secretary.get(reverse("workbench_pairings"))
    fragment = secretary.get(reverse("workbench_pairings"), headers={"HX-Request": "true"})
    assert [light.pairing for light in page.context["page"]] == [pairing]
    assert "<html" not in fragment.content.decode()
    assert fragment.content.decode().strip() in page.content.decode()


def test_buttons_are_promised_only_to_those_who_have_a_list(secretary):
    lead = "点右边的按钮就能办"
    pages = [secretary.get(reverse("workbench"))]
    secretary.force_login(UserFactory(office=True))
    pages.append(secretary.get(reverse("workbench")))
    assert [lead in page.content.decode() for page in pages] == [True, False]


def test_newcomer_without_a_seat_gets_a_page(client):
    client.force_login(UserFactory())
    assert client.get(reverse("workbench")).status_code == 200


def test_anonymous_is_sent_to_the_login(client):
    assert client.get(reverse("workbench")).url == "/login/?next=/"


def test_workbench_of_a_new_county_says_the_administrator_where_to_begin(client):
    client.force_login(UserFactory(admin=True))
    assertContains(client.get(reverse("workbench")), "从这里开始")
    PairingFactory()
    assertNotContains(client.get(reverse("workbench")), "从这里开始")
