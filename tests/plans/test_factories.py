"""Every factory and every trait makes a row that the database accepts."""

import pytest

from tests.factories import activities, branches, core, ledgers, matching, plans, reviews

FACTORIES = [
    (branches.BranchFactory, ()),
    (branches.MembershipFactory, ()),
    (branches.UserFactory, ("office", "admin", "auditor")),
    (ledgers.ResourceFactory, ("draft",)),
    (ledgers.AvailabilityFactory, ()),
    (ledgers.DemandFactory, ("draft", "closed")),
    (plans.PairingFactory, ("ended",)),
    (plans.AgreementFactory, ()),
    (plans.ClaimFactory, ("accepted", "declined")),
    (
        plans.PlanOrderFactory,
        ("to_confirm", "confirmed", "in_progress", "awaiting_acceptance", "completed", "cancelled"),
    ),
    (plans.PlanTaskFactory, ()),
    (activities.ActivityFactory, ("announced", "to_record", "archived", "cancelled")),
    (activities.ParticipationFactory, ()),
    (activities.OutcomeFactory, ()),
    (activities.SubjectFactory, ()),
    (reviews.ReviewSeriesFactory, ()),
    (reviews.ReviewFactory, ()),
    (reviews.ActionItemFactory, ()),
    (matching.MatchRunFactory, ()),
    (matching.MatchFactory, ()),
    (core.NotificationFactory, ("pending_email",)),
]
CASES = [(made, trait) for made, traits in FACTORIES for trait in ("", *traits)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("made", "trait"), CASES, ids=lambda case: getattr(case, "__name__", case or "plain")
)
def test_factory_makes_a_saved_row(made, trait):
    row = made(**({trait: True} if trait else {}))
    assert type(row)._base_manager.filter(pk=row.pk).count() == 1


@pytest.mark.django_db
def test_user_factory_gives_the_named_seat():
    branch = branches.BranchFactory()
    assert branches.UserFactory(secretary_of=branch).secretary_branch_ids == {branch.pk}
    assert branches.UserFactory(liaison_of=branch).staff_branch_ids == {branch.pk}
    assert branches.UserFactory(member_of=branch).branch_ids == {branch.pk}
    assert branches.UserFactory(office=True).is_office is True


@pytest.mark.django_db
def test_plan_order_and_claim_factories_keep_the_demand_in_step():
    assert plans.ClaimFactory().demand.state == "claimed"
    assert plans.ClaimFactory(declined=True).demand.state == "open"
    assert plans.PlanOrderFactory().demand.state == "in_progress"
    assert plans.PlanOrderFactory(in_progress=True).demand.state == "in_progress"
    assert plans.PlanOrderFactory(completed=True).demand.state == "closed"
