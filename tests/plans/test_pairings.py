"""结对: beginning and ending a pairing."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch
from core.audit import entries_of
from core.errors import DomainError
from ledgers.enums import DemandState
from pairing.plans.enums import AgreementState, ClaimState, PairingKind, PairingState
from pairing.plans.models import Pairing
from pairing.plans.services import pairing_ending, pairings
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import AgreementFactory, ClaimFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db


def create(branch_a, branch_b, **options):
    terms = {
        "starts_on": date(2026, 1, 1),
        "ends_on": date(2027, 12, 31),
        "aims": "资源共享",
        "number": "XY-1",
        "signed_on": date(2026, 1, 1),
        "actor": UserFactory(admin=True),
        "now": timezone.now(),
    }
    return pairings.pairing_create(branch_a=branch_a, branch_b=branch_b, **(terms | options))


def test_pairing_create_brings_its_agreement():
    pairing = create(BranchFactory(liaison_name="王同志"), BranchFactory())
    agreement = pairing.agreements.get()
    assert (agreement.number, agreement.state) == ("XY-1", AgreementState.IN_FORCE)
    assert (pairing.state, pairing.liaison_a) == (PairingState.ACTIVE, "王同志")
    assert entries_of(pairing).get().action == "pairing.create"


def test_pairing_create_without_signature_leaves_a_draft_agreement():
    pairing = create(BranchFactory(), BranchFactory(), signed_on=None)
    assert pairing.agreements.get().state == AgreementState.DRAFT


def test_pairing_create_with_itself_twice_or_a_dissolved_branch_is_refused():
    one = BranchFactory(name="甲支部")
    two = BranchFactory(name="乙支部")
    gone = BranchFactory(name="旧支部", dissolved_on=date(2025, 5, 1))
    PairingFactory(branch_a=one, branch_b=two)
    for pair, words in (
        ((one, one), "支部不能和自己结对，请选择另一个支部。"),
        ((two, one), "乙支部和甲支部已经在结对中，不能重复结对。"),
        ((one, gone), "旧支部已在2025年5月1日撤销，不能再结对。"),
    ):
        with pytest.raises(DomainError) as refusal:
            create(*pair)
        assert (refusal.value.message, refusal.value.field) == (words, "branch_b")
    assert Pairing.objects.count() == 1


def test_pairing_create_signed_on_a_day_to_come_is_refused_beside_the_day():
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(DomainError) as refusal:
        create(BranchFactory(), BranchFactory(), signed_on=tomorrow)
    assert refusal.value.message == "签约日期不能晚于今天；还没签的留空，存为草稿。"
    assert refusal.value.field == "signed_on"


def test_pairing_create_sees_a_branch_dissolved_since_the_form_was_opened():
    one, stale = BranchFactory(), BranchFactory(name="乙支部")
    Branch.objects.filter(pk=stale.pk).update(dissolved_on=date(2026, 3, 1))
    with pytest.raises(DomainError, match="乙支部已在2026年3月1日撤销，不能再结对。"):
        create(one, stale)
    assert Pairing.objects.count() == 0


def test_pairing_create_refuses_a_used_number_a_backward_term_and_a_secretary():
    one, two = BranchFactory(), BranchFactory()
    AgreementFactory(number="XY-9")
    for options, field in (
        ({"number": "XY-9"}, "number"),
        ({"ends_on": date(2025, 1, 1)}, "ends_on"),
        ({"actor": UserFactory(secretary_of=one)}, None),
    ):
        with pytest.raises(DomainError) as refusal:
            create(one, two, **options)
        assert refusal.value.field == field


def test_pairing_end_lets_claims_lapse_and_terminates_the_agreement():
    agreement = AgreementFactory()
    claim = ClaimFactory(pairing=agreement.pairing)
    pairing = pairing_ending.pairing_end(
        pairing=agreement.pairing,
        reason="期满",
        summary="办成三件实事",
        actor=UserFactory(admin=True),
        now=timezone.now(),
    )
    agreement.refresh_from_db()
    claim.refresh_from_db()
    claim.demand.refresh_from_db()
    assert (pairing.state, pairing.ends_on) == (PairingState.ENDED, timezone.localdate())
    assert (agreement.state, agreement.end_summary) == (AgreementState.TERMINATED, "办成三件实事")
    assert (claim.state, claim.demand.state) == (ClaimState.EXPIRED, DemandState.OPEN)


@pytest.mark.parametrize("kind", PairingKind)
def test_pairing_end_with_a_live_order_is_refused_in_service_and_page(client, kind):
    """A 县内支援, which no agreement binds, as well as a pairing for a term."""
    pairing = PairingFactory(kind=kind)
    PlanOrderFactory(pairing=pairing)
    admin = UserFactory(admin=True)
    terms = {"reason": "调整", "summary": "无", "actor": admin, "now": timezone.now()}
    with pytest.raises(DomainError, match="还有 1 张定单没有办完"):
        pairing_ending.pairing_end(pairing=pairing, **terms)
    client.force_login(admin)
    url = reverse("pairing_end", args=[pairing.pk])
    sentence = "还有 1 张定单没有办完，请先验收或取消这些定单，再结束结对。"
    assert client.get(url).context["blockers"] == [sentence]
    client.post(url, {"reason": "调整", "summary": "无"})
    pairing.refresh_from_db()
    assert pairing.state == PairingState.ACTIVE


def test_pairing_end_twice_without_words_or_by_a_secretary_is_refused():
    pairing = PairingFactory(starts_on=timezone.localdate() - timedelta(days=9))
    admin = UserFactory(admin=True)

    def end(actor=admin, reason="期满", summary="办成三件实事"):
        pairing_ending.pairing_end(
            pairing=pairing, reason=reason, summary=summary, actor=actor, now=timezone.now()
        )

    for options in (
        {"actor": UserFactory(secretary_of=pairing.branch_a)},
        {"reason": " "},
        {"summary": " "},
    ):
        with pytest.raises(DomainError):
            end(**options)
    end()
    with pytest.raises(DomainError):
        end()


def test_a_branch_may_have_several_pairs_but_none_that_overlaps_an_earlier_one():
    one, two, three = BranchFactory(name="甲支部"), BranchFactory(name="乙支部"), BranchFactory()
    PairingFactory(
        branch_a=two, branch_b=one, ended=True, starts_on=date(2024, 1, 1), ends_on=date(2026, 2, 1)
    )
    with pytest.raises(DomainError) as refusal:
        create(one, two)
    assert (refusal.value.field, refusal.value.message) == (
        "starts_on",
        "乙支部和甲支部的上一次结对到2026年2月1日才结束，期限重叠，请从2026年2月1日或以后开始。",
    )
    create(one, two, starts_on=date(2026, 2, 1), number="XY-2")
    create(three, one, number="XY-3")
    assert Pairing.objects.active().of_branches([one.pk]).count() == 2


def test_pairing_edit_changes_liaisons_and_leaves_the_term_to_the_agreement():
    admin, pair = UserFactory(admin=True), PairingFactory()

    def edit(actor=admin, **changes):
        names = ("liaison_a", "liaison_b", "starts_on", "ends_on", "aims")
        values = {name: getattr(pair, name) for name in names}
        return pairings.pairing_edit(pairing=pair, actor=actor, now=timezone.now(), **values | changes)

    later = pair.ends_on + timedelta(days=30)
    assert edit(liaison_a="周同志", ends_on=later).ends_on == later
    pair.refresh_from_db()
    assert entries_of(pair).get(action="pairing.edit").changes["liaison_a"] == ["", "周同志"]
    AgreementFactory(pairing=pair)
    refusals = {
        "期限由生效的协议决定，请续签或终止协议来改期限。": {"ends_on": None},
        pairings.NOT_ADMIN: {"actor": UserFactory(secretary_of=pair.branch_a), "aims": "新目标"},
    }
    for words, changes in refusals.items():
        with pytest.raises(DomainError) as refusal:
            edit(**changes)
        assert refusal.value.message == words
    assert edit(aims="新目标").aims == "新目标"
    Pairing.objects.filter(pk=pair.pk).update(state=PairingState.ENDED)
    with pytest.raises(DomainError, match="结对已经结束"):
        edit(aims="再改")
