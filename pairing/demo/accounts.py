"""The demo's logins: a secretary for each branch and three for the county, with passwords drawn anew."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from branches.enums import Role
from branches.models import Branch, Membership, User
from core import audit
from core.errors import DomainError

MAIL_DOMAIN = "@example.invalid"  # no mail server will ever deliver to it
COUNTY_BRANCH = "双峰县烟草专卖局（分公司）党总支"
SECRETARIES = {
    "zhuanmai": "专卖党支部",
    "jiguan": "机关党支部",
    "yongfeng": "永丰所站党支部",
    "qingshuping": "青树坪所站党支部",
    "chengbei": "城北社区党支部",
    "hexie": "和谐村党支部",
    "huangchao": "荷叶镇黄巢村党支部",
    "gongan": "双峰县公安局党支部",
    "paichusuo": "青树坪派出所党支部",
    "shiju": "娄底市局（公司）办公室党支部",
    "renshi": "娄底市局（公司）人事科党支部",
    "zongzhi": COUNTY_BRANCH,
}
COUNTY = {
    "office": (Role.COUNTY_OFFICE, "党建办同志"),
    "admin": (Role.ADMIN, "系统管理员"),
    "auditor": (Role.AUDITOR, "审计同志"),
}
CONSONANTS, VOWELS, DIGITS = "bdfghkmnprstwz", "aeiou", "23456789"  # nothing that looks like something else


@dataclass(frozen=True)
class Account:
    """One login as it is told to the person who tries the demo."""

    username: str
    password: str
    role: str
    branch: str


@transaction.atomic
def demo_accounts_ensure(*, file: Path, today: date) -> list[Account]:
    """Create the logins that are missing and write all passwords to `file`, readable by its owner only.

    Passwords are known nowhere else: when the file is lost, all of them are drawn anew.

    Returns:
        The accounts that were written, or nothing when there was nothing to do.

    Raises:
        DomainError: when somebody's own login has one of the names.
    """
    existing = dict(
        User.objects.filter(username__in=[*SECRETARIES, *COUNTY]).values_list("username", "email")
    )
    if file.exists() and existing.keys() == {*SECRETARIES, *COUNTY}:
        return []
    if taken := [name for name, email in existing.items() if not email.endswith(MAIL_DOMAIN)]:
        raise DomainError(f"These logins exist and are not the demo's: {', '.join(sorted(taken))}.")
    branches = {branch.name: branch for branch in Branch.objects.all()}
    accounts = [
        _ensure(username, Role.SECRETARY, branches[name], _person(branches[name]), today)
        for username, name in SECRETARIES.items()
    ]
    accounts += [
        _ensure(username, role, branches[COUNTY_BRANCH], person, today)
        for username, (role, person) in COUNTY.items()
    ]
    _write(file, accounts)
    return accounts


def new_password(user: User) -> str:
    """A password of three groups that is easy to type and passes the validators."""
    while True:
        password = f"{_syllables()}-{_syllables()}-{''.join(secrets.choice(DIGITS) for _ in range(4))}"
        try:
            validate_password(password, user)
        except ValidationError:
            continue
        return password


def _ensure(username: str, role: Role, branch: Branch, person: str, today: date) -> Account:
    """Make the login unless it is there, and give it a new password."""
    user = User.objects.filter(username=username).first() or User(username=username)
    user.display_name = user.display_name or person
    user.email = f"{username}{MAIL_DOMAIN}"
    password = new_password(user)
    user.set_password(password)
    with audit.action("user.create" if user.pk is None else "user.reset_password", actor=None) as entry:
        user.save()
        Membership.objects.get_or_create(
            user=user, branch=branch, role=role, ends_on=None, defaults={"starts_on": today}
        )
        entry.target = user
    return Account(username, password, role.label, branch.name)


def _person(branch: Branch) -> str:
    """刘同志（专卖党支部书记） → 刘同志."""
    return branch.secretary_name.split("（")[0] or branch.name


def _syllables() -> str:
    return "".join(secrets.choice(CONSONANTS) + secrets.choice(VOWELS) for _ in range(2))


def _write(file: Path, accounts: list[Account]) -> None:
    """Put the new list in the old one's place at once, never readable by others in between."""
    lines = [f"{each.username}\t{each.password}\t{each.role}\t{each.branch}\n" for each in accounts]
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{file.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.writelines(lines)
    draft.replace(file)
