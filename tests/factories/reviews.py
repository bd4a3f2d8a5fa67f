"""The meeting rhythm of a pairing."""

from __future__ import annotations

from datetime import timedelta

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from pairing.reviews.enums import ReviewKind
from pairing.reviews.models import ActionItem, Review, ReviewSeries
from tests.factories.plans import PairingFactory


class ReviewSeriesFactory(DjangoModelFactory):
    class Meta:
        model = ReviewSeries

    pairing = factory.SubFactory(PairingFactory)
    kind = ReviewKind.COMMUNICATION
    starts_on = factory.SelfAttribute("pairing.starts_on")
    ends_on = factory.SelfAttribute("pairing.ends_on")


class ReviewFactory(DjangoModelFactory):
    """A review due in ten days; give `period_key` when a series needs several."""

    class Meta:
        model = Review

    series = factory.SubFactory(ReviewSeriesFactory)
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=10))
    period_starts_on = factory.LazyAttribute(lambda review: review.due_on.replace(day=1))
    period_key = factory.LazyAttribute(lambda review: f"{review.due_on:%Y-%m}")


class ActionItemFactory(DjangoModelFactory):
    class Meta:
        model = ActionItem

    review = factory.SubFactory(ReviewFactory)
    title = factory.Sequence(lambda n: f"督办事项{n}")
    owner = factory.SelfAttribute("review.series.pairing.branch_a")
    due_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=14))
