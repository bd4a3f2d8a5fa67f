"""Generated counties as rows: a city, its counties, and below each the branches with both ledgers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.counties import TODAY, county

if TYPE_CHECKING:
    from branches.models import Branch


def fill_city(seed: int, counties: int, *, branches: int, resources: int, demands: int) -> int:
    """Write the counties into the current database; return the id of the city above them."""
    from branches.models import Branch

    city = Branch.objects.create(name=f"第{seed}市委")
    for number in range(counties):
        above = Branch.objects.create(name=f"第{seed}市第{number}县委", parent=city)
        _fill_county(seed + number, above, branches, resources, demands)
    return city.pk


def _fill_county(seed: int, above: Branch, branches: int, resources: int, demands: int) -> None:
    from branches.models import Branch
    from ledgers.enums import DemandState, ResourceState
    from ledgers.models import Demand, Resource, ServiceAspect
    from pairing.plans.models import Pairing

    problem = county(seed, branches=branches, resources=resources, demands=demands).problem
    aspect = ServiceAspect.objects.order_by("pk")[0]
    rows = [Branch(name=f"{above.name}第{n}支部", parent=above) for n in range(branches)]
    below = Branch.objects.bulk_create(rows)
    Pairing.objects.bulk_create(
        Pairing(branch_a=first, branch_b=second, starts_on=TODAY)
        for first, second in zip(below[::2], below[1::2], strict=True)
    )
    Resource.objects.bulk_create(
        Resource(
            branch=below[int(each.branch_id)],
            serial=int(each.id),
            title=each.title,
            description=each.text,
            kind="professional",
            state=ResourceState.PUBLISHED,
            capacity_per_month=each.capacity_per_month,
        )
        for each in problem.offers
    )
    Demand.objects.bulk_create(
        Demand(
            branch=below[int(each.branch_id)],
            serial=int(each.id),
            aspect=aspect,
            title=each.title,
            description=each.text,
            state=DemandState.OPEN,
            urgency=each.urgency,
            raised_on=TODAY,
            deadline_on=each.deadline,
        )
        for each in problem.needs
    )
