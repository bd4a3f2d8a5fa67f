"""The two jobs, called as a worker calls them."""

from datetime import timedelta

import pytest
from django.utils import timezone

from core.errors import TransitionError
from core.models import Heartbeat
from ledgers.enums import DemandState
from pairing.plans.enums import ClaimState
from pairing.reminders import tasks
from pairing.reminders.models import Reminder
from pairing.reviews.models import Review
from tests.factories.branches import UserFactory
from tests.factories.plans import AgreementFactory, ClaimFactory

pytestmark = pytest.mark.django_db


def test_tick_expires_claims_prepares_reviews_and_leaves_a_heartbeat():
    before = timezone.now()
    claim = ClaimFactory(expires_on=timezone.localdate() - timedelta(days=1))
    AgreementFactory(pairing=claim.pairing)
    UserFactory(secretary_of=claim.pairing.branch_a)
    tasks.tick()
    claim.refresh_from_db()
    assert claim.state == ClaimState.EXPIRED
    assert Review.objects.filter(series__pairing=claim.pairing).exists()
    assert Heartbeat.objects.get(name="tick").beat_at >= before
    counts = (Review.objects.count(), Reminder.objects.count())
    tasks.tick()
    assert (Review.objects.count(), Reminder.objects.count()) == counts


def test_tick_goes_on_behind_a_row_it_cannot_get_past_and_leaves_no_heartbeat():
    """The demand stands where nothing leads back to 待认领, as no step here could have put it."""
    yesterday = timezone.localdate() - timedelta(days=1)
    claim = ClaimFactory(expires_on=yesterday, demand__state=DemandState.AWAITING_ACCEPTANCE)
    AgreementFactory(pairing=claim.pairing)
    with pytest.raises(ExceptionGroup) as failed:
        tasks.tick()
    assert [type(fault) for fault in failed.value.exceptions] == [TransitionError]
    assert Review.objects.filter(series__pairing=claim.pairing).exists()
    assert not Heartbeat.objects.exists()


def test_dispatch_leaves_a_heartbeat():
    tasks.dispatch()
    assert Heartbeat.objects.filter(name="dispatch").exists()
