"""党建阵地 as places: the resource whose week and hours bind whatever takes place there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db.models import Exists, OuterRef

from branches.models import Branch
from ledgers.enums import ResourceKind
from ledgers.models import Availability, Resource
from pairing.activities.subjects import venue_key

Halls = dict[tuple[int, str], Resource]  # (branch id, key of the place) → the resource


def halls_of(branches: Iterable[Branch]) -> Halls:
    """The 党建阵地 in use of the branches that say when they are open; one query.

    A hall goes by its title, and by its place when no other of its branch is there: two halls at the branch's
    address are told apart by their titles only, whether or not both have hours.
    """
    rows = Resource.objects.published().filter(
        kind=ResourceKind.POSITION, branch__in={each.pk for each in branches}
    )
    rows = rows.annotate(has_hours=Exists(Availability.objects.filter(resource=OuterRef("pk"))))
    halls = list(rows.order_by("-pk"))
    places = Counter((hall.branch_id, venue_key(hall.place)) for hall in halls)
    called = {(hall.branch_id, venue_key(hall.place)): hall for hall in halls}
    called = {name: hall for name, hall in called.items() if places[name] == 1}
    called |= {(hall.branch_id, venue_key(hall.title)): hall for hall in halls}
    return {name: hall for name, hall in called.items() if name[1] and hall.has_hours}


def halls_called(branches: Sequence[Branch], venue: str) -> list[Resource]:
    """The halls of these branches that the name of a venue means; none is looked for without a name."""
    return halls_at(halls_of(branches), branches, venue) if venue_key(venue) else []


def halls_at(halls: Halls, branches: Iterable[Branch], venue: str) -> list[Resource]:
    """Those of `halls` that the branches call by the name of the venue."""
    keys = ((branch.pk, venue_key(venue)) for branch in branches)
    return [halls[key] for key in keys if key in halls]
