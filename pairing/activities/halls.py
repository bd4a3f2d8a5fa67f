"""党建阵地 as places: the resource whose week and hours bind whatever takes place there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from branches.models import Branch
from ledgers.enums import ResourceKind
from ledgers.models import Resource
from pairing.activities.subjects import venue_key

Halls = dict[tuple[int, str], Resource]  # (branch id, key of the place) → the resource


def halls_of(branches: Iterable[Branch]) -> Halls:
    """The 党建阵地 in use of the branches that say when they are open, by title and by place; one query."""
    rows = Resource.objects.published().filter(
        kind=ResourceKind.POSITION,
        branch__in={branch.pk for branch in branches},
        availabilities__isnull=False,
    )
    found: Halls = {}
    for hall in rows.distinct().order_by("-pk"):
        found |= {(hall.branch_id, key): hall for key in map(venue_key, (hall.place, hall.title)) if key}
    return found


def halls_called(branches: Sequence[Branch], venue: str) -> list[Resource]:
    """The halls of these branches that the name of a venue means; none is looked for without a name."""
    return halls_at(halls_of(branches), branches, venue) if venue_key(venue) else []


def halls_at(halls: Halls, branches: Iterable[Branch], venue: str) -> list[Resource]:
    """Those of `halls` that the branches call by the name of the venue."""
    keys = ((branch.pk, venue_key(venue)) for branch in branches)
    return [halls[key] for key in keys if key in halls]
