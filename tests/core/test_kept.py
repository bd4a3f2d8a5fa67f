"""What was held, decided or belongs to others does not go with the row it hangs on."""

from typing import Any

import pytest
from django.db.models import ProtectedError, RestrictedError

from tests.factories.branches import BranchFactory, MembershipFactory
from tests.factories.reviews import ActionItemFactory


def seat() -> Any:
    return MembershipFactory().user


def decision() -> Any:
    return ActionItemFactory().review


def branch_below() -> Any:
    return BranchFactory(parent=BranchFactory()).parent


@pytest.mark.parametrize("make", [seat, decision, branch_below])
@pytest.mark.django_db
def test_row_is_kept_while_something_hangs_on_it(make: Any) -> None:
    row = make()
    with pytest.raises((ProtectedError, RestrictedError)):
        row.delete()
