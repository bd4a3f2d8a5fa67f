"""The clauses of an agreement."""

from __future__ import annotations

import factory
from factory.django import DjangoModelFactory

from pairing.agreements.models import AgreementClause
from pairing.plans.enums import Line
from tests.factories.plans import AgreementFactory


class AgreementClauseFactory(DjangoModelFactory):
    """A clause in words; `counting="visit"` makes it countable: at least once a quarter."""

    class Meta:
        model = AgreementClause

    class Params:
        counting = ""

    agreement = factory.SubFactory(AgreementFactory)
    version = factory.SelfAttribute("agreement.version")
    position = factory.Sequence(lambda n: n % 30000 + 1)
    line = Line.ACTIVITY
    words = "联合开展主题党日"
    kind = factory.SelfAttribute("counting")
    target = factory.Maybe("counting", 1, None)
    period = factory.Maybe("counting", "quarter", "")
