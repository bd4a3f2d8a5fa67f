"""Branches, people and their seats."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from branches.enums import BranchKind, Role
from branches.models import Branch, Membership, User


class BranchFactory(DjangoModelFactory):
    class Meta:
        model = Branch

    name = factory.Sequence(lambda n: f"第{n}党支部")
    kind = BranchKind.STATION
    secretary_name = factory.Sequence(lambda n: f"书记{n}")
    liaison_name = factory.Sequence(lambda n: f"联络员{n}")
    phone = factory.Sequence(lambda n: f"138{n:08d}")
    member_count = 12


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory("tests.factories.branches.UserFactory")
    branch = factory.SubFactory(BranchFactory)
    role = Role.SECRETARY
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=365))


class UserFactory(DjangoModelFactory):
    """A person; `UserFactory(secretary_of=branch)` and the like give the seat.

    `office=True`, `admin=True`, `auditor=True` give a county-wide seat in an organisation of its own.
    """

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"user{n}")
    display_name = factory.Sequence(lambda n: f"同志{n}")
    email = ""

    @factory.post_generation
    def secretary_of(self, create: bool, branch: Branch | None, **_: Any) -> None:
        _seat(self, branch, Role.SECRETARY)

    @factory.post_generation
    def liaison_of(self, create: bool, branch: Branch | None, **_: Any) -> None:
        _seat(self, branch, Role.LIAISON)

    @factory.post_generation
    def member_of(self, create: bool, branch: Branch | None, **_: Any) -> None:
        _seat(self, branch, Role.MEMBER)

    @factory.post_generation
    def office(self, create: bool, wanted: bool | None, **_: Any) -> None:
        _seat(self, BranchFactory() if wanted else None, Role.COUNTY_OFFICE)

    @factory.post_generation
    def admin(self, create: bool, wanted: bool | None, **_: Any) -> None:
        _seat(self, BranchFactory() if wanted else None, Role.ADMIN)

    @factory.post_generation
    def auditor(self, create: bool, wanted: bool | None, **_: Any) -> None:
        _seat(self, BranchFactory() if wanted else None, Role.AUDITOR)


def _seat(user: User, branch: Branch | None, role: Role) -> None:
    if branch is not None:
        MembershipFactory(user=user, branch=branch, role=role)
