"""The seats of a person, read on every page by a query compiled once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.backends import PersonBackend
from branches.models import Membership, User
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.core import NotificationFactory
from tests.factories.plans import PairingFactory

pytestmark = pytest.mark.django_db


def found(person: User) -> User:
    """The person as the next request finds them."""
    again = PersonBackend().get_user(person.pk)
    assert again is not None
    return again


def test_each_person_is_given_their_own_seats_and_partners():
    pairing, other = PairingFactory(), PairingFactory()
    person, stranger = UserFactory(secretary_of=pairing.branch_a), UserFactory(liaison_of=other.branch_b)
    county = UserFactory(office=True)
    for _ in range(2):  # the second time by what was compiled the first
        seats = [found(each).seats for each in (person, stranger, county, UserFactory())]
        assert [[seat.branch_id for seat in each] for each in seats[:2]] == [
            [pairing.branch_a_id],
            [other.branch_b_id],
        ]
        assert [len(each) for each in seats] == [1, 1, 1, 0]
    assert (found(person).partner_ids, found(stranger).partner_ids) == (
        {pairing.branch_b_id},
        {other.branch_a_id},
    )
    assert (found(person).branch_name, found(county).branch_name) == (pairing.branch_a.name, "")


def test_seat_is_the_membership_itself():
    """Column by column: a row read by hand-made SQL could fill fields with their neighbours' values."""
    seat = MembershipFactory(branch=BranchFactory(), role="liaison")
    [read] = found(seat.user).seats
    fields = [field.attname for field in Membership._meta.concrete_fields]
    kept = Membership.objects.get(pk=seat.pk)
    assert {name: getattr(read, name) for name in fields} == {name: getattr(kept, name) for name in fields}
    assert not read.get_deferred_fields()


def test_seat_counts_from_its_first_day_to_its_last(time_machine):
    today = timezone.localdate()
    seat = MembershipFactory(starts_on=today, ends_on=today + timedelta(days=1), role="member")
    days = {}
    for offset in (-1, 0, 1, 2):
        time_machine.move_to(timezone.now() + timedelta(days=offset), tick=False)
        days[offset] = len(found(seat.user).seats)
        time_machine.move_to(timezone.now() - timedelta(days=offset), tick=False)
    assert days == {-1: 0, 0: 1, 1: 1, 2: 0}


def test_person_is_read_with_their_own_unread_notices_in_one_query():
    person, other = UserFactory(), UserFactory()
    NotificationFactory.create_batch(2, recipient=person)
    NotificationFactory(recipient=person, read_at=timezone.now())
    with CaptureQueriesContext(connection) as asked:
        assert [found(each).unread for each in (person, other)] == [2, None]
    assert len(asked) == 2
    User.objects.filter(pk=person.pk).update(is_active=False)
    assert PersonBackend().get_user(person.pk) is None


def test_rights_come_from_seats_alone_and_a_no_costs_no_query():
    """What Django's own tables of permissions say gives nothing."""
    person = UserFactory(secretary_of=BranchFactory())
    about_users = ContentType.objects.get_for_model(User)
    entry = Permission.objects.create(codename="view_dashboard", content_type=about_users, name="驾驶舱")
    person.user_permissions.add(entry)
    again = found(person)
    assert again.seats  # read with the first page anyway
    with CaptureQueriesContext(connection) as queries:
        assert not again.has_perm("branches.view_dashboard")
    assert len(queries) == 0
    assert found(UserFactory(office=True)).has_perm("branches.view_dashboard")
