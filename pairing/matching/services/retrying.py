"""Trying the parts of a run again that could not be solved, while what the others came to stands."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from branches.models import User
from core import audit
from core.errors import ConflictError, DomainError
from core.wording import cn_date
from pairing.matching.enums import MatchRunState
from pairing.matching.models import MatchRun, MatchShard
from pairing.matching.services.runs import busy_sentence, check_paired


@transaction.atomic
def match_run_retry(*, run: MatchRun, actor: User, now: datetime) -> MatchRun:
    """Give the failed parts of a run all their attempts back; nothing that is solved is solved again.

    Raises:
        PermissionDenied: the run is not this person's to change.
        DomainError: no part has failed, the pairing has ended, or the run was made on another day, from which
            time has moved on.
        ConflictError: a plan of the same scope is being solved; the sentence says whose.
    """
    if not actor.has_perm("matching.change_run", run):
        raise PermissionDenied
    check_paired(run)
    failed = MatchShard.objects.filter(run=run, state=MatchRunState.FAILED)
    shards = list(failed.select_for_update(of=("self",), no_key=True).order_by("position"))
    run = MatchRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    if run.is_live or not shards:
        raise DomainError(f"{run}没有需要补算的部分，请刷新页面查看。")
    if run.as_of != timezone.localdate(now):
        raise DomainError(
            f"{run}是按 {cn_date(run.as_of)} 的情况算的，只能当天补算。请更新方案，或者重新生成。"
        )
    with audit.action("match_run.retry", actor=actor, target=run) as entry:
        entry.summary = "、".join(shard.name for shard in shards)
        failed.update(state=MatchRunState.QUEUED, attempt_count=0, error="")
        # A run of which nothing is solved begins anew, and reads its ledgers when the first part is taken.
        run.state = MatchRunState.RUNNING if run.is_done else MatchRunState.QUEUED
        run.finished_at, run.error = None, ""
        try:
            with transaction.atomic():
                run.save()
        except IntegrityError as error:
            raise ConflictError(busy_sentence(run.scope_key)) from error
    return run
