"""Resources and demands of a branch."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from ledgers.enums import DemandState, OriginKind, ResourceKind, ResourceState
from ledgers.models import Availability, Demand, DemandOrigin, Resource, ServiceAspect, ServiceItem
from tests.factories.branches import BranchFactory, UserFactory


class ServiceAspectFactory(DjangoModelFactory):
    class Meta:
        model = ServiceAspect
        django_get_or_create = ("name",)

    name = "市场监管"


class ServiceItemFactory(DjangoModelFactory):
    class Meta:
        model = ServiceItem
        django_get_or_create = ("name",)

    aspect = factory.SubFactory(ServiceAspectFactory)
    name = factory.Sequence(lambda n: f"服务事项{n}")


class ResourceFactory(DjangoModelFactory):
    """A published resource without a monthly limit; `aspects=[...]` sets 服务方向."""

    class Meta:
        model = Resource
        skip_postgeneration_save = True

    class Params:
        draft = factory.Trait(state=ResourceState.DRAFT)

    branch = factory.SubFactory(BranchFactory)
    serial = factory.Sequence(lambda n: n + 1)
    kind = ResourceKind.PROFESSIONAL
    title = factory.Sequence(lambda n: f"业务骨干{n}")
    contact_name = factory.Sequence(lambda n: f"资源联系人{n}")
    contact_phone = factory.Sequence(lambda n: f"137{n:08d}")
    state = ResourceState.PUBLISHED

    @factory.post_generation
    def aspects(self, create: bool, aspects: list[ServiceAspect] | None) -> None:
        if aspects:
            self.aspects.set(aspects)

    @factory.post_generation
    def items(self, create: bool, items: list[ServiceItem] | None) -> None:
        if items:
            self.items.set(items)


class AvailabilityFactory(DjangoModelFactory):
    class Meta:
        model = Availability

    resource = factory.SubFactory(ResourceFactory)
    weekday = 1
    half = "am"


class DemandFactory(DjangoModelFactory):
    """An open demand raised ten days ago and due in sixty days; a closed one was raised ten days before."""

    class Meta:
        model = Demand

    class Params:
        draft = factory.Trait(state=DemandState.DRAFT)
        closed = factory.Trait(
            state=DemandState.CLOSED, closed_on=factory.LazyFunction(timezone.localdate), satisfaction=5
        )

    branch = factory.SubFactory(BranchFactory)
    serial = factory.Sequence(lambda n: n + 1)
    aspect = factory.SubFactory(ServiceAspectFactory)
    title = factory.Sequence(lambda n: f"需要解决的事项{n}")
    contact_name = factory.Sequence(lambda n: f"需求联系人{n}")
    contact_phone = factory.Sequence(lambda n: f"136{n:08d}")
    closed_on = None
    raised_on = factory.LazyAttribute(
        lambda demand: (demand.closed_on or timezone.localdate()) - timedelta(days=10)
    )
    deadline_on = factory.LazyAttribute(lambda demand: demand.raised_on + timedelta(days=70))
    state = DemandState.OPEN


class DemandOriginFactory(DjangoModelFactory):
    """An open demand that took over a withdrawn one of its branch."""

    class Meta:
        model = DemandOrigin

    demand = factory.SubFactory(DemandFactory)
    origin = factory.SubFactory(
        DemandFactory,
        branch=factory.SelfAttribute("..demand.branch"),
        state=DemandState.WITHDRAWN,
        state_reason="已拆分",
    )
    kind = OriginKind.SPLIT
    reason = "两件事由不同的人办"
    made_at = factory.LazyFunction(timezone.now)
    made_by = factory.SubFactory(UserFactory)
