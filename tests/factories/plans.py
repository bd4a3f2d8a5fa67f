"""Pairings, agreements, claims and plan orders; a claim's demand is 乙方's, its resource 甲方's."""

from __future__ import annotations

from datetime import date, timedelta

import factory
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from ledgers.enums import DemandState
from pairing.plans.enums import (
    AgreementState,
    ClaimState,
    Line,
    OnBehalfStep,
    PairingState,
    PlanOrderState,
    TaskKind,
)
from pairing.plans.models import (
    Agreement,
    ChangeRequest,
    Claim,
    OnBehalf,
    OrderTarget,
    Pairing,
    PlanOrder,
    PlanTask,
)
from tests.factories.branches import BranchFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory


def days_ahead(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


class PairingFactory(DjangoModelFactory):
    """An active pairing for two years around today."""

    class Meta:
        model = Pairing

    class Params:
        ended = factory.Trait(state=PairingState.ENDED, end_reason="到期")

    branch_a = factory.SubFactory(BranchFactory)
    branch_b = factory.SubFactory(BranchFactory)
    starts_on = factory.LazyFunction(lambda: days_ahead(-365))
    ends_on = factory.LazyFunction(lambda: days_ahead(365))
    aims = "资源共享、优势互补"


class AgreementFactory(DjangoModelFactory):
    """The agreement in force of a pairing, signed on its first day."""

    class Meta:
        model = Agreement

    class Params:
        unsigned = factory.Trait(signed_on=None, signed_on_a=None, signed_on_b=None)
        draft = factory.Trait(state=AgreementState.DRAFT, unsigned=True)
        to_sign = factory.Trait(state=AgreementState.TO_SIGN, unsigned=True)

    pairing = factory.SubFactory(PairingFactory)
    number = factory.Sequence(lambda n: f"XY{n:04d}")
    starts_on = factory.SelfAttribute("pairing.starts_on")
    ends_on = factory.SelfAttribute("pairing.ends_on")
    signed_on = factory.SelfAttribute("starts_on")
    signed_on_a = factory.SelfAttribute("signed_on")
    signed_on_b = factory.SelfAttribute("signed_on")
    state = AgreementState.IN_FORCE


class ClaimFactory(DjangoModelFactory):
    """A claim proposed by 甲方 for 乙方's demand, waiting for 乙方's answer."""

    class Meta:
        model = Claim

    class Params:
        accepted = factory.Trait(
            state=ClaimState.ACCEPTED,
            decided_at=factory.LazyFunction(timezone.now),
            demand__state=DemandState.IN_PROGRESS,
        )
        declined = factory.Trait(
            state=ClaimState.DECLINED,
            reason="近期任务重",
            decided_at=factory.LazyFunction(timezone.now),
            demand__state=DemandState.OPEN,
        )

    pairing = factory.SubFactory(PairingFactory)
    demand = factory.SubFactory(DemandFactory, branch=factory.SelfAttribute("..pairing.branch_b"))
    demand__state = DemandState.CLAIMED  # declared here because traits replace it
    resource = factory.SubFactory(ResourceFactory, branch=factory.SelfAttribute("..pairing.branch_a"))
    proposed_by = factory.SelfAttribute("pairing.branch_a")
    awaiting = factory.SelfAttribute("pairing.branch_b")
    expires_on = factory.LazyFunction(lambda: days_ahead(7))


class PlanOrderFactory(DjangoModelFactory):
    """A draft order without tasks; traits put it, its confirmations and its demand into a later state."""

    class Meta:
        model = PlanOrder

    class Params:
        confirmed_by_both = factory.Trait(confirmed_version_a=1, confirmed_version_b=1)
        to_confirm = factory.Trait(state=PlanOrderState.TO_CONFIRM, confirmed_version_a=1)
        confirmed = factory.Trait(state=PlanOrderState.CONFIRMED, confirmed_by_both=True)
        in_progress = factory.Trait(state=PlanOrderState.IN_PROGRESS, confirmed_by_both=True)
        awaiting_acceptance = factory.Trait(
            state=PlanOrderState.AWAITING_ACCEPTANCE,
            confirmed_by_both=True,
            demand__state=DemandState.AWAITING_ACCEPTANCE,
        )
        completed = factory.Trait(
            state=PlanOrderState.COMPLETED,
            confirmed_by_both=True,
            completed_on=factory.LazyFunction(timezone.localdate),
            demand__state=DemandState.CLOSED,
            demand__closed_on=factory.LazyFunction(timezone.localdate),
            demand__satisfaction=5,
        )
        cancelled = factory.Trait(
            state=PlanOrderState.CANCELLED, state_reason="条件不具备", demand__state=DemandState.OPEN
        )

    number = factory.Sequence(lambda n: f"DD{n:07d}")
    pairing = factory.SubFactory(PairingFactory)
    demand = factory.SubFactory(DemandFactory, branch=factory.SelfAttribute("..pairing.branch_b"))
    demand__state = DemandState.IN_PROGRESS  # these three are declared here because traits replace them
    demand__closed_on = None
    demand__satisfaction = None
    resource = factory.SubFactory(ResourceFactory, branch=factory.SelfAttribute("..pairing.branch_a"))
    line = Line.ACTIVITY
    task = "上门讲解政策并现场办理"
    responsible_a = "张同志"
    responsible_b = "李同志"
    place = "党群服务中心"
    due_on = factory.LazyFunction(lambda: days_ahead(45))


class PlanTaskFactory(DjangoModelFactory):
    class Meta:
        model = PlanTask

    plan_order = factory.SubFactory(PlanOrderFactory)
    position = factory.Sequence(lambda n: n % 30000 + 1)
    kind = TaskKind.ACTIVITY
    title = "联办活动"
    owner = factory.SelfAttribute("plan_order.pairing.branch_a")
    responsible = "张同志"
    due_on = factory.SelfAttribute("plan_order.due_on")


class OrderTargetFactory(DjangoModelFactory):
    class Meta:
        model = OrderTarget

    plan_order = factory.SubFactory(PlanOrderFactory)
    metric = factory.SubFactory("tests.factories.activities.MetricFactory")
    value = 10


class ChangeRequestFactory(DjangoModelFactory):
    """甲方 asks to meet elsewhere; 乙方's answer is awaited."""

    class Meta:
        model = ChangeRequest

    plan_order = factory.SubFactory(PlanOrderFactory, in_progress=True)
    version = factory.SelfAttribute("plan_order.version")
    fields = factory.LazyFunction(lambda: {"place": "镇政府"})
    reason = "原场地维修"
    asked_by = factory.SelfAttribute("plan_order.pairing.branch_a")
    asker = factory.SubFactory("tests.factories.branches.UserFactory")


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def scan(name: str = "意见.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A scanned paper as a browser sends it."""
    return SimpleUploadedFile(name, content, content_type="application/pdf")


class OnBehalfFactory(DjangoModelFactory):
    """The office has confirmed an order for 乙方."""

    class Meta:
        model = OnBehalf
        skip_postgeneration_save = True

    order = factory.SubFactory(PlanOrderFactory)
    pairing = factory.SelfAttribute("order.pairing")
    branch = factory.SelfAttribute("pairing.branch_b")
    step = OnBehalfStep.ORDER_CONFIRM
    reason = "对方支部还没有账号，书记已在纸上签字"
    actor = factory.SubFactory("tests.factories.branches.UserFactory", office=True)
    at = factory.LazyFunction(timezone.now)
    paper = factory.RelatedFactory("tests.factories.core.AttachmentFactory", "target")
