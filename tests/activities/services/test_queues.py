"""Who books several activities at once waits in one line with who books one of the same subjects."""

from __future__ import annotations

from datetime import date
from functools import partial

import pytest

from pairing.activities.half_days import half_day
from pairing.activities.selectors import activity_coming
from pairing.activities.services import booking
from pairing.activities.services.booking import activity_book
from pairing.activities.services.rescheduling import activities_reschedule, reschedule_proposals, seal_of
from tests.activities.services.test_rescheduling import NOW, THURSDAY, announced, close
from tests.crowd import queued
from tests.factories.activities import ActivityFactory, SubjectFactory
from tests.factories.branches import UserFactory
from tests.factories.plans import PairingFactory
from tests.security.test_queues import held


@pytest.mark.django_db(transaction=True)
def test_several_activities_moved_while_one_at_the_same_place_is_booked(monkeypatch):
    monkeypatch.setattr(booking, "LOCK_TIMEOUT_SECONDS", 60)
    place, pairing = SubjectFactory(name="大会议室"), PairingFactory()
    actor = UserFactory(secretary_of=pairing.branch_a)
    first = announced(pairing, THURSDAY, "am", venue="小会议室")
    announced(pairing, THURSDAY, "pm", venue=place.name)
    close(actor, f"branch:{pairing.branch_a_id}", THURSDAY, first)
    starts_at, ends_at = half_day(date(2026, 4, 1), "am")
    other = ActivityFactory(
        pairing=PairingFactory(branch_b=pairing.branch_b),
        venue=place.name,
        announced=True,
        starts_at=starts_at,
        ends_at=ends_at,
    )
    proposals = reschedule_proposals(activity_coming(actor, now=NOW), now=NOW)
    chosen = [each.activity.pk for each in proposals]
    booked, moved = queued(
        held(place),
        partial(activity_book, activity=other),
        lambda: activities_reschedule(chosen=chosen, seen=seal_of(proposals), actor=actor, now=NOW),
    )
    assert {row.subject_id for row in booked} >= {place.pk}
    assert [each.pk for each in moved] == chosen
    assert len(chosen) == 2
