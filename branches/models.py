"""Who: the tree of party organisations, the people with a login, and the seats they hold."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import Any

import pghistory
from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.indexes import GinIndex
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, OuterRef, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Lower
from django.utils import timezone
from tree_queries.fields import TreeNodeForeignKey
from tree_queries.models import TreeNode
from tree_queries.query import TreeQuerySet

from branches.enums import BRANCH_STAFF, COUNTY_WIDE, BranchKind, Role
from branches.tree import tree_trigger
from core.fields import OneOfField
from core.models import TimeStampedModel
from core.prepared import Prepared, blank
from core.search.models import Searchable, SearchableQuerySet, stale_trigger


class BranchQuerySet(SearchableQuerySet, TreeQuerySet):
    def active(self) -> BranchQuerySet:
        return self.filter(dissolved_on=None)

    def partnered_with(self, branch_ids: Iterable[int]) -> BranchQuerySet:
        """Branches in a running pairing with any of `branch_ids`.

        The pairing table sits a layer up; only its relation names are used here, so that one place answers
        "whose partner am I" for every scope.
        """
        return self._paired("__in", list(branch_ids))

    def partners_of(self, branch: Any) -> BranchQuerySet:
        """The same for one branch, which may be named by an outer query."""
        return self._paired("", branch)

    def _paired(self, lookup: str, branch: Any) -> BranchQuerySet:
        as_a = {f"pairings_as_a__branch_b{lookup}": branch, "pairings_as_a__state": "active"}
        as_b = {f"pairings_as_b__branch_a{lookup}": branch, "pairings_as_b__state": "active"}
        return self.filter(
            Q(pairings_as_a__kind="term", **as_a) | Q(pairings_as_b__kind="term", **as_b)
        ).distinct()

    def in_touch_with(self, branch_ids: Iterable[int]) -> BranchQuerySet:
        """Partners, and branches that support one another in a single matter: who may telephone whom."""
        ids = list(branch_ids)
        return self.filter(
            Q(pairings_as_a__state="active", pairings_as_a__branch_b__in=ids)
            | Q(pairings_as_b__state="active", pairings_as_b__branch_a__in=ids)
        ).distinct()

    def visible_to(self, user: User) -> BranchQuerySet:
        """Every active user sees the list of organisations; contact data is masked in the page."""
        return self if user.is_active else self.none()


@pghistory.track(exclude=["search"])
class Branch(Searchable, TreeNode, TimeStampedModel):
    """党组织: a general branch, a branch, or a superior committee that is only a node of the tree."""

    SEARCH_TEXTS = ("name", "address")
    SEARCH_NAME = "name"
    SORT_KEY = "name_key"

    parent = TreeNodeForeignKey(
        "self", models.RESTRICT, null=True, blank=True, verbose_name="上级党组织", related_name="children"
    )
    name = models.CharField("党组织名称", max_length=100, unique=True)
    name_key = models.CharField("拼音排序键", max_length=600, editable=False, db_index=True, default="")
    kind = OneOfField("组织类型", max_length=20, choices=BranchKind, default=BranchKind.OTHER)
    secretary_name = models.CharField("书记", max_length=60, blank=True)
    liaison_name = models.CharField("联络员", max_length=60, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    member_count = models.PositiveIntegerField("党员人数", default=0)
    address = models.CharField("地址", max_length=200, blank=True)
    longitude = models.FloatField("经度", null=True, blank=True)
    latitude = models.FloatField("纬度", null=True, blank=True)
    serial = models.PositiveIntegerField("序号", null=True, blank=True)
    dissolved_on = models.DateField("撤销日期", null=True, blank=True)

    objects = BranchQuerySet.as_manager(with_tree_fields=False)

    class Meta:
        verbose_name = verbose_name_plural = "党组织"
        ordering = ["serial", "name_key", "pk"]
        indexes = [GinIndex(fields=["search"], name="branch_search")]
        triggers = [stale_trigger("name", "address"), tree_trigger()]
        constraints = [
            models.CheckConstraint(condition=~Q(parent=F("id")), name="branch_not_own_parent"),
            models.CheckConstraint(
                condition=Q(longitude__isnull=True, latitude__isnull=True)
                | Q(longitude__isnull=False, latitude__isnull=False)
                & Q(longitude__range=(-180, 180), latitude__range=(-90, 90)),
                name="branch_coordinates",
                violation_error_message="经度须在 ±180、纬度须在 ±90 之间，且要么都填、要么都不填。",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            super().clean()
        except ValidationError as error:
            words = "这个组织是本组织的下级，不能再当上级；请选别的，或先把它改到别处。"
            raise ValidationError({"parent": words}) from error


class User(AbstractUser):
    """用户: a person with a login. Rights come from memberships, not from flags on the user."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    display_name = models.CharField("姓名", max_length=60, blank=True)
    phone = models.CharField("手机", max_length=30, blank=True)
    must_change_password = models.BooleanField("须改密码", default=False)
    unread: int | None = None  # notices not read yet, where the login backend counted them

    class Meta:
        verbose_name = verbose_name_plural = "用户"
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(
                condition=Q(username=Lower("username")),
                name="user_name_lower_case",
                violation_error_message="用户名里的字母须是小写。",
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    @classmethod
    def normalize_username(cls, username: Any) -> Any:
        """In small letters: whoever types Admin means admin, and nobody else may be called so."""
        name = super().normalize_username(username)
        return name.lower() if isinstance(name, str) else name

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)

    @cached_property
    def seats(self) -> list[Membership]:
        """The memberships in force today, each with its `partners`; one query for the life of the request."""
        return SEATS.rows(user=self.pk, today=timezone.localdate())

    @cached_property
    def seated_from(self) -> date | None:
        """The day on which the next seat begins; None when none is to come."""
        coming = self.memberships.filter(starts_on__gt=timezone.localdate()).order_by("starts_on")
        return coming.values_list("starts_on", flat=True).first()

    @cached_property
    def roles(self) -> frozenset[str]:
        return frozenset(seat.role for seat in self.seats)

    @cached_property
    def branch_ids(self) -> frozenset[int]:
        """Branches this person works for as secretary, liaison or member."""
        return frozenset(seat.branch_id for seat in self.seats if seat.role not in COUNTY_WIDE)

    @cached_property
    def staff_branch_ids(self) -> frozenset[int]:
        """Branches whose ledgers this person may write."""
        return frozenset(seat.branch_id for seat in self.seats if seat.role in BRANCH_STAFF)

    @cached_property
    def secretary_branch_ids(self) -> frozenset[int]:
        """Branches in whose name this person may confirm, sign and close."""
        return frozenset(seat.branch_id for seat in self.seats if seat.role == Role.SECRETARY)

    @cached_property
    def partner_ids(self) -> frozenset[int]:
        """Branches in a running pairing with one of `branch_ids`.

        Scopes name them by their keys: what a subquery would find, the planner can only guess.
        """
        ours = (seat for seat in self.seats if seat.role not in COUNTY_WIDE)
        return frozenset(key for seat in ours for key in seat.partners)  # type: ignore[attr-defined]

    @cached_property
    def branch_name(self) -> str:
        """The name of the branch this person acts for first; "" for county-wide seats."""
        own = (seat for seat in self.seats if seat.role not in COUNTY_WIDE)
        return next((seat.branch_name for seat in own), "")  # type: ignore[attr-defined]

    @property
    def is_office(self) -> bool:
        return Role.COUNTY_OFFICE in self.roles

    @property
    def is_admin(self) -> bool:
        return self.is_superuser or Role.ADMIN in self.roles

    @property
    def is_auditor(self) -> bool:
        return Role.AUDITOR in self.roles

    @property
    def sees_county(self) -> bool:
        """Whether this person reads every branch's records."""
        return self.is_superuser or bool(COUNTY_WIDE & self.roles)


class MembershipQuerySet(models.QuerySet["Membership"]):
    def in_force(self, *, on: date | RawSQL) -> MembershipQuerySet:
        return self.filter(Q(starts_on__lte=on) & (Q(ends_on=None) | Q(ends_on__gte=on)))

    def lasting(self, *, on: date) -> MembershipQuerySet:
        """Seats in force and seats to come."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=on))

    def staff_of(self, branches: Iterable[Branch | int], *, on: date) -> MembershipQuerySet:
        """The seats of secretaries and liaisons of any of `branches`, with the people who hold them."""
        seats = self.in_force(on=on).filter(branch__in=branches, role__in=BRANCH_STAFF)
        return seats.select_related("user")


@pghistory.track()
class Membership(TimeStampedModel):
    """任职: one person holds one seat in one organisation for a period, both ends inclusive."""

    user = models.ForeignKey(User, models.PROTECT, verbose_name="用户", related_name="memberships")
    branch = models.ForeignKey(Branch, models.PROTECT, verbose_name="党组织", related_name="memberships")
    role = OneOfField("角色", max_length=20, choices=Role)
    starts_on = models.DateField("开始日期", default=timezone.localdate)
    ends_on = models.DateField("结束日期", null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "任职"
        ordering = ["branch", "role", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="membership_period",
                violation_error_message="任职结束日期不能早于开始日期。",
            ),
            models.UniqueConstraint(
                fields=["user", "branch", "role"],
                condition=Q(ends_on__isnull=True),
                name="membership_one_open_seat",
                violation_error_message="这个人已在该组织担任同一职务。",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.get_role_display()} {self.user}"


def _seats() -> MembershipQuerySet:
    seats = Membership.objects.in_force(on=blank("today")).filter(user=blank("user"))
    return seats.annotate(branch_name=F("branch__name"), partners=_partners("branch_id"))


def _partners(branch: str) -> Func:
    """The keys of the partners of the branch that a column names, looked up from either side by its index."""
    pairings = Branch._meta.get_field("pairings_as_a").related_model._default_manager
    running = pairings.filter(kind="term", state="active").order_by()
    sides = (("branch_a", "branch_b"), ("branch_b", "branch_a"))
    found = [ArraySubquery(running.filter(**{ours: OuterRef(branch)}).values(other)) for ours, other in sides]
    return Func(*found, function="array_cat", output_field=found[0].output_field)


SEATS = Prepared(_seats)
