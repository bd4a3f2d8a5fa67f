"""What a person wants different in a draft: kept with the draft until it is solved again.

An opinion has no effect by itself, so it is no audited action; the run that is solved with it is.
"""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db import transaction

from branches.models import User
from core.errors import DomainError
from pairing.matching.enums import MatchEditKind
from pairing.matching.models import Match, MatchEdit, MatchGap, MatchRun


@transaction.atomic
def match_edit_set(
    *, run: MatchRun, demand_id: int, resource_id: int, kind: MatchEditKind | None, actor: User
) -> MatchEdit | None:
    """Pin a resource to a demand, forbid it, or (None) take back what was said of the two.

    A demand has one pin; pinning another resource replaces it.

    Raises:
        PermissionDenied: the draft is not this person's to change.
        DomainError: the draft is still being solved, or the resource is no candidate for the demand in it.
    """
    if not actor.has_perm("matching.change_run", run):
        raise PermissionDenied
    run = MatchRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
    if not run.is_done:
        raise DomainError(f"{run}现在是“{run.get_state_display()}”，完成后才能提意见。")
    if resource_id not in _candidates(run, demand_id):
        raise DomainError("这项资源不在这条需求的候选里，请从列出的候选中选择。")
    edits = run.edits.filter(demand=demand_id)
    edits.filter(resource=resource_id).delete()
    if kind is None:
        return None
    if kind == MatchEditKind.PIN:
        edits.filter(kind=kind).delete()
    return MatchEdit.objects.create(
        run=run, demand_id=demand_id, resource_id=resource_id, kind=kind, made_by=actor
    )


def _candidates(run: MatchRun, demand_id: int) -> set[int]:
    """The resources a draft knows for a demand: the chosen one, the others, and what was said before."""
    found = set(run.edits.filter(demand=demand_id).values_list("resource", flat=True))
    matches = Match.objects.filter(run=run, demand=demand_id)
    rows: tuple[Match | MatchGap, ...] = (*matches, *MatchGap.objects.filter(run=run, demand=demand_id))
    for row in rows:
        found.update(each["resource_id"] for each in row.alternatives)
    return found.union(match.resource_id for match in matches)
