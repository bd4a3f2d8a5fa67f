"""Whose phone numbers a person may read; everybody else sees them masked."""

from __future__ import annotations

from functools import cached_property

from branches.models import Branch, User
from core.masking import masked


class Contacts:
    """The phone numbers one person may read: of their own branches and partners, or all for the office.

    One query at most for the life of the object, however many rows are shown.
    """

    def __init__(self, user: User) -> None:
        self.user = user

    @cached_property
    def _touched_ids(self) -> frozenset[int]:
        own = self.user.branch_ids
        return frozenset(Branch.objects.in_touch_with(own).values_list("pk", flat=True) if own else ())

    def reads(self, branch_id: int) -> bool:
        """Whether this person is told who is to be reached in a branch, and how."""
        user = self.user
        if user.is_office or user.is_admin or branch_id in user.branch_ids | user.partner_ids:
            return True
        return branch_id in self._touched_ids

    def phone(self, branch_id: int, phone: str) -> str:
        """`phone` of a row that belongs to `branch_id`, as this person may read it."""
        return phone if self.reads(branch_id) else masked(phone)
