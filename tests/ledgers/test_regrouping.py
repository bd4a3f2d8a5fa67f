"""Splitting and merging demands: both histories stay, nobody is cut off, nothing happens twice."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from core.audit import entries_of
from core.errors import DomainError
from core.models import Notification
from ledgers.enums import DemandState, HelpKind, OriginKind, Urgency
from ledgers.models import Demand, DemandOrigin
from ledgers.services.regrouping import demand_merge, demand_split
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.ledgers import DemandFactory, DemandOriginFactory, ServiceItemFactory
from tests.factories.plans import ClaimFactory, PairingFactory, PlanOrderFactory

REASON = "两件事由不同的人办"
PARTS = ({"title": "修路灯", "expected_people": 30}, {"title": "补路面", "urgency": Urgency.URGENT})

FEW = "拆分至少要填 2 条需求，请写明这一条的内容。"


def split(demand, actor, parts=PARTS, reason=REASON):
    return demand_split(demand=demand, parts=parts, actor=actor, now=timezone.now(), reason=reason)


def merge(demands, into, actor, reason="说的是同一件事"):
    return demand_merge(demands=demands, into=into, actor=actor, now=timezone.now(), reason=reason)


@pytest.fixture
def branch(db):
    return BranchFactory(name="城北社区党支部")


@pytest.fixture
def secretary(branch):
    return UserFactory(secretary_of=branch)


def test_split_gives_parts_that_lead_back_and_withdraws_the_whole(branch, secretary):
    item = ServiceItemFactory()
    whole = DemandFactory(
        branch=branch, serial=7, title="路灯不亮、路面破损", help_kinds=[HelpKind.REPAIR], expected_people=80
    )
    whole.items.add(item)

    lamps, surface = split(whole, secretary)

    whole.refresh_from_db()
    assert [(row.serial, row.title, row.state) for row in (lamps, surface)] == [
        (8, "修路灯", DemandState.OPEN),
        (9, "补路面", DemandState.OPEN),
    ]
    assert (lamps.expected_people, surface.expected_people) == (30, 80)
    assert (lamps.urgency, surface.urgency) == (Urgency.NORMAL, Urgency.URGENT)
    assert [list(row.items.all()) for row in (lamps, surface)] == [[item], [item]]
    assert (lamps.help_kinds, lamps.deadline_on) == ([HelpKind.REPAIR], whole.deadline_on)
    assert (whole.state, whole.state_reason) == (DemandState.WITHDRAWN, f"已拆分为第8、9号：{REASON}")
    links = whole.successors.values_list("demand__title", "kind", "reason", "made_by")
    assert list(links) == [(t, OriginKind.SPLIT, REASON, secretary.pk) for t in ("修路灯", "补路面")]
    assert [entry.summary for entry in entries_of(whole)] == ["拆分为第8、9号"]
    assert [entry.summary for entry in entries_of(lamps)] == ["由第7号“路灯不亮、路面破损”拆分而来"]


def test_split_of_a_draft_gives_drafts(branch, secretary):
    made = split(DemandFactory(branch=branch, draft=True), secretary)

    assert [row.state for row in made] == [DemandState.DRAFT, DemandState.DRAFT]


@pytest.mark.parametrize(("wanted", "shares"), [(None, [None, None]), (1, [1, 1]), (5, [3, 2]), (6, [3, 3])])
def test_split_shares_out_the_visits_that_are_wanted(branch, secretary, wanted, shares):
    made = split(DemandFactory(branch=branch, visits_wanted=wanted), secretary)
    assert [row.visits_wanted for row in made] == shares


def test_split_counts_visits_made_and_lets_a_part_say_its_own_number(branch, secretary):
    whole = DemandFactory(branch=branch, visits_wanted=8)
    pairing = PairingFactory(branch_b=branch)
    PlanOrderFactory(pairing=pairing, demand=whole, visit_count=3, completed=True)
    Demand.objects.filter(pk=whole.pk).update(state=DemandState.OPEN, closed_on=None, satisfaction=None)
    first, second = PARTS
    made = split(whole, secretary, parts=[first, {**second, "visits_wanted": 9}])
    assert [row.visits_wanted for row in made] == [3, 9]


def test_merge_wants_as_many_visits_as_the_one_that_wants_most(branch, secretary):
    into, *others = [DemandFactory(branch=branch, visits_wanted=number) for number in (None, 4, 2)]
    assert merge(others, into, secretary).visits_wanted == 4


def test_merge_takes_over_words_items_urgency_and_the_nearest_deadline(branch, secretary):
    items = [ServiceItemFactory(), ServiceItemFactory()]
    into = DemandFactory(branch=branch, serial=1, title="路灯", description="三盏", help_kinds=["repair"])
    sooner = into.deadline_on - timedelta(days=30)
    other = DemandFactory(
        branch=branch,
        serial=2,
        title="巷口没灯",
        help_kinds=["repair", "funding"],
        urgency=Urgency.CRITICAL,
        deadline_on=sooner,
    )
    into.items.add(items[0])
    other.items.add(items[1])

    merged = merge([other], into, secretary)

    other.refresh_from_db()
    assert (merged.pk, merged.title, merged.description) == (into.pk, "路灯", "三盏\n并入第2号：巷口没灯")
    assert (merged.help_kinds, merged.urgency) == (["repair", "funding"], Urgency.CRITICAL)
    assert (merged.deadline_on, set(merged.items.all())) == (sooner, set(items))
    assert (other.state, other.state_reason) == (
        DemandState.WITHDRAWN,
        "已并入第1号“路灯”：说的是同一件事",
    )
    assert list(other.successors.values_list("demand", "kind")) == [(into.pk, OriginKind.MERGE)]
    assert [entry.summary for entry in entries_of(merged)] == ["并入第2号"]


def refused(call) -> str:
    with pytest.raises(DomainError) as refusal:
        call()
    return refusal.value.message


def test_regrouping_is_refused_with_a_sentence(branch, secretary):
    pairing = PairingFactory(branch_b=branch)
    free = DemandFactory(branch=branch)
    claimed = ClaimFactory(pairing=pairing).demand
    ordered = PlanOrderFactory(pairing=pairing, in_progress=True).demand
    done = DemandFactory(branch=branch, closed=True)
    foreign = DemandFactory()
    before = list(Demand.objects.order_by("pk").values())

    assert "有待答复的认领" in refused(lambda: split(claimed, secretary))
    assert "有在办的计划定单" in refused(lambda: merge([ordered], free, secretary))
    assert "现在是“已办结”" in refused(lambda: split(done, secretary))
    assert "只有同一个支部的需求才能合并" in refused(lambda: merge([foreign], free, secretary))
    assert "至少再选一条" in refused(lambda: merge([free], free, secretary))
    assert "2 到 10 条" in refused(lambda: split(free, secretary, PARTS[:1]))
    assert refused(lambda: split(free, secretary, reason=" ")) == "请写明拆分的理由。"
    assert list(Demand.objects.order_by("pk").values()) == before


@pytest.mark.parametrize(
    ("typed", "faults"),
    [
        ({"parts-0-title": "修路灯"}, [{}, {"title": [FEW]}, {}]),
        (
            {"parts-0-title": "修路灯", "parts-1-description": "坑大"},
            [{}, {"title": ["请写明这一条的需求内容；不需要这一条就都清空。"]}, {}],
        ),
        (
            {"parts-0-title": "修路灯", "parts-1-title": "补路面", "parts-1-deadline_on": "2020-01-01"},
            [{}, {"deadline_on": ["期望完成时限不能早于提出日期（2026年1月5日）。"]}, {}],
        ),
    ],
)
def test_split_page_says_beside_each_row_what_it_lacks(client, branch, secretary, typed, faults):
    whole = DemandFactory(branch=branch, raised_on=date(2026, 1, 5))
    client.force_login(secretary)
    sent = {"parts-TOTAL_FORMS": 3, "parts-INITIAL_FORMS": 3, "reason": REASON} | typed

    page = client.post(reverse("demand_split", args=[whole.pk]), sent)

    assert [row.errors for row in page.context["parts"]] == faults
    assert Demand.objects.count() == 1


def test_county_office_regroups_and_the_branch_is_told(branch):
    seat = MembershipFactory(branch=branch, role="secretary")
    whole = DemandFactory(branch=branch, title="路灯和路面")

    split(whole, UserFactory(office=True))

    told = Notification.objects.get(recipient=seat.user, channel="in_app")
    assert told.subject == "需求已拆分：路灯和路面"


@pytest.mark.django_db(transaction=True)
def test_split_and_merge_at_once_leave_one_of_them():
    """Whoever comes second finds the demand withdrawn; without the lock both would take it over."""
    branch = BranchFactory()
    actor = UserFactory(secretary_of=branch)
    shared, into = DemandFactory(branch=branch), DemandFactory(branch=branch)
    start, refusals = threading.Barrier(2, timeout=30), []

    def run(call):
        try:
            start.wait()
            call()
        except DomainError as error:
            refusals.append(error.message)
        finally:
            connection.close()

    calls = (lambda: split(shared, actor), lambda: merge([shared], into, actor))
    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(refusals) == 1
    assert "现在是“撤销”" in refusals[0]
    kinds = set(DemandOrigin.objects.filter(origin=shared).values_list("kind", flat=True))
    assert len(kinds) == 1


def test_split_page_makes_the_parts_and_both_pages_lead_to_the_other(client, branch, secretary):
    client.force_login(secretary)
    whole = DemandFactory(branch=branch, serial=1, title="路灯和路面")
    url = reverse("demand_split", args=[whole.pk])
    rows = {"parts-0-title": "修路灯", "parts-1-title": "补路面", "parts-2-title": ""}
    form = {"parts-TOTAL_FORMS": 3, "parts-INITIAL_FORMS": 3, "reason": REASON}

    refused = client.post(url, form | {"parts-0-title": "修路灯", "parts-0-expected_people": "-1"})
    answer = client.post(url, form | rows)

    assert (refused.status_code, "修路灯" in refused.content.decode()) == (200, True)
    assert '<a href="#id_parts-0-expected_people">第 1 条，预计受益人数：' in refused.content.decode()
    part = Demand.objects.get(title="修路灯")
    assert answer.url == reverse("demand_detail", args=[part.pk])
    pages = [client.get(reverse("demand_detail", args=[row.pk])).content.decode() for row in (part, whole)]
    assert [
        reverse("demand_detail", args=[row.pk]) in page
        for row, page in zip((whole, part), pages, strict=True)
    ] == [
        True,
        True,
    ]


def test_merge_page_offers_only_what_can_be_merged(client, branch, secretary):
    client.force_login(secretary)
    into, other = DemandFactory(branch=branch), DemandFactory(branch=branch, title="巷口没灯")
    DemandFactory(branch=branch, closed=True)
    DemandFactory()
    url = reverse("demand_merge", args=[into.pk])

    offered = list(client.get(url).context["form"].fields["demands"].queryset)
    refused = client.post(url, {"reason": "同一件事"}).context["form"].errors
    client.post(url, {"reason": "同一件事", "demands": [other.pk]})

    assert offered == [other]
    assert refused == {"demands": ["请至少再选一条要并进来的需求。"]}
    other.refresh_from_db()
    assert other.state == DemandState.WITHDRAWN


def test_draft_part_stays_hidden_from_the_partner(client, branch):
    pairing = PairingFactory(branch_a=branch)
    link = DemandOriginFactory(demand=DemandFactory(branch=branch, draft=True))
    client.force_login(UserFactory(secretary_of=pairing.branch_b))

    page = client.get(reverse("demand_detail", args=[link.origin.pk]))

    assert page.context["successors"] == []
