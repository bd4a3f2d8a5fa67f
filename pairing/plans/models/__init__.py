"""What two branches agree on: the pairing, its agreement, claims on each other's lists, and plan orders."""

from pairing.plans.models.agreements import Agreement, AgreementQuerySet
from pairing.plans.models.changes import ChangeRequest
from pairing.plans.models.claims import Claim, ClaimQuerySet, Series
from pairing.plans.models.on_behalf import OnBehalf, OnBehalfQuerySet
from pairing.plans.models.orders import PlanOrder, PlanOrderQuerySet, PlanTask
from pairing.plans.models.pairings import Pairing, PairingQuerySet
from pairing.plans.models.solved import SolvedProblem, SolvedProblemQuerySet
from pairing.plans.models.targets import Metric, OrderTarget

__all__ = [
    "Agreement",
    "AgreementQuerySet",
    "ChangeRequest",
    "Claim",
    "ClaimQuerySet",
    "Metric",
    "OnBehalf",
    "OnBehalfQuerySet",
    "OrderTarget",
    "Pairing",
    "PairingQuerySet",
    "PlanOrder",
    "PlanOrderQuerySet",
    "PlanTask",
    "Series",
    "SolvedProblem",
    "SolvedProblemQuerySet",
]
