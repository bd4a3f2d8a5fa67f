"""Weights are edited by administrators, tried on past decisions, and kept as versions with their reasons."""

from dataclasses import fields, replace
from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from core.errors import DomainError, StaleVersionError
from core.models import AuditEntry
from pairing.matching.adapter import weights_of
from pairing.matching.engine import Weights
from pairing.matching.models import ScoreWeights
from pairing.matching.replay import Decisions, Record, Shift, record, shifts
from pairing.matching.selectors.weights import weights_current, weights_preview, weights_version
from pairing.matching.services.weights import weights_change
from pairing.matching.weight_forms import WeightsForm
from pairing.matching.weight_words import LINES
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ResourceFactory, ServiceAspectFactory
from tests.factories.plans import ClaimFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db
URL = "/matching/weights/"
TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, tzinfo=timezone.get_current_timezone())
EDITED = replace(Weights.default(), text=0.5, floor=0.2)


def numbers(weights):
    return {**weights.as_dict(), "base": "", "reason": "文字更可靠"}


@pytest.fixture
def admin(client):
    client.force_login(UserFactory(admin=True))
    return client


@pytest.fixture
def law_pair():
    """A pairing with one law speaker and one potter; the law speaker was taken by an order."""
    pairing = PairingFactory()
    law = ServiceAspectFactory(name="普法宣传与基层治理")
    order = PlanOrderFactory(
        completed=True,
        pairing=pairing,
        demand__title="社区零售户法律意识薄弱",
        demand__description="希望上门把法律讲透。",
        demand__aspect=law,
        resource=ResourceFactory(
            branch=pairing.branch_a,
            title="普法宣讲骨干",
            description="从事法制工作九年，能结合案例给零售户讲清违法后果。",
            aspects=[law],
        ),
    )
    ResourceFactory(branch=pairing.branch_a, title="淮山种植能手", description="指导起垄栽种和病害防治。")
    return order


def test_weights_are_the_initial_ones_until_somebody_changes_them():
    assert (weights_version(), weights_current()) == (None, Weights.default())


def test_change_puts_a_version_in_force_and_keeps_the_old_one():
    admin = UserFactory(admin=True)
    first = weights_change(weights=EDITED, reason="试用", base=None, actor=admin, now=NOW)
    again = replace(EDITED, floor=0.3)
    second = weights_change(weights=again, reason="下限太低", base=first.pk, actor=admin, now=NOW)
    assert weights_current() == again
    assert list(ScoreWeights.objects.values_list("pk", "is_current")) == [
        (second.pk, True),
        (first.pk, False),
    ]
    first.refresh_from_db()
    assert weights_of(first) == EDITED


def test_change_is_on_record_with_before_after_and_reason():
    weights_change(weights=EDITED, reason="试用", base=None, actor=UserFactory(admin=True), now=NOW)
    entry = AuditEntry.objects.get(action="score_weights.change")
    default = Weights.default()
    assert entry.changes == {"文字说法": [default.text, 0.5], "推荐线": [default.floor, 0.2]}
    assert (entry.reason, entry.words) == ("试用", "修改匹配权重")


@pytest.mark.parametrize(
    ("weights", "sentence"),
    [
        (replace(EDITED, pair=1.5), "每个数字都须在 0 到 1 之间。"),
        (replace(EDITED, item=0, aspect=0, help=0, audience=0, text=0), "“能不能办”的五项不能都是 0"),
        (Weights.default(), "没有改动"),
    ],
)
def test_change_is_refused(weights, sentence):
    with pytest.raises(DomainError) as refusal:
        weights_change(weights=weights, reason="试", base=None, actor=UserFactory(admin=True), now=NOW)
    assert refusal.value.message.startswith(sentence)
    assert ScoreWeights.objects.count() == 0


def test_change_of_an_older_version_is_refused():
    admin = UserFactory(admin=True)
    weights_change(weights=EDITED, reason="试用", base=None, actor=admin, now=NOW)
    with pytest.raises(StaleVersionError):
        weights_change(weights=replace(EDITED, item=0.9), reason="试", base=None, actor=admin, now=NOW)


def test_version_of_an_older_engine_is_read():
    stored = ScoreWeights(weights={"item": 0.5, "gone": 0.1}, floor=0.3)
    assert weights_of(stored) == replace(Weights.default(), item=0.5, floor=0.3)


def test_every_number_of_the_engine_can_be_edited():
    assert {line.name for line in LINES} == {field.name for field in fields(Weights)}


def test_form_says_what_is_wrong_with_each_number():
    form = WeightsForm({**numbers(EDITED), "item": "1.2", "text": "", "help": "x"}, current=EDITED)
    assert form.errors == {
        "item": ["“服务事项”不能大于 1。"],
        "text": ["请填“文字说法”，不计这一项就填 0。"],
        "help": ["“服务方式”须是 0 到 1 之间的小数，例如 0.3。"],
    }


def test_record_counts_places():
    decisions = Decisions(taken=((1, 1), (2, 2), (3, 3)), declined=((4, 4),))
    found = {(1, 1): 1, (2, 2): 3, (3, 3): None, (4, 4): 1}
    assert record(decisions, found) == Record(3, 1, 2, 1, 2.0, 1)


def test_record_of_nothing_has_no_mean():
    assert record(Decisions(()), {}).mean_rank is None


def test_shift_to_the_front_is_better_for_a_taken_pair_and_worse_for_a_declined_one():
    decisions = Decisions(taken=((1, 1),), declined=((2, 2),))
    found = shifts(decisions, {(1, 1): None, (2, 2): 2}, {(1, 1): 2, (2, 2): 1})
    assert found == [Shift((1, 1), None, 2, True), Shift((2, 2), 2, 1, False)]
    assert [each.is_better for each in found] == [True, False]


def test_preview_ranks_the_resource_that_was_taken(law_pair):
    preview = weights_preview(Weights.default(), current=Weights.default(), today=TODAY)
    assert (preview.before, preview.moved) == (Record(1, 1, 1, 0, 1.0, 0), [])


def test_preview_of_a_floor_nothing_reaches_hides_what_was_taken(law_pair):
    preview = weights_preview(replace(Weights.default(), floor=1), current=Weights.default(), today=TODAY)
    assert (preview.before.first, preview.after.hidden) == (1, 1)
    assert [(each.demand, each.resource) for each in preview.moved] == [(law_pair.demand, law_pair.resource)]


def test_preview_sees_declined_claims_and_ended_pairings(law_pair):
    law_pair.pairing.state, law_pair.pairing.end_reason = "ended", "到期"
    law_pair.pairing.save()
    ClaimFactory(declined=True, pairing=law_pair.pairing)
    preview = weights_preview(Weights.default(), current=Weights.default(), today=TODAY)
    assert (preview.before.first, preview.declined) == (1, 1)


def test_preview_leaves_out_a_resource_that_is_no_longer_valid(law_pair):
    law_pair.resource.valid_to = date(2026, 1, 31)
    law_pair.resource.save()
    preview = weights_preview(Weights.default(), current=Weights.default(), today=TODAY)
    assert (preview.before.total, preview.unseen) == (0, 1)


def test_editor_saves_and_says_so(admin):
    response = admin.post(URL, numbers(EDITED), follow=True)
    assert [str(message) for message in response.context["messages"]] == [
        "新的权重已生效：以后的推荐和整单方案按它计算，已有的方案不变。"
    ]
    assert weights_current() == EDITED


def test_editor_wants_a_reason(admin):
    response = admin.post(URL, {**numbers(EDITED), "reason": ""})
    assert response.context["form"].errors == {"reason": ["请写明为什么改。"]}
    assert ScoreWeights.objects.count() == 0


def test_editor_takes_the_numbers_of_an_old_version(admin):
    form = admin.get(URL, numbers(EDITED)).context["form"]
    assert (form["text"].initial, form["floor"].initial) == (0.5, 0.2)


def test_editor_previews_in_a_fragment(admin, law_pair):
    response = admin.get(URL, numbers(EDITED), headers={"HX-Request": "true"})
    assert response.context["preview"].before.total == 1
    assert "<html" not in response.content.decode()


def test_preview_of_a_bad_number_says_what_is_wrong(admin):
    response = admin.get(URL, {**numbers(EDITED), "item": "2"}, headers={"HX-Request": "true"})
    assert (response.status_code, response.context["faults"]) == (422, ["“服务事项”不能大于 1。"])


@pytest.mark.parametrize("who", [{"office": True}, {"auditor": True}, {}])
def test_editor_is_for_administrators(client, who):
    client.force_login(UserFactory(**who) if who else UserFactory(secretary_of=BranchFactory()))
    assert client.get(URL).status_code == 403
    assert client.post(URL, numbers(EDITED)).status_code == 403
    assert ScoreWeights.objects.count() == 0


def test_editor_asks_a_stranger_to_log_in(client):
    assert client.get(URL).url == f"{reverse('login')}?next={URL}"


def test_editor_and_preview_ask_few_queries(admin, law_pair, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        admin.get(URL)
    with django_assert_max_num_queries(12):
        admin.get(URL, numbers(EDITED), headers={"HX-Request": "true"})
