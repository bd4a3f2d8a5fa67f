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
from pairing.matching.selectors.run_lines import partner_resources


@transaction.atomic
def match_edit_set(
    *, run: MatchRun, demand_id: int, resource_id: int, kind: MatchEditKind | None, actor: User
) -> MatchEdit | None:
    """Pin a resource to a demand, forbid it, or (None) take back what was said of the two.

    A demand has one pin; pinning another resource replaces it.

    Raises:
        PermissionDenied: the draft is not this person's to change.
        DomainError: the draft is still being solved, the demand is not in it, or the resource is neither a
            candidate for the demand nor a partner's.
    """
    if not actor.has_perm("matching.change_run", run):
        raise PermissionDenied
    run = MatchRun.objects.select_for_update(of=("self",), no_key=True).get(pk=run.pk)
    if not run.is_done:
        raise DomainError(f"{run}现在是“{run.get_state_display()}”，完成后才能提意见。")
    if not _is_possible(run, demand_id, resource_id):
        raise DomainError(
            "这项资源不是结对支部现在能用的，请从候选或结对支部的资源中选择。", field="resource"
        )
    edits = run.edits.filter(demand=demand_id)
    edits.filter(resource=resource_id).delete()
    if kind is None:
        return None
    if kind == MatchEditKind.PIN:
        edits.filter(kind=kind).delete()
    return MatchEdit.objects.create(
        run=run, demand_id=demand_id, resource_id=resource_id, kind=kind, made_by=actor
    )


def _is_possible(run: MatchRun, demand_id: int, resource_id: int) -> bool:
    """Whether a draft knows the resource for the demand (chosen, listed, spoken of), or a partner has it."""
    matches = list(Match.objects.filter(run=run, demand=demand_id))
    rows: list[Match | MatchGap] = [*matches, *MatchGap.objects.filter(run=run, demand=demand_id)]
    known = {each["resource_id"] for row in rows for each in row.alternatives}
    known.update(match.resource_id for match in matches)
    known.update(run.edits.filter(demand=demand_id).values_list("resource", flat=True))
    return bool(rows) and (
        resource_id in known or partner_resources(run, demand_id).filter(pk=resource_id).exists()
    )
