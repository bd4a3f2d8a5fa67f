"""What a person reads on 智能匹配 and on a demand of the hall, besides the matches themselves."""

import pytest
from django.urls import reverse

from tests.factories.branches import UserFactory
from tests.matching.conftest import law_demand, planned

pytestmark = pytest.mark.django_db

HINT = "还没有填服务事项，填上后匹配更准。"


@pytest.fixture
def mine(client, secretary):
    client.force_login(secretary)
    return client


def page(client, **asked):
    return client.get(reverse("matching"), asked).content.decode()


def test_what_the_own_row_leaves_open_is_said_with_the_way_to_its_form(mine, law_pair):
    _, demand, _ = law_pair
    words = page(mine)
    assert words.count(HINT) == 1
    assert f'<a href="{reverse("demand_edit", args=[demand.pk])}">去填写</a>' in words


def test_a_demand_leads_to_its_own_matches(mine, law_pair):
    _, demand, _ = law_pair
    asked = mine.get(reverse("demand_detail", args=[demand.pk])).content.decode()
    assert f'href="{reverse("matching")}?branch={demand.branch_id}#demand-{demand.pk}"' in asked
    assert page(mine).count(f'id="demand-{demand.pk}"') == 1


def test_who_may_not_write_the_row_gets_no_way_to_its_form(client, law_pair):
    client.force_login(UserFactory(office=True))
    words = page(client, branch=law_pair[1].branch_id)
    assert (words.count(HINT), "去填写" in words) == (1, False)


def test_what_the_other_side_leaves_open_is_said_as_theirs(mine, law_pair):
    _, demand, speaker = law_pair
    demand.audiences = ["merchants"]
    demand.save()
    speaker.description = "从事法制工作九年，能结合案例讲清违法后果。"
    speaker.save()
    assert "对方资源没有写服务对象" in page(mine)


def test_resources_without_a_demand_stand_in_one_line_and_marks_beside_the_rest(client, law_pair, booklet):
    pairing, _, speaker = law_pair
    client.force_login(UserFactory(secretary_of=pairing.branch_a))
    words = page(client, side="given")
    assert "另有 2 项资源现在没有对得上的需求" in words
    assert [words.count("我们来办"), words.count("低于推荐线")] == [1, 0]
    client.force_login(UserFactory(secretary_of=pairing.branch_b))
    assert page(client).count("低于推荐线") == 1
    speaker.delete()
    client.force_login(UserFactory(secretary_of=pairing.branch_a))
    words = page(client, side="given")
    assert ("暂时没有对得上的需求" in words, "看看是哪 2 项资源" in words) == (True, True)


def test_the_hall_marks_what_stays_below_the_floor(client, law_pair, booklet):
    client.force_login(UserFactory(office=True))
    part = client.get(reverse("hall_matches", args=[law_pair[1].pk])).content.decode()
    assert part.count("低于推荐线") == 1


def test_a_plan_marks_the_other_candidates_below_the_floor(mine, law_pair, secretary, booklet):
    draft = planned(secretary, pairing=law_pair[0])
    words = mine.get(draft.get_absolute_url()).content.decode()
    assert words.count("低于推荐线") == 1


@pytest.mark.parametrize(("scope", "is_said"), [("pair", True), ("county", False)])
def test_a_plan_of_one_pair_says_that_other_partners_were_not_asked(client, law_pair, scope, is_said):
    pairing = law_pair[0]
    law_demand(pairing.branch_b, title="村口塌了要修桥", description="危桥重建。")
    office = UserFactory(office=True)
    draft = planned(office, **({"pairing": pairing} if scope == "pair" else {}))
    client.force_login(office)
    words = client.get(draft.get_absolute_url()).content.decode()
    assert "暂时没有安排的需求" in words
    assert ("只看了这一对支部的资源" in words) is is_said
