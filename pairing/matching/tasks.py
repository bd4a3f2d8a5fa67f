"""Solving runs in the background. The tables say what waits; a message only says when to look."""

import time

from celery import shared_task
from django.utils import timezone

from core.heartbeats import beat
from pairing.matching.reranker import configured
from pairing.matching.services.contexts import contexts_keep
from pairing.matching.services.opinions import opinions_ask
from pairing.matching.services.shards import match_shard_execute

# A shard of 8,000 texts never read takes two minutes, a whole city joined by one bureau many times that.
# Below the broker's visibility_timeout, after which a message is delivered again.
SHARD_SECONDS = 50 * 60
TICK_SECONDS = 60  # then the next tick goes on
READING_SECONDS = 60  # of every five minutes while there are unread texts
long_task = shared_task(soft_time_limit=SHARD_SECONDS, time_limit=SHARD_SECONDS + 60)


@long_task
def execute_shard(run_id: int) -> None:
    """Work off one shard of a run. There is a message for each of them, whoever takes which."""
    match_shard_execute(run_id=run_id, now=timezone.now())


@long_task
def resume_runs() -> None:
    """Work off whatever waits: runs whose message was lost, shards whose worker was killed."""
    started = time.monotonic()
    while match_shard_execute(now=timezone.now()) and time.monotonic() - started < TICK_SECONDS:
        pass
    beat("matching", now=timezone.now())


@shared_task
def ask_opinions() -> None:
    """Ask the county's own endpoint what the pages would like to know; nobody where none is set up."""
    if endpoint := configured():
        opinions_ask(endpoint=endpoint, now=timezone.now())


@shared_task
def keep_contexts() -> None:
    """Read what the ledgers say, so that no page and no run waits for it."""
    contexts_keep(today=timezone.localdate(), seconds=READING_SECONDS)
    beat("contexts", now=timezone.now())
