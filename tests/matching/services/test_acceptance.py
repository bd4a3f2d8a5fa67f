"""Accepting a draft makes claims in the right name; what is refused stops nothing else."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError
from core.models import AuditEntry, Notification
from ledgers.enums import DemandState, ResourceState
from pairing.matching.enums import MatchEditKind
from pairing.matching.models import Match
from pairing.matching.selectors.runs import match_run_page
from pairing.matching.services.acceptance import DISPATCH_WORDS, match_run_accept, match_run_accept_all
from pairing.matching.services.drafts import match_edit_set
from pairing.plans.enums import ClaimState
from pairing.plans.models import Claim
from pairing.plans.services.claim_answers import claim_decline
from pairing.plans.services.claims import claim_propose
from tests.factories.branches import UserFactory
from tests.factories.plans import PairingFactory
from tests.matching.conftest import NOW, TODAY, law_demand, planned, speaker_of

pytestmark = pytest.mark.django_db


def accept_all(run, actor):
    return match_run_accept(run=run, match_ids=run.matches.values_list("pk", flat=True), actor=actor, now=NOW)


@pytest.fixture
def draft(law_pair, secretary):
    """Two matches: 乙方 asks for law this month and once more next month."""
    law_demand(law_pair[0].branch_b, title="老年人法律意识薄弱", deadline_on=date(2026, 5, 30))
    return planned(secretary, pairing=law_pair[0])


def test_secretary_accepts_for_their_own_side(draft, secretary, law_pair):
    accepted = accept_all(draft, secretary)
    assert accepted.refusals == []
    claims = {claim.demand.title: claim for claim in Claim.objects.all()}
    first = claims["社区零售户法律意识薄弱"]
    match = draft.matches.get(demand=first.demand)
    assert (first.proposed_by, first.awaiting, first.proposer, first.state) == (
        law_pair[0].branch_b,
        law_pair[0].branch_a,
        secretary,
        ClaimState.PROPOSED,
    )
    assert (first.score, first.explanation, match.claim) == (match.score, match.explanation, first)
    assert first.demand.state == DemandState.CLAIMED


def test_visit_of_a_later_month_is_wanted_on_its_first_working_day(draft, secretary):
    accept_all(draft, secretary)
    days = dict(Claim.objects.values_list("demand__title", "wanted_on"))
    assert days == {"社区零售户法律意识薄弱": None, "老年人法律意识薄弱": date(2026, 4, 1)}


def test_giving_side_accepts_in_its_own_name(draft, law_pair):
    giver = UserFactory(liaison_of=law_pair[0].branch_a)
    accept_all(draft, giver)
    assert set(Claim.objects.values_list("proposed_by", "awaiting")) == {
        (law_pair[0].branch_a_id, law_pair[0].branch_b_id)
    }


def test_office_dispatches_in_the_name_of_the_demand_and_both_sides_are_told(draft, secretary, law_pair):
    pairing, demand, _ = law_pair
    giver = UserFactory(secretary_of=pairing.branch_a)
    office = UserFactory(office=True)
    chosen = draft.matches.filter(demand=demand).values_list("pk", flat=True)
    match_run_accept(run=draft, match_ids=chosen, actor=office, now=NOW)
    [claim] = Claim.objects.all()
    assert (claim.proposed_by, claim.proposer, claim.words) == (pairing.branch_b, office, DISPATCH_WORDS)
    told = dict(Notification.objects.values_list("recipient", "subject"))
    assert told == {
        giver.pk: f"{pairing.branch_b}发起认领：{demand}",
        secretary.pk: f"县党建办已代{pairing.branch_b}发起认领：{demand}",
    }
    [entry] = AuditEntry.objects.filter(action="match_run.accept")
    assert (entry.actor, entry.summary) == (
        office,
        f"{pairing.branch_b}和{pairing.branch_a}：采纳 1 条，未办成 0 条",
    )


def test_dispatch_by_another_is_refused(law_pair, secretary):
    pairing, demand, speaker = law_pair
    with pytest.raises(DomainError, match="派单、催办和提前开放由县党建办办理"):
        claim_propose(
            demand=demand,
            resource=speaker,
            by_branch=pairing.branch_b,
            proposer=secretary,
            now=NOW,
            dispatched=True,
        )


def test_one_refused_match_stops_no_other(draft, secretary, law_pair):
    _, demand, _ = law_pair
    demand.state, demand.state_reason = DemandState.SUSPENDED, "等经费"
    demand.save()
    accepted = accept_all(draft, secretary)
    assert [claim.demand.title for claim in accepted.claims] == ["老年人法律意识薄弱"]
    assert accepted.refusals == [
        "“社区零售户法律意识薄弱”：需求“社区零售户法律意识薄弱”现在是“挂起”，只有待认领的需求才能认领。"
    ]


def test_second_copy_of_the_form_does_nothing(draft, secretary):
    first = accept_all(draft, secretary)
    again = accept_all(draft, secretary)
    assert ([claim.pk for claim in again.claims], again.refusals) == (
        [claim.pk for claim in first.claims],
        [],
    )
    assert Claim.objects.count() == 2


def test_partner_who_comes_second_is_told_who_was_first(draft, secretary, law_pair):
    accept_all(draft, secretary)
    accepted = accept_all(draft, UserFactory(secretary_of=law_pair[0].branch_a))
    assert accepted.claims == []
    assert {words.split("：")[1] for words in accepted.refusals} == {
        f"{secretary}刚才已经采纳了这一条，不必重复办理。"
    }


def test_declined_claim_can_be_made_again_by_hand(draft, secretary, law_pair):
    accept_all(draft, secretary)
    claim = Claim.objects.get(demand=law_pair[1])
    partner = UserFactory(secretary_of=law_pair[0].branch_a)
    claim_decline(claim=claim, actor=partner, reason="人手不够", now=NOW)
    accept_all(draft, secretary)
    assert Match.objects.get(run=draft, demand=law_pair[1]).claim.state == ClaimState.PROPOSED


def test_pairs_are_accepted_apart(law_pair):
    other = PairingFactory()
    law_demand(other.branch_b, title="村民法律意识薄弱")
    broken = speaker_of(other.branch_a, title="公职律师")
    office = UserFactory(office=True)
    run = planned(office)
    broken.state = ResourceState.WITHDRAWN
    broken.save()
    accepted = accept_all(run, office)
    assert [claim.pairing for claim in accepted.claims] == [law_pair[0]]
    assert len(accepted.refusals) == 1


def test_accepting_nothing_or_another_run_s_matches_is_refused(draft, secretary):
    foreign = planned(UserFactory(office=True))
    for ids in ([], foreign.matches.values_list("pk", flat=True)):
        with pytest.raises(DomainError, match="请先勾选"):
            match_run_accept(run=draft, match_ids=ids, actor=secretary, now=NOW)


@pytest.mark.parametrize("seat", ["auditor", "member"])
def test_accepting_is_refused_to_readers(draft, law_pair, seat):
    seats = {"auditor": {"auditor": True}, "member": {"member_of": law_pair[0].branch_b}}
    with pytest.raises(PermissionDenied):
        accept_all(draft, UserFactory(**seats[seat]))
    assert Claim.objects.count() == 0


# All of a draft


def test_whole_draft_is_accepted_at_one_go(draft, secretary):
    accepted = match_run_accept_all(run=draft, actor=secretary, now=NOW)
    assert (len(accepted.claims), accepted.refusals, accepted.left) == (2, [], 0)
    with pytest.raises(DomainError, match="没有可以采纳的安排了"):
        match_run_accept_all(run=draft, actor=secretary, now=NOW)


def test_what_was_excluded_or_is_gone_is_not_accepted_with_the_whole(draft, secretary, law_pair):
    _, demand, speaker = law_pair
    wish = {"demand_id": demand.pk, "resource_id": speaker.pk, "kind": MatchEditKind.FORBID}
    match_edit_set(run=draft, actor=secretary, **wish)
    accepted = match_run_accept_all(run=draft, actor=secretary, now=NOW)
    assert [claim.demand.title for claim in accepted.claims] == ["老年人法律意识薄弱"]


def test_whole_draft_too_large_for_one_go_is_accepted_pair_by_pair(law_pair):
    other = PairingFactory()
    law_demand(other.branch_b, title="村民法律意识薄弱")
    speaker_of(other.branch_a, title="公职律师")
    office = UserFactory(office=True)
    run = planned(office)
    first = match_run_accept_all(run=run, actor=office, now=NOW, most=1)
    second = match_run_accept_all(run=run, actor=office, now=NOW, most=1)
    assert [(len(each.claims), each.left) for each in (first, second)] == [(1, 1), (1, 0)]


def test_second_month_of_a_resource_waits_for_the_answer_to_the_first(law_pair, secretary):
    """Accepting all takes the first month; what waits is not offered, and not refused either."""
    pairing, demand, speaker = law_pair
    demand.visits_wanted, demand.deadline_on = 2, date(2026, 5, 30)
    demand.save()
    run = planned(secretary, pairing=pairing)
    assert run.matches.filter(resource=speaker).count() == 2
    assert match_run_page(run, number=1, today=TODAY).acceptable_count == 1
    accepted = match_run_accept_all(run=run, actor=secretary, now=NOW)
    assert ([claim.wanted_on for claim in accepted.claims], accepted.refusals) == ([None], [])
    assert match_run_page(run, number=1, today=TODAY).acceptable_count == 0


def test_accepting_all_is_refused_to_readers(draft):
    with pytest.raises(PermissionDenied):
        match_run_accept_all(run=draft, actor=UserFactory(auditor=True), now=NOW)
