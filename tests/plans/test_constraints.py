"""What the database itself refuses, whoever writes to it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from pairing.plans.models import Agreement, Claim, Pairing, PlanOrder
from tests.factories.plans import AgreementFactory, ClaimFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db


def refused(constraint):
    return pytest.raises(IntegrityError, match=constraint)


def test_pairing_with_itself_is_refused():
    pairing = PairingFactory()
    with refused("pairing_not_with_itself"), transaction.atomic():
        Pairing.objects.filter(pk=pairing.pk).update(branch_b=pairing.branch_a)


@pytest.mark.parametrize("swapped", [False, True])
def test_pairing_twice_at_once_is_refused_either_way_round(swapped):
    pairing = PairingFactory()
    sides = [pairing.branch_a, pairing.branch_b]
    branch_a, branch_b = reversed(sides) if swapped else sides
    twin = Pairing(branch_a=branch_a, branch_b=branch_b, starts_on=pairing.starts_on)
    with refused("pairing_once_while_active"), transaction.atomic():
        Pairing.objects.bulk_create([twin])
    Pairing.objects.update(state="ended", ends_on=pairing.starts_on)
    assert Pairing.objects.bulk_create([twin]) == [twin]


def test_pairing_that_ends_before_it_starts_is_refused():
    pairing = PairingFactory()
    with refused("pairing_term"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE plans_pairing SET ends_on = starts_on - 1 WHERE id = %s", [pairing.pk])


def test_agreement_in_force_without_signature_is_refused():
    agreement = AgreementFactory()
    with refused("agreement_in_force_is_signed"), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(signed_on=None)


@pytest.mark.parametrize("state", ["confirmed", "in_progress", "awaiting_acceptance"])
@pytest.mark.parametrize("versions", [(None, None), (1, None), (1, 2)])
def test_plan_order_under_way_without_both_confirmations_is_refused(state, versions):
    order = PlanOrderFactory(version=2)
    with refused("plan_order_both_confirmed"), transaction.atomic():
        PlanOrder.objects.filter(pk=order.pk).update(
            state=state, confirmed_version_a=versions[0], confirmed_version_b=versions[1]
        )


def test_plan_order_confirmed_in_a_version_to_come_is_refused():
    order = PlanOrderFactory()
    with refused("plan_order_confirmed_a"), transaction.atomic():
        PlanOrder.objects.filter(pk=order.pk).update(confirmed_version_a=2)


def test_plan_order_cancelled_without_reason_is_refused():
    order = PlanOrderFactory()
    with refused("plan_order_cancel_reason"), transaction.atomic():
        PlanOrder.objects.filter(pk=order.pk).update(state="cancelled")


def test_claim_declined_without_reason_is_refused():
    claim = ClaimFactory()
    with refused("claim_refusal_has_reason"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(state="declined", decided_at=timezone.now())


def test_claim_twice_while_pending_is_refused():
    claim = ClaimFactory()
    claim.pk = None
    with refused("claim_once_while_pending"), transaction.atomic():
        Claim.objects.bulk_create([claim])


def test_claim_of_no_visit_is_refused():
    claim = ClaimFactory()
    with refused("claim_visit_count"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(visit_count=0)


def test_claim_decided_without_its_time_is_refused():
    claim = ClaimFactory()
    with refused("claim_decided_has_time"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(state="accepted")
    with refused("claim_decided_has_time"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(decided_at=timezone.now())


def test_plan_order_completed_without_its_day_is_refused():
    order = PlanOrderFactory()
    with refused("plan_order_completed_has_date"), transaction.atomic():
        PlanOrder.objects.filter(pk=order.pk).update(state="completed")
    with refused("plan_order_completed_has_date"), transaction.atomic():
        PlanOrder.objects.filter(pk=order.pk).update(completed_on="2026-03-01")


def test_pairing_ended_without_its_day_is_refused():
    pairing = PairingFactory(ends_on=None)
    with refused("pairing_ended_has_date"), transaction.atomic():
        Pairing.objects.filter(pk=pairing.pk).update(state="ended")
