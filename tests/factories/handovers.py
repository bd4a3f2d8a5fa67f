"""Handovers."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from pairing.handovers.models import Handover


class HandoverFactory(DjangoModelFactory):
    """Planned for ten days ahead."""

    class Meta:
        model = Handover

    seat = factory.SubFactory("tests.factories.branches.MembershipFactory")
    successor = factory.SubFactory("tests.factories.branches.UserFactory")
    on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=10))
    planned_by = factory.SubFactory("tests.factories.branches.UserFactory", admin=True)
