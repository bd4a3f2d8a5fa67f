"""The organisations stay a tree, whoever moves them and however many at once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction

from branches.models import Branch
from branches.services.branches import branch_update
from branches.tree import tree_hold
from tests.crowd import queued
from tests.factories.branches import BranchFactory, UserFactory


def chain(length):
    branches = [BranchFactory()]
    while len(branches) < length:
        branches.append(BranchFactory(parent=branches[-1]))
    return branches


@pytest.mark.django_db
def test_circle_is_refused_by_the_database_itself():
    top, *_, bottom = chain(3)
    with pytest.raises(IntegrityError, match="branch_tree"), transaction.atomic():
        Branch.objects.filter(pk=top.pk).update(parent=bottom)
    assert Branch.objects.filter(pk=bottom.pk).update(parent=top) == 1


@pytest.mark.django_db
def test_circle_closed_within_one_statement_is_refused():
    first, second = BranchFactory(), BranchFactory()
    first.parent, second.parent = second, first
    with pytest.raises(IntegrityError, match="branch_tree"), transaction.atomic():
        Branch.objects.bulk_update([first, second], ["parent"])


def below_each_other():
    """Two moves that close a circle together and have no row in common; give what became of each."""
    admin = UserFactory(admin=True)
    (first, below_first), (second, below_second) = chain(2), chain(2)
    return queued(
        tree_hold,
        lambda: branch_update(branch=first, actor=admin, parent=below_second),
        lambda: branch_update(branch=second, actor=admin, parent=below_first),
    )


@pytest.mark.django_db(transaction=True)
def test_second_of_two_moves_that_close_a_circle_is_told_so():
    moved, refusal = below_each_other()
    assert moved.parent is not None
    assert isinstance(refusal, ValidationError)
    assert refusal.message_dict == {
        "parent": ["这个组织是本组织的下级，不能再当上级；请选别的，或先把它改到别处。"]
    }


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_has_the_last_word(monkeypatch):
    """Negative control: both have looked before either wrote, and the second gets no sentence."""
    monkeypatch.setattr("branches.services.branches.tree_hold", lambda: None)
    outcomes = below_each_other()
    assert sorted(isinstance(outcome, DatabaseError) for outcome in outcomes) == [False, True]
    assert Branch.objects.filter(parent__isnull=False).count() == 3
