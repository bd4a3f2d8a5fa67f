"""A shard is solved once, whoever dies and whatever message comes twice."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import ConflictError, DomainError
from pairing.matching.enums import MatchRunState
from pairing.matching.models import Match, MatchRun, MatchShard
from pairing.matching.selectors.run_news import match_run_news
from pairing.matching.services import shards
from pairing.matching.services.acceptance import match_run_accept
from pairing.matching.services.changes import UNSOLVED
from pairing.matching.services.retrying import match_run_retry
from pairing.matching.services.runs import match_run_start, match_run_update
from pairing.matching.services.shards import LEASE, MOST_ATTEMPTS, match_shard_execute
from pairing.matching.services.solving import solve_shard
from pairing.matching.tasks import execute_shard, resume_runs
from tests.factories.branches import UserFactory
from tests.factories.plans import PairingFactory
from tests.matching.conftest import NOW, law_demand, planned, speaker_of, work_off

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


@pytest.fixture
def half(law_pair):
    """A run of two parts: the first, with the law pair, is solved, the second has used up its attempts."""
    other = PairingFactory()
    law_demand(other.branch_b, title="村民法律意识薄弱")
    speaker_of(other.branch_a, title="公职律师")
    branches = [law_pair[0].branch_a, law_pair[0].branch_b, other.branch_a, other.branch_b]
    run = match_run_start(actor=UserFactory(office=True), now=NOW, branches=branches)
    run.shards.filter(position=2).update(attempt_count=MOST_ATTEMPTS)
    return work_off(run)


def test_failed_part_leaves_the_others_to_be_accepted(half, law_pair):
    assert (half.state, half.demand_count, half.match_count) == (MatchRunState.DONE, 1, 1)
    assert [shard.state for shard in half.shards.all()] == [MatchRunState.DONE, MatchRunState.FAILED]
    accepted = match_run_accept(run=half, match_ids=[half.matches.get().pk], actor=half.requested_by, now=NOW)
    assert [claim.demand for claim in accepted.claims] == [law_pair[1]]


def test_what_was_never_solved_is_no_news_and_no_new_demand(half):
    assert not match_run_news(half, NOW.date()).added
    child = work_off(match_run_update(run=half, actor=half.requested_by, now=NOW))
    [change] = child.changes
    assert (change["after"], change["cause"], change["why"]) == ("公职律师", UNSOLVED, UNSOLVED)


def test_only_the_failed_part_is_tried_again(half):
    solved, failed = half.shards.all()
    before = list(half.matches.values())
    run = match_run_retry(run=half, actor=half.requested_by, now=NOW)
    assert (run.state, run.shards.get(state=MatchRunState.QUEUED)) == (MatchRunState.RUNNING, failed)
    run = work_off(run)
    assert (run.state, run.demand_count, run.match_count, run.error) == (MatchRunState.DONE, 2, 2, "")
    assert list(run.matches.filter(pk__in=[row["id"] for row in before]).values()) == before
    assert run.shards.get(pk=solved.pk).attempt_count == 1
    with pytest.raises(DomainError, match="没有需要补算的部分"):
        match_run_retry(run=run, actor=run.requested_by, now=NOW)


def test_run_of_which_nothing_was_solved_begins_anew(queued, secretary):
    MatchShard.objects.update(attempt_count=MOST_ATTEMPTS)
    assert work_off(queued).state == MatchRunState.FAILED
    run = work_off(match_run_retry(run=queued, actor=secretary, now=NOW + LEASE), now=NOW + LEASE)
    assert (run.state, run.match_count, run.started_at) == (MatchRunState.DONE, 1, NOW + LEASE)


def test_trying_again_is_refused_on_another_day_to_readers_and_beside_another_run(half):
    with pytest.raises(DomainError, match="只能当天补算"):
        match_run_retry(run=half, actor=half.requested_by, now=NOW + timedelta(days=1))
    with pytest.raises(PermissionDenied):
        match_run_retry(run=half, actor=UserFactory(auditor=True), now=NOW)
    match_run_update(run=half, actor=half.requested_by, now=NOW)
    with pytest.raises(ConflictError, match="发起了同一范围的方案"):
        match_run_retry(run=half, actor=half.requested_by, now=NOW)
