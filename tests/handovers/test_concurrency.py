"""Several workers find the same due handover and it is carried out once; two signatures meet in one paper."""

import threading
from datetime import timedelta

import pytest
from django.utils import timezone

from branches.models import Membership
from core.models import AuditEntry
from pairing.agreements.services.signing import agreement_sign
from pairing.handovers.models import Handover
from pairing.handovers.services import handovers
from tests.crowd import refusals_at_once as at_once
from tests.factories.branches import UserFactory
from tests.factories.handovers import HandoverFactory
from tests.factories.plans import AgreementFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_due_handover_is_carried_out_once_by_many_workers():
    handover = HandoverFactory()
    later = timezone.now() + timedelta(days=10)
    assert at_once(*[lambda: handovers.handovers_execute(now=later)] * 6) == [None] * 6
    assert AuditEntry.objects.filter(action="handover.execute").count() == 1
    assert Membership.objects.filter(user=handover.successor).count() == 1


def test_without_the_lock_the_second_worker_undoes_the_first(monkeypatch):
    """The negative control: both read the handover as planned before either has written."""
    handover = HandoverFactory()
    later, both_have_read = timezone.now() + timedelta(days=10), threading.Barrier(2, timeout=30)

    def unlocked(pk):
        rows = Handover.objects.select_related("seat__user", "seat__branch", "successor", "planned_by")
        row = rows.get(pk=pk)
        both_have_read.wait()
        return row

    monkeypatch.setattr(handovers, "_locked", unlocked)
    at_once(*[lambda: handovers.handovers_execute(now=later)] * 2)
    handover.refresh_from_db()
    actions = AuditEntry.objects.filter(action__startswith="handover.").values_list("action", flat=True)
    assert sorted(actions) == ["handover.cancel", "handover.execute"]


def test_both_secretaries_sign_at_the_same_moment_and_the_agreement_is_in_force():
    agreement = AgreementFactory(to_sign=True)
    pair, now = agreement.pairing, timezone.now()

    def sign(actor):
        return lambda: agreement_sign(
            agreement=agreement, version=1, signed_on=timezone.localdate(now), actor=actor, now=now
        )

    sides = [UserFactory(secretary_of=branch) for branch in (pair.branch_a, pair.branch_b)]
    assert at_once(*map(sign, sides)) == [None, None]
    agreement.refresh_from_db()
    assert (agreement.state, agreement.signed_on) == ("in_force", timezone.localdate(now))
