"""A worker process is killed while it solves: its shard waits for the lease and is then solved once."""

import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from pairing.matching.enums import MatchRunState
from pairing.matching.models import Match, MatchShard
from pairing.matching.services.runs import match_run_start
from pairing.matching.services.shards import LEASE, match_shard_execute
from tests.matching.conftest import work_off
from tests.reminders.processes import process_environment

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[2]
WORKER_THAT_NEVER_ENDS = """
import sys, time
from datetime import timedelta
import django
django.setup()
from django.utils import timezone
from pairing.matching.services import shards

def solve_for_ever(shard):
    print("solving", flush=True)
    time.sleep(600)

shards.solve_shard = solve_for_ever
shards.LEASE = timedelta(seconds=float(sys.argv[2]))
shards.match_shard_execute(now=timezone.now(), run_id=int(sys.argv[1]))
"""


@contextmanager
def solving(run, lease):
    """A process that holds the only shard of a run; it is killed at the end."""
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER_THAT_NEVER_ENDS, str(run.pk), str(lease.total_seconds())],
        cwd=ROOT,
        env=process_environment(1),
        stdout=subprocess.PIPE,
    )
    try:
        assert worker.stdout.readline() == b"solving\n"
        yield
    finally:
        worker.kill()
        worker.communicate()


def test_shard_of_a_killed_process_is_taken_over(law_pair, secretary):
    run = match_run_start(actor=secretary, now=timezone.now(), pairing=law_pair[0])
    with solving(run, LEASE):
        pass
    assert match_shard_execute(now=timezone.now(), run_id=run.pk) is None
    assert MatchShard.objects.get().state == MatchRunState.RUNNING
    run = work_off(run, now=timezone.now() + LEASE + timedelta(seconds=1))
    assert (run.state, run.match_count, Match.objects.count()) == (MatchRunState.DONE, 1, 1)
    assert MatchShard.objects.get().attempt_count == 2


def test_process_that_works_longer_than_its_lease_keeps_its_shard(law_pair, secretary):
    lease = timedelta(seconds=6)
    run = match_run_start(actor=secretary, now=timezone.now(), pairing=law_pair[0])
    with solving(run, lease):
        first = MatchShard.objects.get().lease_until
        while MatchShard.objects.get().lease_until <= first + lease / 2:
            time.sleep(0.1)
        assert match_shard_execute(now=first + timedelta(seconds=1), run_id=run.pk) is None
    run = work_off(run, now=MatchShard.objects.get().lease_until + timedelta(seconds=1))
    assert (run.state, MatchShard.objects.get().attempt_count) == (MatchRunState.DONE, 2)
