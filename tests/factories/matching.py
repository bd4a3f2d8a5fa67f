"""Matching runs and the matches in them."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from pairing.matching.enums import MatchRunState
from pairing.matching.models import Match, MatchRun, MatchShard
from tests.factories.ledgers import DemandFactory, ResourceFactory


class MatchRunFactory(DjangoModelFactory):
    class Meta:
        model = MatchRun

    scope_key = factory.Sequence(lambda n: f"test:{n}")
    state = MatchRunState.DONE
    finished_at = factory.LazyFunction(timezone.now)
    as_of = factory.LazyFunction(timezone.localdate)


class MatchShardFactory(DjangoModelFactory):
    class Meta:
        model = MatchShard

    run = factory.SubFactory(MatchRunFactory)
    position = factory.Sequence(lambda n: n + 1)
    name = "全部支部"


class MatchFactory(DjangoModelFactory):
    class Meta:
        model = Match

    run = factory.SubFactory(MatchRunFactory)
    demand = factory.SubFactory(DemandFactory)
    resource = factory.SubFactory(ResourceFactory)
    score = 0.8
    explanation = "服务方向一致"
