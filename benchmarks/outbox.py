"""Taking e-mails out of the outbox in batches beside one at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator

from benchmarks.database import scratch_database
from benchmarks.results import Options, Result

BENCH = "outbox"
WAITING = 20_000
BATCH = 500
SINGLE = 100


def cases(options: Options) -> Iterator[Result]:
    """Messages claimed a second, both ways, on the same full outbox."""
    with scratch_database("bench_outbox"):
        _fill()
        batched, single = _rate(BATCH, 4), _rate(1, SINGLE)
        detail = {"batched_per_s": round(batched), "single_per_s": round(single), "waiting": WAITING}
        yield Result.at_least(BENCH, f"claim {BATCH} at once / one by one", batched / single, 20, **detail)


def _fill() -> None:
    from django.utils import timezone

    from branches.models import User
    from core.models import Notification

    person = User.objects.create(username="reader", email="reader@example.org")
    now = timezone.now()
    Notification.objects.bulk_create(
        Notification(recipient=person, channel="email", dedupe_key=f"bench:{n}", subject="提醒", due_at=now)
        for n in range(WAITING)
    )


def _rate(count: int, times: int) -> float:
    from pairing.reminders.dispatch import notifications_claim

    started = time.perf_counter()
    claimed = sum(len(notifications_claim(count=count)) for _ in range(times))
    return claimed / (time.perf_counter() - started)
