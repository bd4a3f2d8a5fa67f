"""A whole-list plan is ordered, solved over real rows, and kept with its proof."""

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import ConflictError, DomainError
from core.models import AuditEntry
from pairing.matching.engine import Weights
from pairing.matching.enums import MatchRunState, MatchScope
from pairing.matching.models import Match, MatchRun
from pairing.matching.services.retrying import match_run_retry
from pairing.matching.services.runs import match_run_resolve, match_run_start, match_run_update
from pairing.plans.models import Pairing
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory
from tests.factories.plans import PairingFactory
from tests.matching.conftest import NOW, TODAY, planned, work_off

pytestmark = pytest.mark.django_db


def test_start_queues_a_run_with_one_shard(law_pair, secretary):
    pairing, _, _ = law_pair
    run = match_run_start(actor=secretary, now=NOW, pairing=pairing)
    assert (run.state, run.scope, run.as_of) == (MatchRunState.QUEUED, MatchScope.PAIRING, TODAY)
    assert run.branch_ids == sorted((pairing.branch_a_id, pairing.branch_b_id))
    assert [(shard.state, shard.branch_ids) for shard in run.shards.all()] == [("queued", run.branch_ids)]
    entry = AuditEntry.objects.get(action="match_run.create")
    assert (entry.actor, entry.target_id, entry.words) == (secretary, run.pk, "新增匹配批次")


def test_run_stores_best_match_with_reasons_and_proof(law_pair, secretary):
    pairing, demand, speaker = law_pair
    run = planned(secretary, pairing=pairing)
    match = Match.objects.get()
    assert (match.run, match.demand, match.resource) == (run, demand, speaker)
    assert match.explanation.startswith("都像是“普法宣讲”事项；")
    assert match.month == TODAY.replace(day=1)
    assert (run.state, run.percent_of_bound) == (MatchRunState.DONE, 100.0)
    assert run.objective == pytest.approx(run.bound)
    assert (run.demand_count, run.resource_count, run.match_count, run.gap_count) == (1, 2, 1, 0)


def test_run_keeps_what_it_was_made_from(law_pair, secretary):
    run = planned(secretary, pairing=law_pair[0])
    assert Weights.from_dict(run.weights) == Weights.default()
    assert len(run.catalogue_version) == 12
    assert set(run.timings_ms) == {"read", "score", "solve", "explain"}
    assert run.started_at == NOW
    assert run.finished_at > NOW


def test_run_says_why_a_demand_is_unserved(law_pair):
    pairing, _, _ = law_pair
    lonely = DemandFactory(branch=pairing.branch_a, title="食堂需要一台消毒柜", raised_on=TODAY)
    run = planned(UserFactory(office=True), pairing=pairing)
    [gap] = run.gaps.all()
    assert (gap.demand, gap.code, bool(gap.sentence)) == (lonely, "no_fit", True)
    assert run.percent_of_bound == 100.0


def test_run_leaves_strangers_resources_alone(law_pair):
    _, demand, speaker = law_pair
    speaker.branch = BranchFactory()
    speaker.save()
    run = planned(UserFactory(office=True))
    assert run.matches.count() == 0
    assert [gap.demand for gap in run.gaps.all()] == [demand]


def test_group_run_has_a_shard_for_each_part_that_no_pairing_connects(law_pair):
    pairing, demand, speaker = law_pair
    other = PairingFactory()
    lonely = BranchFactory()
    branches = [pairing.branch_a, pairing.branch_b, other.branch_a, other.branch_b, lonely]
    run = match_run_start(actor=UserFactory(office=True), now=NOW, branches=branches)
    parts = [[pairing.branch_a_id, pairing.branch_b_id], [other.branch_a_id, other.branch_b_id], [lonely.pk]]
    assert sorted(shard.branch_ids for shard in run.shards.all()) == sorted(sorted(part) for part in parts)
    run = work_off(run)
    assert (run.state, list(run.matches.values_list("demand", "resource"))) == (
        MatchRunState.DONE,
        [(demand.pk, speaker.pk)],
    )


def test_second_run_of_the_same_scope_is_told_who_was_first(law_pair, secretary):
    pairing, _, _ = law_pair
    first = match_run_start(actor=secretary, now=NOW, pairing=pairing)
    partner = UserFactory(secretary_of=pairing.branch_a)
    with pytest.raises(
        ConflictError, match=rf"^{secretary}在 .* 发起了同一范围的方案，正在计算，请直接查看{first}"
    ):
        match_run_start(actor=partner, now=NOW, pairing=pairing)
    assert list(MatchRun.objects.all()) == [first]
    work_off(first)
    assert match_run_start(actor=partner, now=NOW, pairing=pairing).pk != first.pk


@pytest.mark.parametrize("again", [match_run_resolve, match_run_update, match_run_retry])
def test_plan_of_a_pairing_that_has_ended_reads_the_ledgers_no_more(law_pair, secretary, again):
    pairing, _, _ = law_pair
    run = planned(secretary, pairing=pairing)
    run.shards.update(state=MatchRunState.FAILED)
    Pairing.objects.filter(pk=pairing.pk).update(state="ended", end_reason="到期", ends_on=TODAY)
    with pytest.raises(DomainError, match="的结对已经结束，不能再做方案"):
        again(run=MatchRun.objects.get(pk=run.pk), actor=secretary, now=NOW)
    assert MatchRun.objects.get().is_done


@pytest.mark.parametrize("seat", ["member", "stranger", "auditor"])
def test_start_is_refused_to_those_who_may_not_plan(law_pair, seat):
    pairing, _, _ = law_pair
    actor = {
        "member": lambda: UserFactory(member_of=pairing.branch_a),
        "stranger": lambda: UserFactory(secretary_of=BranchFactory()),
        "auditor": lambda: UserFactory(auditor=True),
    }[seat]()
    with pytest.raises(PermissionDenied):
        match_run_start(actor=actor, now=NOW, pairing=pairing)
    assert MatchRun.objects.count() == 0


def test_start_for_the_county_is_refused_to_a_secretary(secretary):
    with pytest.raises(PermissionDenied):
        match_run_start(actor=secretary, now=NOW)


def test_start_is_refused_for_an_ended_pairing_and_a_group_of_one():
    office = UserFactory(office=True)
    with pytest.raises(DomainError, match="已经结束"):
        match_run_start(actor=office, now=NOW, pairing=PairingFactory(ended=True))
    with pytest.raises(DomainError, match="至少选两个"):
        match_run_start(actor=office, now=NOW, branches=[BranchFactory()])


def tree(*counties):
    """A city with counties, each county a list of pairings between branches below it."""
    city = BranchFactory(name="市委")
    made = []
    for number, pairs in enumerate(counties):
        county = BranchFactory(name=f"第{number}县委", parent=city)
        pairings = [
            PairingFactory(branch_a=BranchFactory(parent=county), branch_b=BranchFactory(parent=county))
            for _ in range(pairs)
        ]
        ids = sorted(pk for pairing in pairings for pk in (pairing.branch_a_id, pairing.branch_b_id))
        made.append((county, [county.pk, *ids]))
    return city, made


def shards_of(run):
    return list(run.shards.order_by("position").values_list("branch_ids", flat=True))


def test_run_of_a_city_has_a_shard_for_each_county_below_it():
    city, [(first, first_ids), (_, second_ids)] = tree(2, 1)
    BranchFactory(name="别处")
    run = match_run_start(actor=UserFactory(office=True), now=NOW, area=city)
    assert (run.scope, run.area, run.scope_key) == (MatchScope.AREA, city, f"area:{city.pk}")
    assert shards_of(run) == [[city.pk], first_ids, second_ids]
    assert work_off(run).state == MatchRunState.DONE
    county = match_run_start(actor=UserFactory(office=True), now=NOW, area=first)
    assert sorted(pk for shard in shards_of(county) for pk in shard) == first_ids
    assert len(shards_of(county)) == 3  # its own, and two pairs that nothing connects


def test_counties_that_a_pairing_connects_share_a_shard():
    city, [(_, first_ids), (_, second_ids), (_, third_ids)] = tree(1, 1, 1)
    PairingFactory(branch_a_id=first_ids[1], branch_b_id=third_ids[1])
    run = match_run_start(actor=UserFactory(office=True), now=NOW, area=city)
    assert shards_of(run) == [[city.pk], sorted(first_ids + third_ids), second_ids]


@pytest.mark.parametrize("is_area", [True, False])
def test_partners_outside_an_area_or_a_group_take_part(law_pair, is_area):
    """Otherwise those inside would hear that nothing in the county does what their partner offers."""
    pairing, demand, speaker = law_pair
    street = BranchFactory(name="街道党工委")
    type(street).objects.filter(pk=pairing.branch_b_id).update(parent=street)
    branches = [street, pairing.branch_b]
    scope = {"area": street} if is_area else {"branches": branches}
    run = work_off(match_run_start(actor=UserFactory(office=True), now=NOW, **scope))
    assert list(run.matches.values_list("demand", "resource")) == [(demand.pk, speaker.pk)]
    assert pairing.branch_a_id in run.branch_ids


def test_run_of_all_has_a_shard_for_each_root_if_there_are_several():
    lonely = BranchFactory(name="别处")
    office = UserFactory(office=True)
    seat = office.memberships.get().branch
    assert shards_of(work_off(match_run_start(actor=office, now=NOW))) == [[]]
    city, [(_, ids)] = tree(1)
    assert shards_of(work_off(match_run_start(actor=office, now=NOW))) == [[]]
    other = BranchFactory(name="邻市")
    below = BranchFactory(parent=other)
    parts = [[lonely.pk, seat.pk], [city.pk, *ids], [other.pk, below.pk]]
    assert shards_of(match_run_start(actor=office, now=NOW)) == sorted(map(sorted, parts))
