"""A shard is solved once, whoever dies and whatever message comes twice."""

from datetime import timedelta

import pytest

from pairing.matching.enums import MatchRunState
from pairing.matching.models import Match, MatchRun, MatchShard
from pairing.matching.services import shards
from pairing.matching.services.runs import match_run_start
from pairing.matching.services.shards import LEASE, MOST_ATTEMPTS, match_shard_execute
from pairing.matching.services.solving import solve_shard
from pairing.matching.tasks import execute_shard, resume_runs
from tests.factories.branches import UserFactory
from tests.factories.plans import PairingFactory
from tests.matching.conftest import NOW, planned, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def queued(law_pair, secretary):
    return match_run_start(actor=secretary, now=NOW, pairing=law_pair[0])


def taken(run, now=NOW):
    """The shard as a worker holds it that is killed a moment later."""
    return shards._take(run.pk, now)


def test_execute_a_second_time_does_nothing(queued):
    assert match_shard_execute(now=NOW, run_id=queued.pk) == queued.shards.get()
    before = list(MatchRun.objects.values())
    assert match_shard_execute(now=NOW, run_id=queued.pk) is None
    assert (list(MatchRun.objects.values()), Match.objects.count()) == (before, 1)


def test_shard_under_a_lease_is_left_to_its_worker(queued):
    held = taken(queued)
    assert match_shard_execute(now=NOW + LEASE, run_id=queued.pk) is None
    shard = MatchShard.objects.get()
    assert (shard.state, shard.lease_token) == (MatchRunState.RUNNING, held.lease_token)


def test_shard_of_a_killed_worker_is_taken_over_when_its_lease_has_run_out(queued):
    taken(queued)
    later = NOW + LEASE + timedelta(seconds=1)
    assert work_off(now=later) is None
    queued.refresh_from_db()
    assert (queued.state, queued.match_count, queued.started_at) == (MatchRunState.DONE, 1, NOW)
    assert (MatchShard.objects.get().attempt_count, Match.objects.count()) == (2, 1)


def test_result_after_a_takeover_is_dropped(queued):
    late = taken(queued)
    answer = solve_shard(late)
    work_off(queued, now=NOW + LEASE + timedelta(seconds=1))
    shards._hand_in(late, answer, NOW + 2 * LEASE)
    queued.refresh_from_db()
    assert (Match.objects.count(), queued.match_count, queued.demand_count) == (1, 1, 1)


def test_shard_that_kills_its_worker_every_time_fails_its_run_with_a_sentence(queued):
    for attempt in range(MOST_ATTEMPTS):
        assert taken(queued, NOW + attempt * (LEASE + timedelta(seconds=1))) is not None
    work_off(queued, now=NOW + MOST_ATTEMPTS * (LEASE + timedelta(seconds=1)))
    queued.refresh_from_db()
    assert (queued.state, queued.error) == (MatchRunState.FAILED, shards.GIVEN_UP)


def test_error_while_solving_is_raised_kept_and_tried_again(queued):
    MatchRun.objects.update(weights={"magic": 1.0})
    for attempt in range(1, MOST_ATTEMPTS + 1):
        with pytest.raises(ValueError, match="magic"):
            match_shard_execute(now=NOW, run_id=queued.pk)
        shard = MatchShard.objects.get()
        assert (shard.attempt_count, "magic" in shard.error) == (attempt, True)
    queued.refresh_from_db()
    assert (queued.state, queued.error) == (MatchRunState.FAILED, shards.GIVEN_UP)
    assert match_shard_execute(now=NOW) is None


def test_failed_run_gives_its_scope_free(queued, secretary):
    MatchRun.objects.update(state=MatchRunState.FAILED, finished_at=NOW)
    MatchShard.objects.update(state=MatchRunState.FAILED)
    assert planned(secretary, pairing=queued.pairing).state == MatchRunState.DONE


def test_message_solves_one_shard_of_its_run_and_one_that_comes_again_nothing(law_pair):
    pairings = [law_pair[0], PairingFactory()]
    branches = [branch for pairing in pairings for branch in (pairing.branch_a, pairing.branch_b)]
    run = match_run_start(actor=UserFactory(office=True), now=NOW, branches=branches)

    def states():
        return list(run.shards.order_by("position").values_list("state", flat=True))

    execute_shard(run.pk + 1)
    assert states() == ["queued", "queued"]
    execute_shard(run.pk)
    assert states() == ["done", "queued"]
    execute_shard(run.pk)
    execute_shard(run.pk)
    run.refresh_from_db()
    assert (states(), run.state, run.match_count) == (["done", "done"], MatchRunState.DONE, 1)


def test_clock_solves_whatever_waits(queued):
    resume_runs()
    assert (MatchShard.objects.get().state, Match.objects.count()) == (MatchRunState.DONE, 1)
