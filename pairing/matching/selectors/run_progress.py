"""How far a run is, part by part."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from pairing.matching.enums import MatchRunState
from pairing.matching.models import MatchRun, MatchShard


@dataclass(frozen=True)
class Progress:
    """One part of a run: how far it is, and the seconds it took or has taken so far (None: not begun)."""

    shard: MatchShard
    seconds: float | None

    @property
    def is_failed(self) -> bool:
        return self.shard.state == MatchRunState.FAILED

    @property
    def is_again(self) -> bool:
        """Whether a worker before gave it up or was lost with it."""
        return self.shard.attempt_count > 1


def match_run_progress(run: MatchRun, *, now: datetime) -> list[Progress]:
    """The parts of a run as they stand, in one query."""
    return [Progress(shard, _seconds(shard, now)) for shard in run.shards.order_by("position")]


def _seconds(shard: MatchShard, now: datetime) -> float | None:
    if shard.elapsed_ms is not None:
        return shard.elapsed_ms / 1000
    if shard.state != MatchRunState.RUNNING or shard.started_at is None:
        return None
    return max((now - shard.started_at).total_seconds(), 0.0)
