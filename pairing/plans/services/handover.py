"""What two branches share in a handover: liaison of the pair, claims, orders and their tasks.

A new name is no new term: confirmations stay. An order that can still be edited gets a new version, which the
sides that had confirmed keep confirming, so that a form opened before cannot bring the old name back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from branches.enums import Role
from branches.models import Branch, User
from branches.services.handover import Leaving, Share, renamed
from branches.services.locks import held
from pairing.plans.enums import ChangeState
from pairing.plans.models import ChangeRequest, Claim, OnBehalf, Pairing, PlanOrder, PlanTask
from pairing.plans.services.locks import lock_order
from pairing.plans.services.order_guards import EDITABLE


def plan_shares(leaving: Leaving) -> list[Share]:
    """Everything under way between the branch and its partners that carries the leaver's name."""
    branch, names = leaving.branch, leaving.names
    pairs = Pairing.objects.active()
    liaisons = Q(branch_a=branch, liaison_a__in=names) | Q(branch_b=branch, liaison_b__in=names)
    of_order = Q(pairing__branch_a=branch, responsible_a__in=names) | Q(
        pairing__branch_b=branch, responsible_b__in=names
    )
    claims = Claim.objects.undecided().filter(
        Q(proposed_by=branch, proposer=leaving.person) | Q(resource__branch=branch, person__in=names)
    )
    tasks = PlanTask.objects.filter(
        owner=branch, responsible__in=names, done_on=None, plan_order__in=PlanOrder.objects.live()
    )
    return leaving.moving(
        [
            Share("结对的联络员", "对", pairs.filter(liaisons), "branch_b__name", Role.LIAISON),
            Share("没有定下的认领", "条", claims, "demand__title"),
            Share("在办定单的责任人", "张", PlanOrder.objects.live().filter(of_order), "number"),
            Share("没有完成的定单任务", "项", tasks),
        ]
    )


@transaction.atomic
def plans_hand_over(*, leaving: Leaving, successor: User, orders: Iterable[int]) -> dict[str, int]:
    """Put the successor in the leaver's place; gives label → how many rows.

    Args:
        orders: ids of more orders that are held, because what hangs on them changes hands afterwards.
    """
    branch, names = leaving.branch, leaving.names
    keys = _held_keys(leaving, orders)
    pairs = Pairing.objects.filter(pk__in=keys["结对的联络员"])
    renamed(pairs.filter(branch_a=branch), "liaison_a", names, successor)
    renamed(pairs.filter(branch_b=branch), "liaison_b", names, successor)
    claims = Claim.objects.filter(pk__in=keys["没有定下的认领"])
    claims.filter(proposed_by=branch, proposer=leaving.person).update(proposer=successor)
    renamed(claims.filter(resource__branch=branch), "person", names, successor)
    for pk in keys["在办定单的责任人"]:
        _order_hand_over(lock_order(pk), branch, successor)
    for request in _open_changes(branch) if Role.SECRETARY in leaving.roles else ():
        _change_hand_over(request, branch, names, successor)
    renamed(PlanTask.objects.filter(pk__in=keys["没有完成的定单任务"]), "responsible", names, successor)
    return {label: len(found) for label, found in keys.items()}


def _held_keys(leaving: Leaving, orders: Iterable[int]) -> dict[str, list[int]]:
    """Lock all that moves, and all orders at once, in the order of `locks`; gives label → ids."""
    pairs, claims, responsible, tasks = plan_shares(leaving)
    keys = {share.label: held(share.rows) for share in (pairs, claims)}
    wanted = {*orders, *responsible.rows.values_list("pk", flat=True)}
    wanted |= set(tasks.rows.values_list("plan_order", flat=True))
    wanted |= set(_open_changes(leaving.branch).values_list("plan_order", flat=True))
    wanted = set(held(PlanOrder.objects.filter(pk__in=wanted)))
    keys[responsible.label] = held(responsible.rows.filter(pk__in=wanted))
    keys[tasks.label] = held(tasks.rows.filter(plan_order__in=wanted))
    return keys


def _order_hand_over(order: PlanOrder, branch: Branch, successor: User) -> None:
    side = "a" if order.pairing.branch_a_id == branch.pk else "b"
    setattr(order, f"responsible_{side}", str(successor))
    if order.state in EDITABLE:
        confirmed = [each for each in ("a", "b") if getattr(order, f"is_confirmed_{each}")]
        OnBehalf.objects.filter(order=order, version=order.version).update(version=order.version + 1)
        order.version += 1
        for each in confirmed:
            setattr(order, f"confirmed_version_{each}", order.version)
    order.save()


def _open_changes(branch: Branch) -> QuerySet[ChangeRequest]:
    sides = Q(plan_order__pairing__branch_a=branch) | Q(plan_order__pairing__branch_b=branch)
    return ChangeRequest.objects.filter(sides, state=ChangeState.PROPOSED).order_by("plan_order")


def _change_hand_over(request: ChangeRequest, branch: Branch, names: Sequence[str], successor: User) -> None:
    """Put the successor into what is asked for, so that an answer later does not bring the old name back."""
    order = lock_order(request.plan_order_id)
    request = ChangeRequest.objects.get(pk=request.pk)
    own = f"responsible_{'a' if order.pairing.branch_a_id == branch.pk else 'b'}"
    fields = {
        name: str(successor) if name == own and value in names else value
        for name, value in request.fields.items()
    }
    tasks = request.tasks and [
        task | {"responsible": str(successor)}
        if task["owner_id"] == branch.pk and task["responsible"] in names
        else task
        for task in request.tasks
    ]
    if request.is_open and (fields, tasks) != (request.fields, request.tasks):
        request.fields, request.tasks = fields, tasks
        request.save(update_fields=["fields", "tasks", "updated_at"])
