"""A worker process is killed while it solves: its shard waits for the lease and is then solved once."""

import subprocess
import sys
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
import django
django.setup()
from django.utils import timezone
from pairing.matching.services import shards

def solve_for_ever(shard):
    print("solving", flush=True)
    time.sleep(600)

shards.solve_shard = solve_for_ever
shards.match_shard_execute(now=timezone.now(), run_id=int(sys.argv[1]))
"""


def test_shard_of_a_killed_process_is_taken_over(law_pair, secretary):
    run = match_run_start(actor=secretary, now=timezone.now(), pairing=law_pair[0])
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER_THAT_NEVER_ENDS, str(run.pk)],
        cwd=ROOT,
        env=process_environment(1),
        stdout=subprocess.PIPE,
    )
    try:
        assert worker.stdout.readline() == b"solving\n"
    finally:
        worker.kill()
        worker.communicate()
    assert match_shard_execute(now=timezone.now(), run_id=run.pk) is None
    assert MatchShard.objects.get().state == MatchRunState.RUNNING
    run = work_off(run, now=timezone.now() + LEASE + timedelta(seconds=1))
    assert (run.state, run.match_count, Match.objects.count()) == (MatchRunState.DONE, 1, 1)
    assert MatchShard.objects.get().attempt_count == 2
