"""What a person says of a draft, and the plan that is solved around it."""

import pytest
from django.core.exceptions import PermissionDenied

from core.errors import DomainError
from ledgers.enums import ResourceState
from pairing.matching.conditions import Conditions
from pairing.matching.enums import MatchEditKind, MatchRunOrigin
from pairing.matching.models import MatchEdit, MatchRun
from pairing.matching.selectors.runs import match_run_line
from pairing.matching.services.drafts import match_edit_set
from pairing.matching.services.runs import match_run_resolve, match_run_start
from tests.factories.branches import UserFactory
from tests.factories.ledgers import ResourceFactory
from tests.factories.plans import PairingFactory
from tests.matching.conftest import NOW, TODAY, law_demand, pairs_of, planned, speaker_of, work_off

pytestmark = pytest.mark.django_db
PIN, FORBID = MatchEditKind.PIN, MatchEditKind.FORBID


@pytest.fixture
def draft(law_pair, secretary):
    """A solved plan in which 甲方 has a second, vaguer speaker."""
    pairing, _, _ = law_pair
    speaker_of(pairing.branch_a, title="法律顾问", description="答复合同和借贷的疑问。")
    return planned(secretary, pairing=pairing)


def say(draft, actor, kind, resource):
    [line] = draft.matches.all()
    return match_edit_set(run=draft, demand_id=line.demand_id, resource_id=resource, kind=kind, actor=actor)


def other_of(draft):
    return draft.matches.get().alternatives[0]["resource_id"]


def resolved(draft, actor, **bounds):
    return work_off(match_run_resolve(run=draft, actor=actor, now=NOW, **bounds))


def test_draft_keeps_the_next_best_candidates_with_reasons(draft):
    [other] = draft.matches.get().alternatives
    assert (other["title"], other["branch"]) == ("法律顾问", draft.matches.get().resource.branch.name)
    assert 0 < other["score"] < draft.matches.get().score
    assert other["explanation"].startswith("都像是“普法宣讲”事项；")


def test_pinning_another_candidate_swaps_it_in_and_says_so(draft, secretary):
    say(draft, secretary, PIN, other_of(draft))
    child = resolved(draft, secretary)
    [match] = child.matches.all()
    assert match.resource_id == other_of(draft)
    assert match.explanation.startswith("由人锁定；")
    assert (child.parent, child.origin, child.weights) == (draft, MatchRunOrigin.EDITED, draft.weights)
    [change] = child.changes
    assert (change["before"], change["after"], change["why"]) == ("普法宣讲骨干", "法律顾问", "按意见锁定")
    assert child.percent_of_bound == 100.0


def test_forbidding_the_chosen_one_moves_to_the_next(draft, secretary, law_pair):
    say(draft, secretary, FORBID, law_pair[2].pk)
    [change] = resolved(draft, secretary).changes
    assert (change["after"], change["why"]) == ("法律顾问", "按意见排除了原来的资源")


def test_opinions_are_where_the_next_change_begins(draft, secretary):
    say(draft, secretary, PIN, other_of(draft))
    child = resolved(draft, secretary)
    assert [(edit.kind, edit.resource_id) for edit in child.edits.all()] == [(PIN, other_of(draft))]
    say(child, secretary, None, other_of(draft))
    assert pairs_of(resolved(child, secretary)) == pairs_of(draft)
    child.refresh_from_db()
    assert Conditions.from_json(child.conditions).pins == {(draft.matches.get().demand_id, other_of(draft))}


def test_a_demand_has_one_pin_and_a_candidate_one_opinion(draft, secretary, law_pair):
    say(draft, secretary, PIN, law_pair[2].pk)
    say(draft, secretary, PIN, other_of(draft))
    assert [edit.resource_id for edit in MatchEdit.objects.filter(kind=PIN)] == [other_of(draft)]
    say(draft, secretary, FORBID, other_of(draft))
    assert [(edit.kind, edit.made_by) for edit in MatchEdit.objects.all()] == [(FORBID, secretary)]


def test_cap_on_giving_leaves_a_demand_open_with_what_would_free_it(draft, secretary, law_pair):
    child = resolved(draft, secretary, give_cap=0)
    [gap] = child.gaps.all()
    assert (gap.code, child.match_count, child.gap_count) == ("give_cap", 0, 1)
    assert gap.sentence.startswith(f"{law_pair[0].branch_a}本次最多提供 0 次服务")


def test_exception_of_one_branch_outweighs_the_common_cap(draft, secretary, law_pair):
    giver = law_pair[0].branch_a
    child = resolved(draft, secretary, give_cap=0, branch=giver, branch_give=1)
    assert child.match_count == 1
    assert Conditions.from_json(child.conditions).exceptions == {giver.pk: (1, None)}
    assert resolved(child, secretary, give_cap=0, branch=giver).match_count == 0


def test_reciprocity_of_zero_needs_a_service_in_return(draft, secretary, law_pair):
    assert resolved(draft, secretary, reciprocity=0).gaps.get().code == "reciprocity"
    pairing, _, _ = law_pair
    law_demand(pairing.branch_a, title="窗口人员法律知识不足")
    speaker_of(pairing.branch_b, title="驻村律师")
    assert resolved(draft, secretary, reciprocity=0).match_count == 2


def test_pin_that_does_not_fit_is_said(draft, secretary, law_pair):
    say(draft, secretary, PIN, law_pair[2].pk)
    child = resolved(draft, secretary, give_cap=0)
    assert [note.split("排不下")[0] for note in child.notes] == [
        "锁定的“普法宣讲骨干”→“社区零售户法律意识薄弱”"
    ]


def test_what_a_partner_has_may_be_pinned_though_nothing_speaks_for_it(draft, secretary, law_pair):
    farmer = law_pair[0].branch_a.resources.get(title="淮山种植能手")
    assert farmer.pk not in {other_of(draft), draft.matches.get().resource_id}
    say(draft, secretary, PIN, farmer.pk)
    line, _ = match_run_line(draft, draft.matches.get().demand_id, today=TODAY)
    assert [(each.title, each.score, each.is_pinned) for each in line.others[1:]] == [
        ("淮山种植能手", None, True)
    ]
    [match] = resolved(draft, secretary).matches.all()
    assert match.resource == farmer
    assert match.explanation.startswith("由人锁定，低于推荐线")


def test_opinion_on_what_no_partner_has_is_refused(draft, secretary, law_pair):
    stranger, withdrawn = ResourceFactory(), speaker_of(law_pair[0].branch_a, state=ResourceState.WITHDRAWN)
    for resource in (stranger, withdrawn):
        with pytest.raises(DomainError, match="不是结对支部现在能用的"):
            say(draft, secretary, PIN, resource.pk)
    elsewhere = law_demand(law_pair[0].branch_b)
    with pytest.raises(DomainError, match="不是结对支部现在能用的"):
        match_edit_set(
            run=draft, demand_id=elsewhere.pk, resource_id=law_pair[2].pk, kind=PIN, actor=secretary
        )
    assert MatchEdit.objects.count() == 0


def test_opinion_and_resolving_are_refused_while_the_draft_is_being_solved(draft, secretary):
    running = match_run_start(actor=secretary, now=NOW, pairing=draft.pairing)
    with pytest.raises(DomainError, match="完成后才能提意见"):
        match_edit_set(run=running, demand_id=1, resource_id=1, kind=PIN, actor=secretary)
    with pytest.raises(DomainError, match="完成后才能在它的基础上重算"):
        match_run_resolve(run=running, actor=secretary, now=NOW)


def test_opinion_and_resolving_are_refused_to_readers(draft):
    auditor = UserFactory(auditor=True)
    with pytest.raises(PermissionDenied):
        say(draft, auditor, PIN, other_of(draft))
    with pytest.raises(PermissionDenied):
        match_run_resolve(run=draft, actor=auditor, now=NOW)
    assert MatchRun.objects.count() == 1


def test_fairness_spreads_the_work_where_another_does_nearly_as_well(law_pair, secretary):
    """One branch does both best; beyond one visit a second one is dear, so another steps in."""
    pairing, _, speaker = law_pair
    speaker.capacity_per_month = 2
    speaker.save()
    other = PairingFactory(branch_b=pairing.branch_b)
    law_demand(pairing.branch_b, title="零售户法律意识薄弱")
    speaker_of(other.branch_a, title="法律顾问", description="答复合同和借贷的疑问。")
    branches = [pairing.branch_a, pairing.branch_b, other.branch_a]
    draft = planned(UserFactory(office=True), branches=branches)
    assert {match.resource.branch for match in draft.matches.all()} == {pairing.branch_a}
    fair = resolved(draft, draft.requested_by, give_after=1, fair_percent=90)
    assert {match.resource.branch for match in fair.matches.all()} == {pairing.branch_a, other.branch_a}
    assert (fair.percent_of_bound, fair.match_count) == (100.0, 2)


def test_fairness_that_leaves_a_demand_open_is_said_and_kept_with_the_plan(law_pair, secretary):
    pairing, _, speaker = law_pair
    speaker.capacity_per_month = 2
    speaker.save()
    law_demand(pairing.branch_b, title="老年人法律意识薄弱")
    draft = planned(secretary, pairing=pairing)
    fair = resolved(draft, secretary, give_after=1, fair_percent=100)
    assert (draft.match_count, fair.match_count, fair.gaps.get().code) == (2, 1, "price")
    assert fair.gaps.get().sentence == (
        f"{pairing.branch_a}本次已提供 1 次，再加一次要扣的分多于匹配度；少扣一点或晚一点开始扣即可安排"
    )
    assert Conditions.from_json(fair.conditions).prices(1)[:2] == ((1, 1.0), (2, 2.0))
