"""Working off the shards of runs: any number of workers, each shard solved once, whoever dies.

A worker takes a shard under a lease and prolongs it while it works, be it for many minutes. Messages carry
no work: one that comes twice finds nothing to take, one that is lost is made up for by the clock, and the
shard of a worker that was killed is taken over when its lease has run out. Only the holder of the current
lease can hand in a result.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from threading import Event, Thread
from uuid import uuid4

from django.db import OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from pairing.matching.enums import MATCH_RUN_LIVE, MatchRunState
from pairing.matching.models import Match, MatchGap, MatchRun, MatchShard
from pairing.matching.services.solving import Answer, solve_shard

LEASE = timedelta(minutes=3)  # how long the shard of a killed worker waits for another
MOST_ATTEMPTS = 3
GIVEN_UP = "计算没有完成，已重试三次。请补算或重新生成方案；仍不成功请联系管理员查看运行记录。"


def match_shard_execute(*, now: datetime, run_id: int | None = None) -> MatchShard | None:
    """Take one waiting shard, solve it outside any transaction, and hand in the result.

    Args:
        run_id: take a shard of this run only; of any run when None.

    Returns:
        The shard that was worked on, also when its result came too late to count; None when none waits.
    """
    shard = _take(run_id, now)
    if shard is None or shard.state == MatchRunState.FAILED:
        return shard
    started = time.perf_counter()
    try:
        with _prolonged(shard):
            answer = solve_shard(shard)
    except Exception as error:  # whatever it was: put it on record, let the next attempt begin, and raise it
        _give_back(shard, error, now)
        raise
    _hand_in(shard, answer, now + timedelta(seconds=time.perf_counter() - started))
    return shard


@transaction.atomic
def _take(run_id: int | None, now: datetime) -> MatchShard | None:
    """Take the lease of the oldest waiting shard that nobody else is just taking."""
    ripe = Q(state=MatchRunState.QUEUED) | Q(state=MatchRunState.RUNNING, lease_until__lt=now)
    waiting = MatchShard.objects.filter(ripe).select_for_update(of=("self",), skip_locked=True, no_key=True)
    if run_id is not None:
        waiting = waiting.filter(run=run_id)
    shard = waiting.select_related("run__parent").order_by("run", "position").first()
    if shard is None:
        return None
    if shard.attempt_count >= MOST_ATTEMPTS:
        _close(shard, MatchRunState.FAILED, shard.error or GIVEN_UP)
        _settle(shard.run_id, now)
        return shard
    shard.state = MatchRunState.RUNNING
    shard.attempt_count += 1
    shard.lease_token, shard.lease_until, shard.started_at = uuid4(), now + LEASE, now
    shard.save()
    queued = MatchRun.objects.filter(pk=shard.run_id, state=MatchRunState.QUEUED)
    queued.update(state=MatchRunState.RUNNING, started_at=now)
    return shard


@contextmanager
def _prolonged(shard: MatchShard) -> Iterator[None]:
    """Prolong the lease for as long as this process works on the shard; once it is killed, nobody does."""
    is_over = Event()
    keeper = Thread(target=_prolong, args=(shard, is_over), daemon=True)
    keeper.start()
    try:
        yield
    finally:
        is_over.set()
        keeper.join()


def _prolong(shard: MatchShard, is_over: Event) -> None:
    held = MatchShard.objects.filter(pk=shard.pk, lease_token=shard.lease_token)
    while not is_over.wait(LEASE.total_seconds() / 3):
        try:
            held.update(lease_until=timezone.now() + LEASE)
        except OperationalError:  # the database is away for a moment; the lease has room for two more tries
            pass
        finally:
            connection.close()  # this thread's own


@transaction.atomic
def _hand_in(shard: MatchShard, answer: Answer, now: datetime) -> None:
    """Store a result, unless the lease has passed to somebody else meanwhile."""
    held = _held(shard)
    if held is None:
        return
    Match.objects.bulk_create(answer.matches, batch_size=1000)
    MatchGap.objects.bulk_create(answer.gaps, batch_size=1000)
    run = MatchRun.objects.select_for_update(of=("self",), no_key=True).get(pk=held.run_id)
    _add(run, answer)
    run.save()
    held.elapsed_ms = sum(answer.timings_ms.values())
    _close(held, MatchRunState.DONE)
    _settle(held.run_id, now)


def _add(run: MatchRun, answer: Answer) -> None:
    run.objective = (run.objective or 0) + answer.objective
    run.bound = (run.bound or 0) + answer.bound
    run.demand_count += answer.demand_count
    run.resource_count += answer.resource_count
    run.match_count += len({match.demand_id for match in answer.matches})
    run.notes = [*run.notes, *answer.notes]
    run.changes = [*run.changes, *answer.changes]
    run.catalogue_version = answer.catalogue_version
    for step, spent in answer.timings_ms.items():
        run.timings_ms[step] = round(run.timings_ms.get(step, 0) + spent, 1)


@transaction.atomic
def _give_back(shard: MatchShard, error: Exception, now: datetime) -> None:
    """Let the next worker try at once, unless this was the last attempt."""
    held = _held(shard)
    if held is None:
        return
    words = f"计算出错：{type(error).__name__} {error}"[:300]
    if held.attempt_count < MOST_ATTEMPTS:
        _close(held, MatchRunState.QUEUED, words)
        return
    _close(held, MatchRunState.FAILED, words)
    _settle(held.run_id, now)


def _held(shard: MatchShard) -> MatchShard | None:
    """The locked row, None when its lease is no longer this worker's."""
    rows = MatchShard.objects.select_for_update(of=("self",), no_key=True)
    return rows.filter(pk=shard.pk, state=MatchRunState.RUNNING, lease_token=shard.lease_token).first()


def _close(shard: MatchShard, state: MatchRunState, error: str = "") -> None:
    """Give up the lease and leave the shard in `state`."""
    shard.state, shard.error = state, error
    shard.lease_token = shard.lease_until = None
    shard.save()


def _settle(run_id: int, now: datetime) -> None:
    """Close the run when its last shard is over; the shard is locked first, the run after it.

    What the solved shards came to stands, whatever became of the others: a draft without their branches.
    """
    run = MatchRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run_id)
    states = set(run.shards.values_list("state", flat=True).order_by())
    if states & set(MATCH_RUN_LIVE):
        return
    run.finished_at = now
    if MatchRunState.DONE in states:
        run.state = MatchRunState.DONE
    else:
        run.state, run.error = MatchRunState.FAILED, GIVEN_UP
    run.save()
