"""Solving runs in the background. The tables say what waits; a message only says when to look."""

from celery import shared_task
from django.utils import timezone

from core.heartbeats import beat
from pairing.matching.reranker import configured
from pairing.matching.services.opinions import opinions_ask
from pairing.matching.services.shards import match_shard_execute


@shared_task
def execute_shard(run_id: int) -> None:
    """Work off one shard of a run. There is a message for each of them, whoever takes which."""
    match_shard_execute(run_id=run_id, now=timezone.now())


@shared_task
def resume_runs() -> None:
    """Work off whatever waits: runs whose message was lost, shards whose worker was killed."""
    while match_shard_execute(now=timezone.now()):
        pass
    beat("matching", now=timezone.now())


@shared_task
def ask_opinions() -> None:
    """Ask the county's own endpoint what the pages would like to know; nobody where none is set up."""
    if endpoint := configured():
        opinions_ask(endpoint=endpoint, now=timezone.now())
