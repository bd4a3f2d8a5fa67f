"""What one branch declares: the service catalogue, the resource list and the demand ledger."""

from ledgers.models.catalogue import LexiconTerm, ServiceAspect, ServiceItem
from ledgers.models.demands import Demand, DemandOrigin, DemandQuerySet
from ledgers.models.finding import DistinctDemands, DistinctResources, SavedView
from ledgers.models.resources import Availability, Resource, ResourceQuerySet

__all__ = [
    "Availability",
    "Demand",
    "DemandOrigin",
    "DemandQuerySet",
    "DistinctDemands",
    "DistinctResources",
    "LexiconTerm",
    "Resource",
    "ResourceQuerySet",
    "SavedView",
    "ServiceAspect",
    "ServiceItem",
]
