"""The only writers of the resource list."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import transaction

from branches.models import Branch, User
from core import audit
from core.changes import changes_of, links_of
from core.errors import DomainError
from core.transitions import check_transition
from core.workbooks.errors import CellError
from ledgers.enums import RESOURCE_TRANSITIONS, ResourceState
from ledgers.hours import Hours
from ledgers.kinds import settled
from ledgers.models import Resource
from ledgers.services.hours import hours_replace
from ledgers.services.serials import next_serial
from ledgers.services.stamps import refuse_newer

RELATIONS = ("aspects", "items")


@transaction.atomic
def resource_create(
    *, branch: Branch, actor: User, publish: bool, hours: Hours | None = None, **fields: Any
) -> Resource:
    """Enter one resource of `branch`, usable at once when `publish` is true, else as a draft.

    Raises:
        DomainError: when `details` are not what its kind tells.
    """
    relations = {name: fields.pop(name, ()) for name in RELATIONS}
    state = ResourceState.PUBLISHED if publish else ResourceState.DRAFT
    with audit.action("resource.create", actor=actor) as entry:
        resource = Resource(branch=branch, serial=next_serial(Resource, branch), state=state, **fields)
        _settle_details(resource)
        resource.full_clean(exclude=["serial"])
        resource.save(force_insert=True)
        for name, rows in relations.items():
            getattr(resource, name).set(rows)
        if hours is not None:
            hours_replace(resource=resource, hours=hours)
        entry.target = resource
    return resource


@transaction.atomic
def resource_update(
    *, resource: Resource, actor: User, seen: str = "", hours: Hours | None = None, **fields: Any
) -> Resource:
    """Change what a resource says; claims already made keep what they agreed on.

    Args:
        seen: the stamp of the row the editor saw; blank writes over any.
        hours: None leaves as it is when the resource can be had.

    Raises:
        DomainError: when `details` are not what its kind tells.
        StaleVersionError: when it was written since.
    """
    resource = locked(resource)
    refuse_newer(resource, seen)
    relations = {name: fields.pop(name) for name in RELATIONS if name in fields}
    changes = changes_of(resource, fields) | links_of(resource, relations)
    with audit.action("resource.update", actor=actor, target=resource) as entry:
        for name, value in fields.items():
            setattr(resource, name, value)
        _settle_details(resource)
        resource.full_clean()
        resource.save()
        for name, rows in relations.items():
            getattr(resource, name).set(rows)
        entry.changes = changes
        if hours is not None and hours_replace(resource=resource, hours=hours):
            entry.summary = f"可服务时段：{str(hours) or '不限'}"
    return resource


@transaction.atomic
def resource_change_state(
    *, resource: Resource, to: str, actor: User | None, today: date, reason: str = ""
) -> Resource:
    """Publish, withdraw or re-publish a resource; publishing confirms that it stands.

    Raises:
        TransitionError: when the step is not listed in RESOURCE_TRANSITIONS.
    """
    resource = locked(resource)
    check_transition(RESOURCE_TRANSITIONS, ResourceState, resource.state, to, "这项资源")
    with audit.action(f"resource.{to}", actor=actor, target=resource, reason=reason) as entry:
        entry.changes = {"state": [resource.state, str(to)]}
        resource.state = to
        if to == ResourceState.PUBLISHED:
            resource.confirmed_on = today
        resource.save(update_fields=["state", "confirmed_on", "updated_at"])
    return resource


def resources_withdraw_of_dissolved(*, today: date) -> int:
    """Withdraw what dissolved organisations still offer, one transaction each; give how many resources."""
    left = Resource.objects.exclude(state=ResourceState.WITHDRAWN).filter(branch__dissolved_on__isnull=False)
    return sum(_withdraw(resource, today) for resource in left.order_by("pk"))


@transaction.atomic
def _withdraw(resource: Resource, today: date) -> bool:
    """Withdraw a resource that nobody has withdrawn meanwhile."""
    resource = locked(resource)
    is_left = resource.state != ResourceState.WITHDRAWN
    if is_left:
        to, reason = ResourceState.WITHDRAWN, f"{resource.branch}已撤销"
        resource_change_state(resource=resource, to=to, actor=None, today=today, reason=reason)
    return is_left


def _settle_details(resource: Resource) -> None:
    """Keep of `details` what the kind tells, so that no value of another kind stays behind."""
    try:
        resource.details = settled(resource.kind, resource.details)
    except CellError as error:
        raise DomainError(f"{error}。", field="kind") from error


def locked(resource: Resource) -> Resource:
    """The row as it is now, held until the transaction ends."""
    return (
        Resource.objects.select_for_update(of=("self",), no_key=True)
        .select_related("branch")
        .get(pk=resource.pk)
    )
