"""The small world of the forms that are sent several times at once."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.factories.activities import ActivityFactory, ActivityKindFactory, ParticipationFactory
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory
from tests.factories.plans import ChangeRequestFactory, ClaimFactory, PairingFactory, PlanOrderFactory
from tests.security.world import World, catalogue_of, logged_in


def build_small() -> World:
    """A small world: only what the main forms act on."""
    pairing = PairingFactory()
    rows: dict[str, Any] = {"pairing": pairing, "aspect": ServiceAspectFactory()}
    rows |= {"branch_a": pairing.branch_a, "branch_b": pairing.branch_b}
    rows["resource"] = ResourceFactory(branch=pairing.branch_a)
    rows["demand"] = DemandFactory(branch=pairing.branch_b)
    rows["claim"] = ClaimFactory(pairing=pairing)
    rows["order"] = PlanOrderFactory(pairing=pairing)
    rows["handed_in_order"] = PlanOrderFactory(pairing=pairing, awaiting_acceptance=True)
    kind = ActivityKindFactory()
    rows["second_resource"] = ResourceFactory(branch=pairing.branch_a)
    rows["hall_demand"] = DemandFactory(branch=pairing.branch_b, hall_on=timezone.localdate())
    rows["running_order"] = PlanOrderFactory(pairing=pairing, in_progress=True)
    rows["changing_order"] = PlanOrderFactory(pairing=pairing, in_progress=True)
    rows["change"] = ChangeRequestFactory(plan_order=rows["changing_order"])
    rows |= catalogue_of(rows["aspect"])
    rows["activity"] = ActivityFactory(pairing=pairing, kind=kind, announced=True)
    rows["past_activity"] = ActivityFactory(pairing=pairing, kind=kind, to_record=True)
    rows["archived_activity"] = ActivityFactory(pairing=pairing, kind=kind, archived=True)
    for name in ("past_activity", "archived_activity"):
        ParticipationFactory(activity=rows[name], branch=pairing.branch_a)
    people = {
        "secretary_a": UserFactory(secretary_of=pairing.branch_a),
        "secretary_b": UserFactory(secretary_of=pairing.branch_b),
        "office": UserFactory(office=True),
        "admin": UserFactory(admin=True),
    }
    return World(rows, {name: logged_in(person) for name, person in people.items()}, people)
