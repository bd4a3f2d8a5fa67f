"""The only writers of people with a login, their passwords and their seats."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from branches.enums import Role
from branches.models import Branch, Membership, User
from branches.selectors import administrators
from branches.services.branches import locked as locked_branch
from branches.services.locks import seats_hold
from core import audit
from core.changes import changes_of
from core.errors import DomainError, refuse
from core.wording import cn_date

# Without letters and digits that are mistaken for each other when read out over the telephone.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
GROUPS, GROUP_LENGTH = 4, 4


def one_time_password() -> str:
    """A random password of about 79 bits, in groups that can be read out: k3vd-9xqh-…"""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP_LENGTH)) for _ in range(GROUPS))
    return "-".join(groups)


@transaction.atomic
def user_create(*, actor: User, password: str, **fields: Any) -> User:
    """Add a person with a login who must choose a password of their own first.

    Raises:
        ValidationError: when the user name is taken.
    """
    with audit.action("user.create", actor=actor) as entry:
        user = User(must_change_password=True, **fields)
        user.set_password(password)
        user.full_clean()
        _save(user, is_new=True)
        entry.target = user
    return user


@transaction.atomic
def user_update(*, user: User, actor: User, **fields: Any) -> User:
    """Change what is known of a person.

    Raises:
        ValidationError: when the user name is taken.
    """
    user = locked(user)
    changes = changes_of(user, fields)
    with audit.action("user.update", actor=actor, target=user) as entry:
        for name, value in fields.items():
            setattr(user, name, value)
        user.full_clean(exclude=["password"])
        _save(user)
        entry.changes = changes
    return user


@transaction.atomic
def user_reset_password(*, user: User, actor: User, password: str) -> User:
    """Give a one-time password; every session of the person ends with the old one."""
    user = locked(user)
    with audit.action("user.reset_password", actor=actor, target=user):
        user.set_password(password)
        user.must_change_password = True
        user.save(update_fields=["password", "must_change_password"])
    return user


@transaction.atomic
def user_change_password(*, user: User, password: str) -> User:
    """Set the password a person has chosen for themselves."""
    user = locked(user)
    with audit.action("user.change_password", actor=user, target=user):
        user.set_password(password)
        user.must_change_password = False
        user.save(update_fields=["password", "must_change_password"])
    return user


def user_deactivate_blockers(user: User, actor: User, *, today: date) -> list[str]:
    """Why this login cannot be switched off now."""
    if not user.is_active:
        return ["这个账号已经停用。"]
    if user.pk == actor.pk:
        return ["不能停用自己的账号，请由另一位管理员办理。"]
    if administrators(today=today) == {user.pk}:
        return ["这是最后一个管理员，请先给另一个人管理员身份。"]
    return []


@transaction.atomic
def user_deactivate(*, user: User, actor: User, today: date, reason: str) -> User:
    """Switch a login off; the person is refused on the next request.

    Raises:
        DomainError: see `user_deactivate_blockers`.
    """
    seats_hold()
    user = locked(user)
    refuse(user_deactivate_blockers(user, actor, today=today))
    with audit.action("user.deactivate", actor=actor, target=user, reason=reason):
        user.is_active = False
        user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def user_activate(*, user: User, actor: User) -> User:
    """Switch a login on again, with the seats it still holds."""
    user = locked(user)
    with audit.action("user.activate", actor=actor, target=user):
        user.is_active = True
        user.save(update_fields=["is_active"])
    return user


@transaction.atomic
def membership_create(*, user: User, branch: Branch, role: str, starts_on: date, actor: User) -> Membership:
    """Give a person a seat from `starts_on` on.

    Raises:
        DomainError: when the organisation is dissolved, or the person holds the same seat already.
    """
    user = locked(user)
    branch = locked_branch(branch)
    if branch.dissolved_on:
        raise DomainError(f"{branch} 已撤销，不能再任职。", field="branch")
    held = Membership.objects.filter(user=user, branch=branch, role=role, ends_on=None).first()
    if held:
        since = cn_date(held.starts_on)
        words = f"{user} 在{branch}的{held.get_role_display()}任职已登记，自{since}起，不用再登记。"
        raise DomainError(words, field="branch")
    with audit.action("membership.create", actor=actor) as entry:
        seat = Membership(user=user, branch=branch, role=role, starts_on=starts_on)
        seat.full_clean()
        seat.save(force_insert=True)
        entry.target = seat
    return seat


def membership_end_blockers(seat: Membership, *, today: date) -> list[str]:
    """Why this seat cannot be ended now."""
    if seat.ends_on is not None and seat.ends_on < today:
        return ["这个任职已经结束。"]
    if seat.role == Role.ADMIN and not administrators(today=today, besides=Q(pk=seat.pk)):
        return ["此后就没有管理员了，请先给另一个人管理员身份。"]
    return []


@transaction.atomic
def membership_end(*, seat: Membership, ends_on: date, actor: User, today: date) -> Membership:
    """End a seat after the day `ends_on`, which still counts.

    A seat that begins today or later and ends before that was never meant: it is taken back altogether.

    Raises:
        DomainError: see `membership_end_blockers`; also for a day before a seat that was held, for taking
            back one that is to be handed over, and for one that was taken back meanwhile.
    """
    seats_hold(pk=seat.pk)
    found = Membership.objects.select_related("user", "branch").filter(pk=seat.pk).first()
    if found is None:
        raise DomainError("这个任职的登记已经撤回，不用再结束。请刷新页面。")
    seat = found
    refuse(membership_end_blockers(seat, today=today))
    if ends_on < seat.starts_on:
        return _take_back(seat, actor, today)
    with audit.action("membership.end", actor=actor, target=seat) as entry:
        entry.changes = {"ends_on": [str(seat.ends_on), str(ends_on)]}
        seat.ends_on = ends_on
        seat.save(update_fields=["ends_on", "updated_at"])
    return seat


def _take_back(seat: Membership, actor: User, today: date) -> Membership:
    """Delete a seat registered by mistake; the trail and the history keep what it was."""
    if seat.starts_on < today:
        raise DomainError("结束日期不能早于任职开始日期。", field="ends_on")
    if seat.handovers.exists():
        raise DomainError("这个任职办过交接，不能撤回登记，请填开始日期或以后。", field="ends_on")
    with audit.action("membership.delete", actor=actor, target=seat) as entry:
        entry.summary = f"登记有误，原定{cn_date(seat.starts_on)}开始"
        Membership.objects.filter(pk=seat.pk).delete()
    return seat


def _save(user: User, *, is_new: bool = False) -> None:
    """Save a person whose name somebody else may just have taken: it was free when the form was checked."""
    try:
        with transaction.atomic():
            user.save(force_insert=is_new)
    except IntegrityError:
        user.validate_unique()
        raise


def locked(user: User) -> User:
    """The row as it is now, held until the transaction ends."""
    return User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
