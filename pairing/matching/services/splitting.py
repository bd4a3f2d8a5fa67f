"""Into which parts a run falls: what no pairing connects can be solved apart, by any number of workers.

Resources serve only along pairings and bounds hold for single branches, so solving such parts apart loses
nothing. How small the parts are is up to the scope: the branches of a group, the counties of a city.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from branches.models import Branch
from pairing.matching.enums import MatchScope
from pairing.matching.models import MatchRun
from pairing.plans.models import Pairing

EVERYTHING = "全部支部"
ALONE = 0  # the part of all organisations that are neither above nor below another


def branches_below(area: Branch) -> list[int]:
    """An organisation and everything below it, by id."""
    parents = _parents()
    return sorted(pk for pk in parents if area.pk in _line(pk, parents))


def with_partners(branch_ids: Iterable[int]) -> list[int]:
    """Branches and those they are paired with, by id.

    Whose partners are left out cannot be served at all, and would be told that nothing in the county fits.
    """
    ids = set(branch_ids)
    return sorted(ids.union(Branch.objects.partnered_with(ids).values_list("pk", flat=True)))


def parts_of(run: MatchRun) -> list[list[int]]:
    """The branches of each shard, in order of their lowest id; an empty shard is whatever there is.

    An area has a part for each organisation right below it – a city's counties. The whole tree has one for
    each of its roots, unless there is only one.
    """
    if run.scope == MatchScope.GROUP:
        return _joined({branch: branch for branch in run.branch_ids})
    if run.scope == MatchScope.AREA:
        return _joined(_below(run.area_id, run.branch_ids))
    if run.scope == MatchScope.COUNTY:
        parts = _roots()
        return _joined(parts) if len(set(parts.values()) - {ALONE}) > 1 else [[]]
    return [run.branch_ids]


def part_names(parts: Sequence[Sequence[int]]) -> list[str]:
    """What people call each part: the organisations in it that stand below no other of it."""
    rows = Branch.objects.filter(pk__in={pk for part in parts for pk in part}).order_by("pk")
    names = {pk: (name, parent) for pk, name, parent in rows.values_list("pk", "name", "parent")}
    return [_part_name(part, names) for part in parts]


def _part_name(part: Sequence[int], names: Mapping[int, tuple[str, int | None]]) -> str:
    inside = set(part)
    tops = [names[pk][0] for pk in part if names[pk][1] not in inside]
    if not tops:
        return EVERYTHING
    first = "、".join(tops[:2])
    return first[:180] if len(tops) <= 2 else f"{first[:180]}等 {len(tops)} 个组织"


def _parents() -> dict[int, int | None]:
    return dict(Branch.objects.active().order_by("pk").values_list("pk", "parent"))


def _line(pk: int, parents: Mapping[int, int | None]) -> list[int]:
    """An organisation and all above it, from the bottom up."""
    line = [pk]
    while (above := parents.get(line[-1])) is not None and above in parents:
        line.append(above)
    return line


def _below(area_id: int | None, branch_ids: list[int]) -> dict[int, int]:
    """Branch → the organisation right below the area that it belongs to; the area itself stands alone."""
    parents, part = _parents(), {}
    for pk in branch_ids:
        line = _line(pk, parents)
        place = line.index(area_id) if area_id in line else len(line)
        part[pk] = line[max(place - 1, 0)]
    return part


def _roots() -> dict[int, int]:
    """Branch → the root of its tree; single organisations together count as one."""
    parents = _parents()
    above = set(parents.values())
    root = {pk: _line(pk, parents)[-1] for pk in parents}
    return {pk: ALONE if root[pk] == pk and pk not in above else root[pk] for pk in parents}


def _joined(part: Mapping[int, int]) -> list[list[int]]:
    """Put parts together that a running pairing connects."""
    members: dict[int, set[int]] = {}
    for branch, name in part.items():
        members.setdefault(name, set()).add(branch)
    whole = {branch: members[name] for branch, name in part.items()}
    pairs = Pairing.objects.active().filter(branch_a__in=whole, branch_b__in=whole).order_by("pk")
    for first, second in pairs.values_list("branch_a", "branch_b"):
        if whole[first] is not whole[second]:
            whole[first] |= whole[second]
            whole.update(dict.fromkeys(whole[second], whole[first]))
    return sorted({min(each): sorted(each) for each in whole.values()}.values())
