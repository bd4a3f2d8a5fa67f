"""What a page says stands in the way of a step is what the service says when it is tried all the same."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from branches.models import User
from core.errors import DomainError
from ledgers.models import Demand
from ledgers.services import demand_steps, demands, regrouping
from pairing.agreements.services import guards as agreement_guards
from pairing.plans.enums import TaskKind
from pairing.plans.models import ChangeRequest, Pairing, PlanOrder
from pairing.plans.services import claim_guards, claims, hall, order_guards
from pairing.plans.services.tasks import plan_task_done
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import ClaimFactory, PairingFactory, PlanTaskFactory, scan
from tests.plans.blocked import CHAIN, OFFICE
from tests.plans.blocked_elsewhere import ELSEWHERE

pytestmark = pytest.mark.django_db
CASES = [*CHAIN, *ELSEWHERE]
NAMES = {ChangeRequest: "request", PlanOrder: "order"}  # what services call a row, where not by its table
LOCKED = re.compile(r'<i class="bi bi-lock"[^>]*></i>\s*([^<]+?)\s*</p>(?:\s*<ul>(.*?)</ul>)?', re.DOTALL)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.page}-{case.who}" for case in CASES])
def test_page_and_service_say_the_same_sentence(client, case):
    row = case.row()
    actor = person(case.who, row)
    client.force_login(actor)
    page = client.get(reverse(case.page, args=keys(row)))
    name = NAMES.get(type(row), row._meta.model_name)
    terms = {name: row, "actor": actor, "now": timezone.now()} | case.terms
    with pytest.raises(DomainError) as refusal:
        case.service(**terms | ({"scan": scan()} if "scan" in terms else {}))
    assert (page.status_code, sentences(page)[:1]) == (200, [refusal.value.message])


def test_both_sides_of_a_match_are_refused_in_the_same_words(client):
    pairing = PairingFactory()
    demand = DemandFactory(branch=pairing.branch_b, state="claimed")
    resource = ResourceFactory(branch=pairing.branch_a)
    actor = UserFactory(secretary_of=pairing.branch_a)
    client.force_login(actor)
    page = client.get(f"{reverse('claim_new')}?demand={demand.pk}&resource={resource.pk}")
    with pytest.raises(DomainError) as refusal:
        claims.claim_propose(
            demand=demand, resource=resource, by_branch=pairing.branch_a, proposer=actor, now=timezone.now()
        )
    assert sentences(page) == [refusal.value.message]


def test_whose_demand_it_is_not_is_refused_a_joint_claim_in_the_same_words(client):
    pairing = PairingFactory()
    demand = DemandFactory(branch=pairing.branch_b)
    actor = UserFactory(secretary_of=pairing.branch_a)
    client.force_login(actor)
    page = client.get(f"{reverse('claim_joint')}?demand={demand.pk}")
    with pytest.raises(DomainError) as refusal:
        claims.claims_propose_jointly(
            demand=demand, resources=[], by_branch=demand.branch, proposer=actor, now=timezone.now()
        )
    assert sentences(page) == [refusal.value.message]


def test_page_of_a_step_that_is_over_asks_for_nothing_and_leads_back(client):
    claim = ClaimFactory(declined=True)
    client.force_login(UserFactory(secretary_of=claim.pairing.branch_a))
    page = client.get(reverse("claim_withdraw", args=[claim.pk])).content.decode()
    assert "这条认领已经是“已婉拒”，事情到此为止，不能再改。" in page
    assert "<textarea" not in page
    assert f'href="{claim.get_absolute_url()}" data-discard>返回看现在的情况</a>' in page


def test_claim_that_came_to_nothing_leads_on_who_asked(client):
    claim = ClaimFactory(declined=True)
    way = f'href="{reverse("matching")}?branch={claim.demand.branch_id}#demand-{claim.demand_id}"'
    pages = []
    for branch in (claim.demand.branch, claim.resource.branch):
        client.force_login(UserFactory(secretary_of=branch))
        pages.append(client.get(claim.get_absolute_url()).content.decode())
    assert [way in page for page in pages] == [True, False]


def test_task_that_cannot_be_ticked_yet_says_why_under_the_tasks(client):
    task = PlanTaskFactory(kind=TaskKind.PREPARATION)
    order = task.plan_order
    actor = UserFactory(secretary_of=order.pairing.branch_a)
    client.force_login(actor)
    page = client.get(reverse("plan_order_detail", args=[order.pk])).content.decode()
    with pytest.raises(DomainError) as refusal:
        plan_task_done(task=task, actor=actor, now=timezone.now())
    assert f">{refusal.value.message}</p>" in page


def test_no_guard_is_left_out():
    """Three stand elsewhere: the form offers only what can be drawn up, two have their test above."""
    modules = (claim_guards, order_guards, agreement_guards, demand_steps, demands, regrouping, hall)
    guards = {
        guard
        for module in modules
        for name, guard in vars(module).items()
        if re.fullmatch(r"[a-z]\w+_blockers", name) and guard.__module__ == module.__name__
    }
    unseen = {
        claim_guards.claim_joint_blockers,
        order_guards.plan_order_create_blockers,
        order_guards.plan_task_done_blockers,
    }
    assert (
        guards - {agreement_guards.state_blockers}
        == {case.guard for case in CASES if case.guard.__module__ in {module.__name__ for module in modules}}
        | unseen
    )


def sentences(page: Any) -> list[str]:
    """What stands behind the locks of a page, in its order."""
    found = LOCKED.findall(page.content.decode())
    return [unescape(each) for line, items in found for each in re.findall("<li>(.*?)</li>", items) or [line]]


def person(who: str, row: Any) -> User:
    """Somebody with the seat of a case."""
    seat, _, place = who.partition(" ")
    if seat == OFFICE:
        return UserFactory(office=True)
    if place == "stranger":
        return UserFactory(secretary_of=PairingFactory().branch_a)
    return UserFactory(**{seat: getattr(pairing_of(row), place)})


def pairing_of(row: Any) -> Pairing | Demand:
    if isinstance(row, ChangeRequest):
        return row.plan_order.pairing
    return row if isinstance(row, Pairing | Demand) else row.pairing


def keys(row: Any) -> list[int]:
    return [row.plan_order_id, row.pk] if isinstance(row, ChangeRequest) else [row.pk]
