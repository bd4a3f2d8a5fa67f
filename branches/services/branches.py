"""The only writers of organisations, besides the import of a 组织清单."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from branches.models import Branch, User
from branches.selectors import administrators
from branches.services.locks import held, seats_hold
from branches.tree import tree_hold
from core import audit
from core.changes import changes_of
from core.errors import DomainError


@transaction.atomic
def branch_create(*, actor: User, **fields: Any) -> Branch:
    """Add an organisation to the tree.

    Raises:
        ValidationError: when the name is taken or a value is out of bounds.
        DomainError: when its superior is dissolved.
    """
    tree_hold()
    _hold_superior(fields.get("parent"))
    with audit.action("branch.create", actor=actor) as entry:
        branch = Branch(**fields)
        branch.full_clean()
        branch.save(force_insert=True)
        entry.target = branch
    return branch


@transaction.atomic
def branch_update(*, branch: Branch, actor: User, **fields: Any) -> Branch:
    """Change what is known of an organisation.

    Raises:
        ValidationError: when the name is taken, or the superior lies below the organisation itself.
        DomainError: when it is to get a superior that is dissolved.
    """
    tree_hold()
    superior = fields.get("parent")
    held(Branch.objects.filter(pk__in=[branch.pk, superior.pk] if superior else [branch.pk]))
    branch = locked(branch)
    changes = changes_of(branch, fields)
    if "parent" in changes:
        _hold_superior(superior)
    with audit.action("branch.update", actor=actor, target=branch) as entry:
        for name, value in fields.items():
            setattr(branch, name, value)
        branch.full_clean()
        branch.save()
        entry.changes = changes
    return branch


def branch_dissolve_blockers(branch: Branch, *, today: date) -> list[str]:
    """Why the organisation cannot be dissolved now; each sentence says what to finish first."""
    found = []
    if branch.dissolved_on:
        found.append("这个党组织已经撤销。")
    partners = list(Branch.objects.partnered_with([branch.pk]))
    if partners:
        found.append(f"还在和{_names(partners)}结对，请先结束结对。")
    helping = Branch.objects.in_touch_with([branch.pk]).exclude(pk__in=[each.pk for each in partners])
    if helping := list(helping):
        found.append(f"和{_names(helping)}之间的县内支援还没有了结，请先办结或取消。")
    # The ledger sits a layer up; only its relation name is used here.
    unfinished = branch.demands.unfinished().count()
    if unfinished:
        found.append(f"还有 {unfinished} 条需求没有办结，请先销号或撤销。")
    below = Branch.objects.active().filter(parent=branch).count()
    if below:
        found.append(f"下面还有 {below} 个党组织，请先把它们改到别的上级。")
    if not administrators(today=today, besides=Q(branch=branch)):
        found.append("系统管理员都在这个党组织任职，请先给别的党组织的人管理员身份。")
    return found


def _names(branches: Iterable[Branch]) -> str:
    return "、".join(branch.name for branch in branches)


@transaction.atomic
def branch_dissolve(*, branch: Branch, actor: User, today: date, reason: str) -> Branch:
    """Take an organisation out of use; its seats end today or never begin, its history stays.

    Raises:
        DomainError: see `branch_dissolve_blockers`.
    """
    seats_hold(branch=branch)
    branch = locked(branch)
    blockers = branch_dissolve_blockers(branch, today=today)
    if blockers:
        raise DomainError(" ".join(blockers))
    with audit.action("branch.dissolve", actor=actor, target=branch, reason=reason):
        branch.dissolved_on = today
        branch.save(update_fields=["dissolved_on", "updated_at"])
        lasting = branch.memberships.exclude(ends_on__lte=today)
        lasting.filter(starts_on__gt=today, handovers=None).delete()
        for seat in lasting.order_by("pk"):
            seat.ends_on = max(today, seat.starts_on)
            seat.save(update_fields=["ends_on", "updated_at"])
    return branch


def _hold_superior(superior: Branch | None) -> None:
    """Lock the superior, so that it is not dissolved over a branch that comes below it."""
    if superior and locked(superior).dissolved_on:
        raise DomainError(f"{superior}已撤销，不能再当上级，请换一个。", field="parent")


def locked(branch: Branch) -> Branch:
    """The row as it is now, held until the transaction ends."""
    return Branch.objects.select_for_update(of=("self",), no_key=True).get(pk=branch.pk)
