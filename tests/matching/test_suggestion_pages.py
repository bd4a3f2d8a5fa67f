"""What a person reads on 智能匹配 and on a demand of the hall, besides the matches themselves."""

import pytest
from django.urls import reverse

from tests.factories.branches import UserFactory

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
