"""Activities, who takes part, and what came of them."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from pairing.activities.enums import ActivityState, ParticipationRole, SubjectKind
from pairing.activities.models import (
    Activity,
    ActivityKind,
    Outcome,
    Participation,
    Subject,
)
from pairing.plans.enums import Line
from pairing.plans.models import Metric
from tests.factories.branches import BranchFactory
from tests.factories.plans import PairingFactory


def local_time(days_ahead: int, hour: int) -> datetime:
    """The full hour of a local day, counted from today."""
    day = timezone.localdate() + timedelta(days=days_ahead)
    return timezone.make_aware(datetime.combine(day, time(hour)))


class ActivityKindFactory(DjangoModelFactory):
    class Meta:
        model = ActivityKind
        django_get_or_create = ("name",)

    name = "主题党日"
    line = Line.ACTIVITY


class MetricFactory(DjangoModelFactory):
    class Meta:
        model = Metric
        django_get_or_create = ("name",)

    name = "解决问题"
    unit = "件"


class ActivityFactory(DjangoModelFactory):
    """A planned activity without a time; traits give it one in the future or the past."""

    class Meta:
        model = Activity

    class Params:
        announced = factory.Trait(
            state=ActivityState.ANNOUNCED,
            starts_at=factory.LazyFunction(lambda: local_time(7, 9)),
            ends_at=factory.LazyFunction(lambda: local_time(7, 11)),
        )
        to_record = factory.Trait(
            state=ActivityState.TO_RECORD,
            starts_at=factory.LazyFunction(lambda: local_time(-7, 9)),
            ends_at=factory.LazyFunction(lambda: local_time(-7, 11)),
        )
        archived = factory.Trait(
            state=ActivityState.ARCHIVED,
            starts_at=factory.LazyFunction(lambda: local_time(-7, 9)),
            ends_at=factory.LazyFunction(lambda: local_time(-7, 11)),
        )
        cancelled = factory.Trait(state=ActivityState.CANCELLED, state_reason="天气原因")

    serial = factory.Sequence(lambda n: n + 1)
    pairing = factory.SubFactory(PairingFactory)
    kind = factory.SubFactory(ActivityKindFactory)
    title = factory.Sequence(lambda n: f"联合活动{n}")
    venue = "党群服务中心"


class ParticipationFactory(DjangoModelFactory):
    class Meta:
        model = Participation

    activity = factory.SubFactory(ActivityFactory)
    branch = factory.SubFactory(BranchFactory)
    role = ParticipationRole.OTHER


class OutcomeFactory(DjangoModelFactory):
    class Meta:
        model = Outcome

    activity = factory.SubFactory(ActivityFactory)
    metric = factory.SubFactory(MetricFactory)
    value = 1


class SubjectFactory(DjangoModelFactory):
    class Meta:
        model = Subject

    kind = SubjectKind.VENUE
    key = factory.LazyAttribute(lambda subject: f"venue:{subject.name}")
    name = factory.Sequence(lambda n: f"会议室{n}")
