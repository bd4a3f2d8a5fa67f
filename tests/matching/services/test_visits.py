"""A demand that is served in parts: as many unit visits as it still wants, planned, followed and accepted."""

from datetime import date

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from ledgers.enums import DemandState
from pairing.matching.adapter import pose
from pairing.matching.enums import MatchEditKind
from pairing.matching.selectors.runs import match_run_page
from pairing.matching.services.acceptance import match_run_accept
from pairing.matching.services.drafts import match_edit_set
from pairing.matching.services.runs import match_run_resolve, match_run_update
from pairing.plans.models import Claim
from pairing.plans.services.claim_answers import claim_accept
from tests.factories.branches import UserFactory
from tests.factories.plans import ClaimFactory
from tests.matching.conftest import NOW, TODAY, planned, speaker_of, work_off

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def talks(clock, law_pair):
    """乙方 wants three talks by the end of the month; 甲方's speaker has one visit left, its adviser two."""
    pairing, demand, speaker = law_pair
    demand.visits_wanted = 3
    demand.save()
    adviser = speaker_of(
        pairing.branch_a, title="法律顾问", description="答复合同和借贷的疑问。", capacity_per_month=2
    )
    return demand, speaker, adviser


@pytest.fixture
def spread(talks):
    """The same, but only the speaker is there, and the talks have time until the end of May."""
    demand, speaker, adviser = talks
    adviser.delete()
    demand.deadline_on = date(2026, 5, 30)
    demand.save()
    return demand, speaker


def visits(run):
    return list(run.matches.order_by("month", "resource").values_list("resource", "month", "visit_count"))


def accept(run, actor, **which):
    ids = run.matches.filter(**which).values_list("pk", flat=True)
    return match_run_accept(run=run, match_ids=ids, actor=actor, now=timezone.now())


def updated(run, actor):
    child = match_run_update(run=run, actor=actor, now=timezone.now())
    return work_off(child, now=timezone.now())


def test_demand_is_as_many_visits_as_nobody_has_promised(talks, law_pair):
    demand, speaker, _ = talks
    ClaimFactory(pairing=law_pair[0], demand=demand, resource=speaker, visit_count=2, wanted_on=APRIL)
    demands, resources = type(demand).objects.all(), type(speaker).objects.all()
    assert pose(demands=demands, resources=resources, as_of=TODAY).sizes == {demand.pk: 1}


def test_demand_is_served_by_several_resources_with_a_claim_each(talks, secretary, law_pair):
    demand, speaker, adviser = talks
    draft = planned(secretary, pairing=law_pair[0])
    assert visits(draft) == [(speaker.pk, MARCH, 1), (adviser.pk, MARCH, 2)]
    assert (draft.match_count, draft.gap_count, draft.percent_of_bound) == (1, 0, 100.0)
    assert accept(draft, secretary).refusals == []
    assert dict(Claim.objects.values_list("resource", "visit_count")) == {speaker.pk: 1, adviser.pk: 2}
    demand.refresh_from_db()
    assert demand.state == DemandState.CLAIMED
    assert len(accept(draft, secretary).claims) == 2
    assert Claim.objects.count() == 2


def test_visits_that_find_nobody_are_told_on_the_line_of_those_that_do(talks, secretary, law_pair, client):
    demand, _, adviser = talks
    adviser.delete()
    draft = planned(secretary, pairing=law_pair[0])
    gap = draft.gaps.get()
    assert (gap.visit_count, gap.code, gap.sentence[:7]) == (2, "capacity", "还差 2 次：")
    page = match_run_page(draft, number=1, today=TODAY)
    [line] = page.page
    assert ([part.match.visit_count for part in line.parts], line.gap, page.gaps.object_list) == (
        [1],
        gap,
        [],
    )
    assert (draft.match_count, draft.gap_count) == (1, 0)
    client.force_login(secretary)
    words = client.get(draft.get_absolute_url()).content.decode()
    assert [words.count(each) for each in ("没有排满", gap.sentence, f'id="line-{demand.pk}"')] == [1, 1, 1]


def test_visits_of_later_months_are_claimed_one_after_the_other(spread, secretary, law_pair):
    """One claim of a resource for a demand waits at a time: the second month follows the first."""
    demand, speaker = spread
    draft = planned(secretary, pairing=law_pair[0])
    assert visits(draft) == [(speaker.pk, month, 1) for month in (MARCH, APRIL, MAY)]
    refused = accept(draft, secretary).refusals
    waits = "对这条需求的认领还没有定，请等答复，或在那条认领上改次数。"
    assert refused == [f"“{demand}”：资源“{speaker}”{waits}"] * 2
    partner = UserFactory(secretary_of=law_pair[0].branch_a)
    claim_accept(claim=Claim.objects.get(), actor=partner, now=timezone.now())
    assert [claim.wanted_on for claim in accept(draft, secretary, month__lt=MAY).claims] == [None, APRIL]


def test_accepted_part_moves_nothing_and_the_rest_stays_planned(talks, secretary, law_pair):
    _, speaker, adviser = talks
    draft = planned(secretary, pairing=law_pair[0])
    accept(draft, secretary, resource=adviser)
    child = updated(draft, secretary)
    assert (visits(child), child.changes) == ([(speaker.pk, MARCH, 1)], [])


def test_visits_more_and_visits_less_are_told_as_what_they_are(talks, secretary, law_pair):
    demand, speaker, adviser = talks
    draft = planned(secretary, pairing=law_pair[0])
    demand.visits_wanted = 1
    demand.save()
    less = updated(draft, secretary)
    [change] = less.changes
    assert change["before"] == f"{speaker} 1 次、{adviser} 2 次"
    assert (change["why"], change["cause"]) == ("需要的次数比上一份方案少了", f"需求“{demand}”有改动")
    demand.visits_wanted = 3
    demand.save()
    [change] = updated(less, secretary).changes
    assert (change["after"], change["cause"]) == (
        f"{speaker} 1 次、{adviser} 2 次",
        f"需求“{demand}”有改动",
    )


def test_pin_takes_as_many_visits_as_its_resource_has(talks, secretary, law_pair):
    demand, _, adviser = talks
    draft = planned(secretary, pairing=law_pair[0])
    pin = MatchEditKind.PIN
    match_edit_set(run=draft, demand_id=demand.pk, resource_id=adviser.pk, kind=pin, actor=secretary)
    child = work_off(match_run_resolve(run=draft, actor=secretary, now=timezone.now()))
    assert visits(child) == visits(draft)
    assert child.notes == [f"锁定的“{adviser}”→“{demand}”只排得下 2 次：次数或上限已经用满，其余另作安排。"]


def test_opinion_on_a_demand_in_parts_answers_with_all_of_them(talks, secretary, law_pair, client):
    demand, _, adviser = talks
    draft = planned(secretary, pairing=law_pair[0])
    client.force_login(secretary)
    said = {"edit": f"pin:{demand.pk}:{adviser.pk}"}
    answer = client.post(reverse("match_run_edit", args=[draft.pk]), said, headers={"HX-Request": "true"})
    words = answer.content.decode()
    assert [words.count(each) for each in ("<tr ", 'type="checkbox"', "已锁定")] == [1, 2, 1]
