"""A plan brought up to the ledgers: little moves, and each move has its reason."""

from dataclasses import replace

import pytest
import time_machine
from django.utils import timezone

from ledgers.enums import DemandState, ResourceState
from ledgers.models import Demand
from ledgers.services.demands import demand_open_to_county
from ledgers.services.stamps import stamp
from pairing.matching.engine import Weights
from pairing.matching.enums import MatchEditKind, MatchRunOrigin
from pairing.matching.selectors.run_news import match_run_news
from pairing.matching.selectors.runs import match_run_page
from pairing.matching.services.acceptance import match_run_accept
from pairing.matching.services.drafts import match_edit_set
from pairing.matching.services.runs import match_run_resolve, match_run_update
from pairing.matching.services.weights import weights_change
from pairing.plans.enums import PairingState
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import ClaimFactory, PairingFactory
from tests.matching.conftest import NOW, TODAY, law_demand, pairs_of, planned, speaker_of, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    """Rows know when they were changed, so the clock has to run through the day of the plan."""
    with time_machine.travel(NOW):
        yield


@pytest.fixture
def draft(clock, law_pair, secretary):
    return planned(secretary, now=timezone.now(), pairing=law_pair[0])


def updated(draft, actor):
    run = match_run_update(run=draft, actor=actor, now=timezone.now())
    return work_off(run, now=timezone.now())


def news(draft):
    return match_run_news(draft, TODAY)


def test_nothing_new_moves_nothing(draft, secretary):
    assert not news(draft)
    child = updated(draft, secretary)
    assert (child.origin, child.parent, child.changes) == (MatchRunOrigin.LEDGERS, draft, [])
    assert pairs_of(child) == pairs_of(draft)


def test_demand_that_comes_into_the_hall_is_no_news_and_no_newer_writing(draft):
    demand = Demand.objects.open().first()
    seen = stamp(demand)
    demand_open_to_county(demand=demand, on=TODAY, now=timezone.now())
    demand.refresh_from_db()
    assert (demand.hall_on, stamp(demand)) == (TODAY, seen)
    assert not news(draft)


def test_added_demand_is_news_and_what_stood_stays(draft, secretary, law_pair):
    added = law_demand(law_pair[0].branch_b, title="老年人法律意识薄弱")
    assert news(draft).sentence == "1 条新的待认领需求"
    child = updated(draft, secretary)
    assert pairs_of(child) == pairs_of(draft)
    [change] = child.changes
    assert (change["demand_id"], change["after"]) == (added.pk, "")
    assert change["cause"] == "需求“老年人法律意识薄弱”是新增的"
    assert change["why"].startswith("新增的待认领需求；“普法宣讲骨干”的次数用满")
    assert not news(child)


def test_withdrawn_demand_frees_its_resource_for_another(draft, secretary, law_pair):
    _, demand, speaker = law_pair
    waiting = law_demand(law_pair[0].branch_b, title="老年人法律意识薄弱")
    both = updated(draft, secretary)
    demand.state, demand.state_reason = DemandState.WITHDRAWN, "已自行解决"
    demand.save()
    assert news(both).sentence == "1 条需求不再待认领"
    child = updated(both, secretary)
    assert pairs_of(child) == {(waiting.pk, speaker.pk)}
    assert {change["demand_id"]: change["why"] for change in child.changes} == {
        waiting.pk: "“普法宣讲骨干”不再承接“社区零售户法律意识薄弱”，腾出了次数",
        demand.pk: "需求现在是“撤销”，不用再安排",
    }
    assert {change["cause"] for change in child.changes} == {f"需求“{demand}”现在是“撤销”"}


def test_withdrawn_resource_moves_only_what_it_served(draft, secretary, law_pair):
    pairing, demand, speaker = law_pair
    spare = speaker_of(pairing.branch_a, title="法律顾问", description="答复合同和借贷的疑问。")
    speaker.state = ResourceState.WITHDRAWN
    speaker.save()
    assert news(draft).sentence == "2 项资源有增减或改动"
    demand.save()  # edited as well, but that is not why it moves
    child = updated(draft, secretary)
    assert pairs_of(child) == {(demand.pk, spare.pk)}
    [change] = child.changes
    assert (change["why"], change["cause"]) == ("“普法宣讲骨干”现在是“停用”",) * 2


def test_withdrawn_resource_is_the_cause_of_every_move_in_its_chain(draft, secretary, law_pair):
    """The first demand takes the adviser, the second had him: both are told of the speaker who left."""
    pairing, _, speaker = law_pair
    adviser = speaker_of(pairing.branch_a, title="法律顾问", description="答复合同和借贷的疑问。")
    law_demand(pairing.branch_b, title="老年人法律意识薄弱")
    both = updated(draft, secretary)
    assert both.match_count == 2
    holders = dict(both.matches.values_list("resource", "demand"))
    speaker.state = ResourceState.WITHDRAWN
    speaker.save()
    child = updated(both, secretary)
    assert child.match_count == 1
    assert {change["cause"] for change in child.changes} == {"“普法宣讲骨干”现在是“停用”"}
    assert {change["demand_id"] for change in child.changes} <= set(holders.values())
    assert child.objective == pytest.approx(child.bound)
    assert child.matches.get().resource == adviser


def test_resource_promised_elsewhere_meanwhile_is_the_cause(draft, secretary, law_pair):
    """Somebody claimed the only visit of the month for another demand, outside any plan."""
    pairing, demand, speaker = law_pair
    other = law_demand(pairing.branch_b, title="老年人法律意识薄弱", state=DemandState.CLAIMED)
    ClaimFactory(pairing=pairing, demand=other, resource=speaker, wanted_on=TODAY)
    assert news(draft).sentence == "1 项资源剩下的次数不够这份方案用"
    child = updated(draft, secretary)
    [change] = child.changes
    assert (change["demand_id"], change["after"]) == (demand.pk, "")
    assert change["cause"] == "资源“普法宣讲骨干”的次数已约给别处"
    assert not news(child)


def test_ended_pairing_is_news_and_the_cause(secretary, law_pair):
    pairing, demand, _ = law_pair
    office = UserFactory(office=True)
    draft = planned(office, now=timezone.now())
    pairing.state, pairing.ends_on, pairing.end_reason = PairingState.ENDED, TODAY, "期满"
    pairing.save()
    demand.save()  # edited as well, but that is not why it moves
    assert news(draft).sentence == "1 条需求有改动，1 个结对新结或结束"
    [change] = updated(draft, office).changes
    ended = f"{demand.branch}和{pairing.branch_a}的结对已结束"
    assert (change["demand_id"], change["cause"]) == (demand.pk, ended)
    assert change["why"].startswith(f"{ended}；")


def test_new_pairing_is_news_and_the_cause(law_pair):
    pairing, _, _ = law_pair
    lonely = law_demand(BranchFactory(), title="村民法律意识薄弱")
    office = UserFactory(office=True)
    draft = planned(office, now=timezone.now())
    speaker_of(pairing.branch_b, title="驻村律师")
    draft = planned(office, now=timezone.now())
    PairingFactory(branch_a=pairing.branch_b, branch_b=lonely.branch)
    assert news(draft).sentence == "1 个结对新结或结束"
    [change] = updated(draft, office).changes
    assert (change["demand_id"], change["after"], change["cause"]) == (lonely.pk, "驻村律师", "有新的结对")


def test_raised_floor_is_news_and_the_cause(draft, secretary, law_pair):
    strict = replace(Weights.default(), floor=1.0)
    weights_change(
        weights=strict, reason="只看全对的", base=None, actor=UserFactory(admin=True), now=timezone.now()
    )
    assert news(draft).sentence == "匹配权重调整过"
    child = updated(draft, secretary)
    [change] = child.changes
    assert (change["demand_id"], change["after"]) == (law_pair[1].pk, "")
    assert change["cause"] == "匹配权重调整过，得分有变化"
    assert not news(child)


def test_accepted_match_is_no_news_and_frees_nothing(draft, secretary, law_pair):
    waiting = law_demand(law_pair[0].branch_b, title="老年人法律意识薄弱")
    both = updated(draft, secretary)
    match_run_accept(run=both, match_ids=[both.matches.get().pk], actor=secretary, now=timezone.now())
    child = updated(both, secretary)
    assert pairs_of(child) == set()
    assert [change["demand_id"] for change in child.changes] == [law_pair[1].pk]
    assert child.gaps.get().demand == waiting


def test_declined_match_is_not_proposed_again(draft, secretary, law_pair):
    pairing, demand, speaker = law_pair
    ClaimFactory(pairing=pairing, demand=demand, resource=speaker, declined=True)
    child = updated(draft, secretary)
    assert pairs_of(child) == set()
    [change] = child.changes
    assert change["why"].startswith(f"{pairing.branch_a}婉拒过这条认领；")


def test_opinions_that_wait_go_on_waiting_in_the_updated_plan(draft, secretary, law_pair):
    pairing, demand, speaker = law_pair
    wish = {"demand_id": demand.pk, "resource_id": speaker.pk, "kind": MatchEditKind.FORBID}
    match_edit_set(run=draft, actor=secretary, **wish)
    law_demand(pairing.branch_b, title="老年人法律意识薄弱")
    partner = UserFactory(secretary_of=pairing.branch_a)
    child = updated(draft, partner)
    assert [(edit.demand, edit.resource, edit.kind, edit.made_by) for edit in child.edits.all()] == [
        (demand, speaker, MatchEditKind.FORBID, secretary)
    ]
    assert match_run_page(child, number=1, today=TODAY).edit_count == 1
    solved = work_off(match_run_resolve(run=child, actor=partner, now=timezone.now()))
    assert (demand.pk, speaker.pk) not in pairs_of(solved)


def test_changed_demand_is_news(draft, law_pair):
    law_pair[1].save()
    assert news(draft).sentence == "1 条需求有改动"
