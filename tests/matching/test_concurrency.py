"""Several workers and several people at one plan: one result, one winner, and a sentence for the other."""

import pytest

from core.errors import ConflictError
from pairing.matching.enums import MatchRunState
from pairing.matching.models import Match, MatchRun, MatchShard
from pairing.matching.services.acceptance import match_run_accept
from pairing.matching.services.runs import match_run_start
from pairing.matching.services.shards import match_shard_execute
from pairing.plans.models import Claim
from tests.crowd import at_once
from tests.factories.branches import UserFactory
from tests.factories.plans import PairingFactory
from tests.matching.conftest import NOW, law_demand, planned, speaker_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_executors_of_one_run_give_one_result(law_pair, secretary):
    run = match_run_start(actor=secretary, now=NOW, pairing=law_pair[0])
    work = [lambda: match_shard_execute(now=NOW, run_id=run.pk)] * 4
    outcomes = at_once(*work)
    assert sorted(outcome is None for outcome in outcomes) == [False, True, True, True]
    run.refresh_from_db()
    assert (run.state, run.match_count, Match.objects.count()) == (MatchRunState.DONE, 1, 1)
    assert MatchShard.objects.get().attempt_count == 1


def test_several_executors_share_the_shards_of_a_group(law_pair):
    pairings = [law_pair[0], *PairingFactory.create_batch(3)]
    for pairing in pairings[1:]:
        law_demand(pairing.branch_b)
        speaker_of(pairing.branch_a)
    branches = [branch for pairing in pairings for branch in (pairing.branch_a, pairing.branch_b)]
    run = match_run_start(actor=UserFactory(office=True), now=NOW, branches=branches)
    outcomes = at_once(*[lambda: match_shard_execute(now=NOW, run_id=run.pk)] * 4)
    assert {outcome.position for outcome in outcomes} == {1, 2, 3, 4}
    run.refresh_from_db()
    assert (run.state, run.match_count, run.demand_count) == (MatchRunState.DONE, 4, 4)
    assert run.objective == pytest.approx(sum(Match.objects.values_list("score", flat=True)))


def test_two_people_who_order_the_same_plan_get_one_run_and_a_sentence(law_pair, secretary):
    pairing, _, _ = law_pair
    partner = UserFactory(secretary_of=pairing.branch_a)
    outcomes = at_once(
        *[
            lambda actor=actor: match_run_start(actor=actor, now=NOW, pairing=pairing)
            for actor in (secretary, partner)
        ]
    )
    assert {type(outcome) for outcome in outcomes} == {MatchRun, ConflictError}
    [refusal] = [outcome for outcome in outcomes if isinstance(outcome, ConflictError)]
    assert "发起了同一范围的方案" in refusal.message
    assert MatchRun.objects.count() == 1


def test_both_sides_who_accept_at_once_make_one_claim_each_match(law_pair, secretary):
    pairing, _, _ = law_pair
    law_demand(pairing.branch_b, title="老年人法律意识薄弱")
    speaker_of(pairing.branch_a, title="公职律师")
    run = planned(secretary, pairing=pairing)
    ids = list(run.matches.values_list("pk", flat=True))
    people = (secretary, UserFactory(secretary_of=pairing.branch_a))
    outcomes = at_once(
        *[
            lambda actor=actor: match_run_accept(run=run, match_ids=ids, actor=actor, now=NOW)
            for actor in people
        ]
    )
    assert sorted((len(each.claims), len(each.refusals)) for each in outcomes) == [(0, 2), (2, 0)]
    assert Claim.objects.count() == 2


def test_plans_of_two_pairs_that_share_a_branch_are_accepted_at_once(law_pair, secretary):
    """Their claims lock the same resources; taken crosswise that would be a deadlock."""
    first, _, _ = law_pair
    second = PairingFactory(branch_a=first.branch_a)
    for number in range(6):
        speaker_of(first.branch_a, title=f"第{number}位普法骨干", capacity_per_month=2)
        law_demand(first.branch_b, title=f"第{number}网格法律意识薄弱")
        law_demand(second.branch_b, title=f"第{number}村组法律意识薄弱")
    office = UserFactory(office=True)
    runs = [planned(office, pairing=pairing) for pairing in (first, second)]
    calls = [
        lambda run=run: match_run_accept(
            run=run, match_ids=run.matches.values_list("pk", flat=True), actor=office, now=NOW
        )
        for run in runs
    ]
    outcomes = at_once(*calls)
    assert [type(each).__name__ for each in outcomes] == ["Acceptance", "Acceptance"], outcomes
    made = sum(len(each.claims) for each in outcomes)
    assert (made, made > 0) == (Claim.objects.count(), True)
