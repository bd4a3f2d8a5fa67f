"""The pages of whole-list plans: who sees them, what they do, and how few queries they need."""

import re
from dataclasses import replace
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django.asserts import assertContains

from ledgers.models import Demand
from pairing.matching.engine import Weights
from pairing.matching.enums import MatchEditKind, MatchRunState
from pairing.matching.models import MatchEdit, MatchRun
from pairing.matching.selectors import runs
from pairing.matching.services.runs import match_run_start
from pairing.matching.services.shards import LEASE, match_shard_execute
from pairing.matching.services.weights import weights_change
from pairing.plans.models import Claim, Pairing
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ResourceFactory, ServiceItemFactory
from tests.factories.plans import PairingFactory
from tests.matching.conftest import NOW, TODAY, law_demand, planned, speaker_of, work_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(law_pair, secretary):
    """A plan with one match that has another candidate, and one demand left open."""
    pairing, _, _ = law_pair
    speaker_of(pairing.branch_a, title="法律顾问", description="答复合同和借贷的疑问。")
    law_demand(pairing.branch_b, title="食堂需要一台消毒柜", description="餐具消毒")
    return planned(secretary, pairing=pairing)


@pytest.fixture
def mine(client, secretary):
    client.force_login(secretary)
    return client


def posted(client, name, run, data=None, **headers):
    return client.post(reverse(name, args=[run.pk]), data or {}, **headers)


def test_new_run_is_queued_and_shows_its_progress_until_it_is_there(mine, law_pair):
    answer = mine.post(reverse("match_run_new"), {"pairing": law_pair[0].pk})
    run = MatchRun.objects.get()
    assert (answer.status_code, answer.url, run.state) == (302, run.get_absolute_url(), MatchRunState.QUEUED)
    page = mine.get(answer.url).content.decode()
    assert f'hx-get="{answer.url}" hx-trigger="every 1s"' in page
    assert "0 / 1 部分" in page
    waiting = mine.get(answer.url, headers={"HX-Request": "true"})
    assert "HX-Refresh" not in waiting.headers
    work_off(run)
    assert mine.get(answer.url, headers={"HX-Request": "true"}).headers["HX-Refresh"] == "true"
    assert "社区零售户法律意识薄弱" in mine.get(answer.url).content.decode()


def test_draft_shows_proof_reasons_candidates_and_gaps(mine, draft):
    page = mine.get(draft.get_absolute_url()).content.decode()
    gap = draft.gaps.get()
    for words in ("达到理论最优的", "100.0", "都像是“普法宣讲”", "其他候选（1）", gap.sentence, "按意见重算"):
        assert words in page, words


def test_old_plan_is_still_explained_after_weights_and_catalogue_have_changed(mine, draft):
    before = explained(mine.get(draft.get_absolute_url()))
    facts = (f"服务事项 {Weights.default().item:g} ", draft.catalogue_version, "没有另加条件")
    assert [words for words in facts if words not in before] == []
    other = replace(Weights.default(), item=0.9, floor=0.7)
    weights_change(weights=other, reason="试一试", base=None, actor=UserFactory(admin=True), now=NOW)
    ServiceItemFactory(name="法律咨询上门")
    assert explained(mine.get(draft.get_absolute_url())) == before
    assert "匹配权重调整过。" in news_of(mine, draft)
    again = planned(draft.requested_by, pairing=draft.pairing)
    assert again.weights["item"] == 0.9
    assert again.catalogue_version != draft.catalogue_version


def news_of(client, run):
    """What the page of a plan asks for once it stands."""
    assert (
        f'hx-get="{run.get_absolute_url()}?part=news"' in client.get(run.get_absolute_url()).content.decode()
    )
    headers = {"HX-Request": "true"}
    return client.get(f"{run.get_absolute_url()}?part=news", headers=headers).content.decode()


def explained(answer):
    """What a page says of a plan itself, without the tokens that are new in every answer."""
    words = re.sub(r'"[\w:=-]{20,}"', "", answer.content.decode())
    return words[words.index('<div class="stats">') :]


def test_opinion_by_htmx_answers_with_its_row_and_the_count(mine, draft):
    match = draft.matches.get()
    said = {"edit": f"pin:{match.demand_id}:{match.alternatives[0]['resource_id']}"}
    answer = posted(mine, "match_run_edit", draft, said, headers={"HX-Request": "true"})
    words = answer.content.decode()
    assert MatchEdit.objects.get().kind == MatchEditKind.PIN
    assert (answer.status_code, words.count("<tr ")) == (200, 1)
    assert "重算时换成这项" in words
    assert "有 1 处意见还没有算进方案" in words


def test_opinion_without_script_leads_back_to_its_row(mine, draft):
    match = draft.matches.get()
    answer = posted(mine, "match_run_edit", draft, {"edit": f"forbid:{match.demand_id}:{match.resource_id}"})
    assert answer.url == f"{draft.get_absolute_url()}#line-{match.demand_id}"


def test_a_resource_that_is_no_candidate_is_chosen_from_the_partners(mine, draft, law_pair):
    match = draft.matches.get()
    url = reverse("match_run_pin", args=[draft.pk, match.demand_id])
    page = mine.get(draft.get_absolute_url(), {"page": 1})
    assert f'href="{url}?page=1"' in page.content.decode()
    farmer = law_pair[0].branch_a.resources.get(title="淮山种植能手")
    assert f"{farmer.branch} · 淮山种植能手" in mine.get(url).content.decode()
    assert mine.post(url, {"resource": ResourceFactory().pk}).status_code == 422
    answer = mine.post(f"{url}?page=1", {"resource": farmer.pk})
    assert answer.url == f"{draft.get_absolute_url()}?page=1#line-{match.demand_id}"
    words = mine.get(draft.get_absolute_url()).content.decode()
    assert all(each in words for each in ("由人指定", "重算时换成这项", "有 1 处意见还没有算进方案"))


@pytest.mark.parametrize("said", ["", "pin", "pin:1", "burn:1:2", "pin:1:x", f"pin:1:{10**30}"])
def test_opinion_that_makes_no_sense_is_refused_in_a_sentence(mine, draft, said):
    answer = posted(mine, "match_run_edit", draft, {"edit": said}, headers={"HX-Request": "true"})
    assert (answer.status_code, MatchEdit.objects.count()) == (409, 0)
    assert "没有看懂这条意见" in answer.content.decode()


def test_resolving_makes_a_child_and_faults_are_shown_on_the_page(mine, draft):
    answer = posted(mine, "match_run_resolve", draft, {"reciprocity": "-1"})
    assert (answer.status_code, MatchRun.objects.count()) == (422, 1)
    assert f'hx-get="{draft.get_absolute_url()}?part=news"' in answer.content.decode()
    answer = posted(mine, "match_run_resolve", draft, {"give_after": "3"})
    assert "要一起填，或者都不填" in answer.content.decode()
    answer = posted(
        mine, "match_run_resolve", draft, {"reciprocity": "2", "give_after": 3, "fair_percent": 5}
    )
    child = work_off(MatchRun.objects.first())
    assert (answer.url, child.parent, child.conditions["reciprocity"]) == (child.get_absolute_url(), draft, 2)
    page = mine.get(child.get_absolute_url()).content.decode()
    assert "每个支部提供超过 3 次后，每多一次扣 5 分，越多扣得越重" in page


def test_newest_draft_can_be_updated_and_only_it(mine, draft):
    """Also when nothing is known to have changed: who plans need not trust that everything is noticed."""
    url = reverse("match_run_update", args=[draft.pk])
    MatchRun.objects.update(started_at=timezone.now())
    assert url in mine.get(draft.get_absolute_url()).content.decode()
    assert news_of(mine, draft).strip() == ""
    planned(draft.requested_by, pairing=draft.pairing)
    assert url not in mine.get(draft.get_absolute_url()).content.decode()


def test_update_is_offered_when_the_ledgers_have_changed(mine, draft, law_pair):
    law_demand(law_pair[0].branch_b, title="老年人法律意识薄弱")
    assert "1 条新的待认领需求" in news_of(mine, draft)
    child = work_off(MatchRun.objects.get(pk=int(posted(mine, "match_run_update", draft).url.split("/")[-2])))
    page = mine.get(child.get_absolute_url()).content.decode()
    assert "与上一份相比，变了什么" in page
    assert "新增的待认领需求" in page


def test_accepting_claims_and_says_what_was_refused(mine, draft, law_pair):
    answer = posted(mine, "match_run_accept", draft, {"match": [draft.matches.get().pk, "x"]})
    assert (answer.url, Claim.objects.count()) == (draft.get_absolute_url(), 1)
    page = mine.get(answer.url).content.decode()
    assert "已采纳 1 条，认领已发给对方支部" in page
    assert Claim.objects.get().get_absolute_url() in page
    assert posted(mine, "match_run_accept", draft).status_code == 302
    assert Claim.objects.count() == 1


def test_accepting_all_reaches_beyond_the_page_and_leads_back_to_it(mine, draft, law_pair, monkeypatch):
    monkeypatch.setattr(runs, "PAGE_SIZE", 1)
    speaker_of(law_pair[0].branch_a, title="公职律师")
    law_demand(law_pair[0].branch_b, title="老年人法律意识薄弱")
    run = planned(draft.requested_by, pairing=draft.pairing)
    page = mine.get(f"{run.get_absolute_url()}?page=2").content.decode()
    assert "全选本页" in page
    assert "采纳全部 2 条" in page
    url = f"{reverse('match_run_accept', args=[run.pk])}?page=2"
    assert f'action="{url}"' in page
    assert mine.post(url, {"all": "1"}).url == f"{run.get_absolute_url()}?page=2"
    assert Claim.objects.count() == 2
    assert "采纳全部" not in mine.get(run.get_absolute_url()).content.decode()


def test_every_gap_can_be_reached_page_by_page(mine, draft, law_pair, monkeypatch):
    monkeypatch.setattr(runs, "PAGE_SIZE", 1)
    law_demand(law_pair[0].branch_b, title="操场需要一台割草机", description="割草")
    run = planned(draft.requested_by, pairing=draft.pairing)
    first, second = (mine.get(run.get_absolute_url(), {"gaps": number}).content.decode() for number in (1, 2))
    assert ("消毒柜" in first, "割草机" in first) == (True, False)
    assert ("消毒柜" in second, "割草机" in second) == (False, True)
    assert 'href="?gaps=2"' in first


def test_failed_part_is_named_and_can_be_tried_again(client, law_pair):
    other = PairingFactory()
    office = UserFactory(office=True)
    branches = [law_pair[0].branch_a, law_pair[0].branch_b, other.branch_a, other.branch_b]
    run = match_run_start(actor=office, now=timezone.now(), branches=branches)
    run.shards.filter(position=2).update(attempt_count=3)
    run = work_off(run, now=timezone.now())
    failed = run.shards.get(position=2)
    client.force_login(office)
    page = client.get(run.get_absolute_url()).content.decode()
    for words in ("部分没有算成", f"“{failed.name}”没有算成", "补算没有算成的部分", "建议的安排"):
        assert words in page, words
    assert "部分没有算成" in client.get(reverse("match_run_list")).content.decode()
    assert posted(client, "match_run_retry", run).url == run.get_absolute_url()
    assert [shard.state for shard in run.shards.all()] == ["done", "queued"]
    work_off(run, now=timezone.now())
    assert "部分没有算成" not in client.get(run.get_absolute_url()).content.decode()


def test_failed_run_says_so(mine, draft):
    MatchRun.objects.update(state=MatchRunState.FAILED, error="计算没有完成。")
    assert "计算没有完成。" in mine.get(draft.get_absolute_url()).content.decode()


def test_group_and_county_runs_are_the_office_s(client, law_pair):
    pairing, _, _ = law_pair
    client.force_login(UserFactory(office=True))
    client.post(reverse("match_run_new"), {"branches": [pairing.branch_a_id, pairing.branch_b_id]})
    client.post(reverse("match_run_new"), {})
    assert list(MatchRun.objects.order_by("pk").values_list("scope", flat=True)) == ["group", "county"]


def test_area_is_planned_by_the_office_and_scopes_are_not_mixed(client):
    city = BranchFactory(name="双峰县局党委")
    below = BranchFactory(parent=city)
    client.force_login(UserFactory(office=True))
    mixed = client.post(reverse("match_run_new"), {"area": city.pk, "branches": [city.pk, below.pk]})
    assert (mixed.status_code, MatchRun.objects.count()) == (422, 0)
    assert "范围只选一种" in mixed.content.decode()
    answer = client.post(reverse("match_run_new"), {"area": city.pk})
    run = work_off(MatchRun.objects.get())
    assert (answer.url, run.branch_ids) == (run.get_absolute_url(), [city.pk, below.pk])
    assert "双峰县局党委及下属支部" in client.get(answer.url).content.decode()


def test_progress_shows_every_county_and_is_the_same_after_a_reload(client):
    """One is solved, the second was lost by a worker and is solved again, the third waits."""
    city = BranchFactory(name="娄底市委")
    for name in ("双峰县委", "新化县委", "涟源市委"):
        BranchFactory(parent=BranchFactory(name=name, parent=city))
    office = UserFactory(office=True)
    run = match_run_start(actor=office, now=NOW, area=city)
    match_shard_execute(now=NOW, run_id=run.pk)
    lost, again = run.shards.filter(state="queued").order_by("position")[:2]
    for shard in (lost, again):
        shard.state, shard.lease_token, shard.attempt_count = "running", uuid4(), 2 if shard is again else 1
        shard.started_at, shard.lease_until = timezone.now(), timezone.now() + LEASE
        shard.save()
    client.force_login(office)
    page = client.get(run.get_absolute_url()).content.decode()
    fragment = client.get(run.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    for words in (page, fragment):
        rows = [re.sub(r"<[^>]+>|\s+", " ", row).split() for row in words.split("<tr>")[2:]]
        assert [row[:2] for row in rows] == [
            ["娄底市委", "已完成"],
            ["双峰县委", "计算中"],
            ["新化县委", "计算中"],
            ["涟源市委", "排队中"],
        ]
        assert rows[2][2:4] == ["第", "2"]
        assert [row[-1] for row in rows[:1]] == ["秒"]


@pytest.mark.parametrize("data", [{}, {"pairing": "0"}])
def test_secretary_cannot_plan_beyond_the_own_pairs(mine, data):
    PairingFactory()
    assert mine.post(reverse("match_run_new"), data).status_code == 422
    assert MatchRun.objects.count() == 0


def test_second_run_at_the_same_moment_is_refused_in_a_sentence(mine, law_pair):
    partner = UserFactory(secretary_of=law_pair[0].branch_a, display_name="王书记")
    first = match_run_start(actor=partner, now=NOW, pairing=law_pair[0])
    answer = mine.post(reverse("match_run_new"), {"pairing": law_pair[0].pk})
    assert (answer.status_code, list(MatchRun.objects.all())) == (422, [first])
    assert "王书记在" in answer.content.decode()


STEPS = ("match_run_edit", "match_run_resolve", "match_run_update", "match_run_retry", "match_run_accept")


def test_stranger_finds_no_run(client, draft):
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert [posted(client, step, draft).status_code for step in STEPS] == [404] * len(STEPS)
    assert draft.get_absolute_url() not in client.get(reverse("match_run_list")).content.decode()


def test_partner_finds_no_run_of_the_county(client, law_pair):
    run = planned(UserFactory(office=True))
    client.force_login(UserFactory(secretary_of=law_pair[0].branch_a))
    assert client.get(run.get_absolute_url()).status_code == 404


@pytest.mark.parametrize("seat", ["auditor", "member"])
def test_readers_see_a_run_without_its_buttons(client, draft, law_pair, seat):
    seats = {"auditor": {"auditor": True}, "member": {"member_of": law_pair[0].branch_b}}
    client.force_login(UserFactory(**seats[seat]))
    page = client.get(draft.get_absolute_url()).content.decode()
    assert "社区零售户法律意识薄弱" in page
    assert [words for words in ("采纳所选", "按意见重算", "锁定") if words in page] == []
    assert [posted(client, step, draft).status_code for step in STEPS] == [403] * len(STEPS)


@pytest.mark.parametrize("extra", [0, 4])
def test_pages_of_runs_ask_at_most_twelve_queries(
    client, draft, law_pair, extra, django_assert_max_num_queries
):
    pairing, _, _ = law_pair
    office = UserFactory(office=True)
    for number in range(extra):
        law_demand(pairing.branch_b, title=f"第{number}网格法律意识薄弱")
        speaker_of(pairing.branch_a, title=f"第{number}位普法骨干")
    run = planned(office)
    client.force_login(office)
    news = {"path": f"{run.get_absolute_url()}?part=news", "headers": {"HX-Request": "true"}}
    for page in ({"path": run.get_absolute_url()}, news, {"path": reverse("match_run_list")}):
        with django_assert_max_num_queries(12):
            assert client.get(**page).status_code == 200


def test_demand_nobody_of_the_pair_can_meet_is_told_what_else_is_possible(mine, law_pair):
    demand = law_demand(law_pair[0].branch_b, title="食堂需要一台消毒柜", description="餐具消毒")
    page = mine.get(reverse("matching")).content.decode()
    assert page.count("也可以") == 1
    assert f'href="{reverse("claim_joint")}?demand={demand.pk}">请几家一起办</a>' in page
    assert "提交满 10 个工作日还没有人认领，就进入" in page

    Demand.objects.filter(pk=demand.pk).update(hall_on=timezone.localdate())
    page = mine.get(reverse("matching")).content.decode()
    assert f'它已经在<a href="{reverse("hall_detail", args=[demand.pk])}">认领大厅</a>' in page


def test_match_run_of_a_pairing_that_has_ended_is_only_read(client, law_pair, secretary):
    run = planned(secretary, pairing=law_pair[0])
    client.force_login(secretary)
    assert client.get(run.get_absolute_url()).context["can_change"] is True
    Pairing.objects.filter(pk=law_pair[0].pk).update(state="ended", end_reason="到期", ends_on=TODAY)
    assert client.get(run.get_absolute_url()).context["can_change"] is False


def test_match_run_list_offers_no_plan_to_a_branch_without_a_pairing(client):
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    page = client.get(reverse("match_run_list"))
    assert page.context["can_start"] is False
    assertContains(page, "方案在结对的支部之间安排；结对由县党建办的管理员登记")
