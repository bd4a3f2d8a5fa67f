"""认领大厅: what goes there and when, who is told, who sees it, and what the county office does with it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.audit import entries_of
from core.errors import DomainError
from core.models import Notification
from core.working_days import working_days_between
from ledgers.models import Demand
from pairing.plans.models import Claim
from pairing.plans.services import hall
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import PairingFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


@pytest.fixture
def office():
    return UserFactory(office=True)


def window(user):
    client = Client()
    client.force_login(user)
    return client


def test_open_demand_gets_its_day_and_the_pair_is_told_when_it_comes():
    pair = PairingFactory()
    demand = DemandFactory(branch=pair.branch_b)
    people = [UserFactory(secretary_of=pair.branch_a), UserFactory(liaison_of=pair.branch_b)]
    UserFactory(secretary_of=BranchFactory())
    now = timezone.now()
    assert hall.hall_open(now=now) == 0
    demand.refresh_from_db()
    assert len(working_days_between(TODAY + timedelta(days=1), demand.hall_on)) == 10
    assert not demand.is_in_hall(demand.hall_on - timedelta(days=1))
    later = now + (demand.hall_on - TODAY) + timedelta(hours=1)
    assert [hall.hall_open(now=later), hall.hall_open(now=later)] == [1, 0]
    told = Notification.objects.filter(subject=f"需求进入认领大厅：{demand}")
    assert {note.recipient for note in told} == set(people)
    assert entries_of(demand).get(action="demand.hall").reason == "无人认领，到期开放"


def test_demand_claimed_in_time_never_goes_to_the_hall():
    demand = DemandFactory(hall_on=TODAY, state="claimed")
    assert hall.hall_open(now=timezone.now()) == 0
    assert list(Demand.objects.in_hall(on=TODAY)) == []
    assert not demand.is_in_hall(TODAY)


def test_hall_shows_everybody_with_a_seat_what_is_open_but_nobody_a_stranger_s_contact():
    demand = DemandFactory(hall_on=TODAY, contact_phone="13800001234", title="等人认领的事")
    DemandFactory(hall_on=TODAY + timedelta(days=1), title="还没到日子的事")
    branch = BranchFactory()
    resource = ResourceFactory(branch=branch, title="一项资源")
    client = window(UserFactory(secretary_of=branch))
    page = client.get(reverse("hall_list")).content.decode()
    assert ("等人认领的事" in page, "还没到日子的事" in page) == (True, False)
    page = client.get(reverse("hall_detail", args=[demand.pk])).content.decode()
    assert ("一项资源" in page, "13800001234" in page) == (True, False)
    assert client.get(reverse("demand_detail", args=[demand.pk])).status_code == 404
    claim_url = f"{reverse('claim_new')}?demand={demand.pk}&resource={resource.pk}"
    assert client.post(claim_url, {"visit_count": 1}).status_code == 302
    assert Claim.objects.get().pairing.kind == "support"
    assert client.get(reverse("demand_detail", args=[demand.pk])).status_code == 200


def test_hall_counts_the_days_down_to_the_pair():
    pair = PairingFactory()
    days = working_days_between(TODAY + timedelta(days=1), TODAY + timedelta(days=30))
    DemandFactory(branch=pair.branch_b, hall_on=days[2], title="快要开放的事")
    page = window(UserFactory(secretary_of=pair.branch_a)).get(reverse("hall_list"))
    assert [(row.demand.title, row.days) for row in page.context["waiting"]] == [("快要开放的事", 3)]


def test_county_office_opens_urges_and_assigns_with_reason_and_trace(office):
    pair = PairingFactory()
    demand = DemandFactory(branch=pair.branch_b)
    partner = UserFactory(secretary_of=pair.branch_a)
    helper = BranchFactory()
    asked = UserFactory(secretary_of=helper)
    resource = ResourceFactory(branch=helper)
    client = window(office)
    client.post(reverse("hall_open", args=[demand.pk]), {"reason": "事情紧急"})
    client.post(reverse("hall_urge", args=[demand.pk]), {"reason": "请本周答复"})
    refused = client.post(reverse("hall_urge", args=[demand.pk]), {"reason": "再催"})
    assert refused.context["form"].non_field_errors() == ["今天已经催办过这条需求，明天可以再催。"]
    client.post(
        reverse("hall_assign", args=[demand.pk]),
        {"resource": resource.pk, "visit_count": 1, "words": "由县里统筹"},
    )
    claim = Claim.objects.get()
    assert (claim.proposed_by, claim.awaiting, claim.words) == (pair.branch_b, helper, "由县里统筹")
    trail = entries_of(demand).filter(actor=office).order_by("at", "pk").values_list("action", "reason")
    assert list(trail) == [
        ("demand.hall", "事情紧急"),
        ("demand.urge", "请本周答复"),
        ("demand.claimed", ""),
    ]
    assert Notification.objects.filter(recipient=partner, subject=f"县党建办催办：{demand}").count() == 1
    assert Notification.objects.filter(recipient=asked).count() == 1


def test_hall_steps_are_refused_to_branches_and_for_what_is_under_way(office):
    now = timezone.now()
    demand = DemandFactory(hall_on=TODAY)
    secretary = UserFactory(secretary_of=demand.branch)
    with pytest.raises(DomainError, match="由县党建办办理"):
        hall.demand_urge(demand=demand, actor=secretary, reason="急", now=now)
    with pytest.raises(DomainError, match="已经在认领大厅里了"):
        hall.demand_open_now(demand=demand, actor=office, reason="急", now=now)
    busy = DemandFactory(state="in_progress")
    with pytest.raises(DomainError, match="只有待认领的需求才要派单、催办或开放"):
        hall.demand_urge(demand=busy, actor=office, reason="急", now=now)


def test_office_splits_and_merges_from_the_page_of_the_hall(office):
    demand, other = (DemandFactory(branch=branch, hall_on=TODAY) for branch in [BranchFactory()] * 2)
    demand_url = reverse("hall_detail", args=[demand.pk])
    page = window(office).get(demand_url).content.decode()
    split, merge = (reverse(name, args=[demand.pk]) for name in ("demand_split", "demand_merge"))
    assert [page.count(f'href="{url}"') for url in (split, merge)] == [1, 1]
    secretary = window(UserFactory(secretary_of=BranchFactory()))
    assert [secretary.get(demand_url).content.decode().count(url) for url in (split, merge)] == [0, 0]
    assert window(office).post(merge, {"demands": [other.pk], "reason": "一件事"}).status_code == 302
    parts = {"parts-TOTAL_FORMS": 2, "parts-INITIAL_FORMS": 2, "reason": "两件事"}
    parts |= {"parts-0-title": "修路灯", "parts-1-title": "补路面"}
    assert window(office).post(split, parts).status_code == 302
    states = Demand.objects.order_by("pk").values_list("title", "state")
    assert list(states)[2:] == [("修路灯", "open"), ("补路面", "open")]
    assert [state for _, state in states[:2]] == ["withdrawn", "withdrawn"]
