"""Second opinions on the order of suggestions: pages write questions, a background task asks them."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from core.doorbell import ring
from pairing.matching.models import SecondOpinion
from pairing.matching.reranker import FAULTS, KEPT_SECONDS, Endpoint, Question, ask

log = logging.getLogger(__name__)

PAUSE = timedelta(minutes=10)  # before a question that found no answer is asked again
KEPT = timedelta(seconds=KEPT_SECONDS)


@transaction.atomic
def opinions_want(*, questions: Sequence[Question], now: datetime) -> None:
    """Note what a page would like to know; what has been noted before stays as it is."""
    if not questions:
        return
    rows = (
        SecondOpinion(
            digest=question.digest,
            question=question.body.decode(),
            resource_count=question.count,
            asked_at=now,
            due_at=now,
        )
        for question in questions
    )
    SecondOpinion.objects.bulk_create(rows, ignore_conflicts=True)
    ring("second_opinion_wanted")


def opinions_ask(*, endpoint: Endpoint, now: datetime) -> int:
    """Ask what waits until the endpoint's budget is spent, outside any transaction; return the answers.

    After the first fault nobody is asked any more in this call. What is a week old is forgotten.
    """
    SecondOpinion.objects.filter(asked_at__lt=now - KEPT).delete()
    stop, answered = time.monotonic() + endpoint.budget, 0
    while time.monotonic() < stop and (row := _taken(now)):
        try:
            row.order = ask(endpoint, row.question.encode(), row.resource_count, stop)
        except FAULTS as fault:
            log.warning("re-ranking stopped, the built-in order stands: %s", type(fault).__name__)
            break
        row.save(update_fields=["order"])
        answered += 1
    return answered


@transaction.atomic
def _taken(now: datetime) -> SecondOpinion | None:
    """Take one question, so that no other worker asks it at the same time, nor this one again at once."""
    row = SecondOpinion.objects.due(now=now).select_for_update(skip_locked=True, no_key=True).first()
    if row:
        row.attempt_count += 1
        row.due_at = now + PAUSE
        row.save(update_fields=["attempt_count", "due_at"])
    return row
