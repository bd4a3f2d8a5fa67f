"""The county's studies: what nobody can do, what nobody uses, and who should pair with whom."""

from collections import Counter
from datetime import date, datetime, timedelta
from itertools import combinations, product

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from ledgers.enums import DemandState
from pairing.matching.engine import Score, Term, pair_of
from pairing.matching.selectors.gaps import county_gaps, gap_table, idle_promises, idle_resources
from pairing.matching.selectors.studies import repairing_study
from pairing.matching.studies import POINTS, Link, Swap, best_pairs, fill, shortfalls, swaps, total
from pairing.plans.enums import PairingState
from pairing.plans.models import Pairing
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory, ServiceItemFactory
from tests.factories.plans import ClaimFactory, PairingFactory, PlanOrderFactory

TODAY = date(2026, 3, 2)
SINCE = date(2025, 9, 3)
PAGES = ["/matching/gaps/", "/matching/idle/", "/matching/re-pairing/"]
LAW = {"title": "社区零售户法律意识薄弱", "description": "借证租证算不算违法说不清，希望上门把法律讲透。"}
SPEAKER = {"title": "普法宣讲骨干", "description": "从事法制工作九年，能结合案例给零售户讲清违法后果。"}
YAM = {"title": "淮山烂根，不知怎么防", "description": "请懂种植的人到田里指导病害防治。"}
GROWER = {"title": "淮山种植能手", "description": "指导起垄栽种和病害防治。"}


def at_nine(day):
    return datetime(day.year, day.month, day.day, 9, tzinfo=timezone.get_current_timezone())


def morning_of(day):
    return {"starts_at": at_nine(day), "ends_at": at_nine(day) + timedelta(hours=2)}


# What an almost-match lacks


def score_of(*terms):
    return Score("d", "r", 0.2, 0.2, tuple(Term(*term) for term in terms))


def test_shortfalls_are_said_costliest_first():
    score = score_of(
        ("aspect", 0.0, 0.08, "服务方向不同"),
        ("item", 0.0, 0.3, "没有相同的服务事项"),
        ("help", 0.9, 0.1, "要的和能给的都是人力"),
    )
    assert shortfalls(score) == ["要办的事项不同", "服务方向不同"]


def test_shortfalls_name_what_labelled_counties_take_and_not_what_they_add():
    item, sentence = Term("item", 0.9, 0.5, ""), "按样例看，这样的资源多办不了这样的事"
    taken, added = (Score(1, 2, 0.3, 0.3, (item, Term("relevance", by, 0.0, sentence))) for by in (-0.2, 0.2))
    assert shortfalls(taken) == [sentence]
    assert shortfalls(added) == []


def test_shortfalls_in_part_are_not_called_different():
    score = score_of(
        ("item", 0.4, 0.3, "都像是“普法宣传”事项"),
        ("help", 0.3, 0.2, "要的是信息，人力可以部分替代"),
        ("text", 0.1, 0.1, ""),
    )
    assert shortfalls(score) == ["服务事项只对上一部分", "要的是信息，人力可以部分替代", "说的不是一回事"]


def test_shortfall_without_words_is_left_out():
    score = score_of(("item", 0.4, 0.3, ""), ("text", 0.1, 0.1, ""))
    assert shortfalls(score) == ["说的不是一回事"]


# What two lists give each other

amounts = st.dictionaries(
    st.tuples(st.integers(0, 3), st.integers(0, 2)), st.integers(1, 100).map(lambda n: n / 100), max_size=9
)


@given(amounts, st.lists(st.sampled_from([1, 2, None]), min_size=3, max_size=3))
def test_fill_serves_as_much_as_any_other_choice(scores, limits):
    caps = dict(enumerate(limits))
    needs = sorted({need for need, _ in scores})
    choices = product(*([None, *(o for n, o in scores if n == need)] for need in needs))
    most = max(
        sum(
            round(POINTS * scores[need, offer])
            for need, offer in zip(needs, choice, strict=True)
            if offer is not None
        )
        for choice in choices
        if all(caps[o] is None or n <= caps[o] for o, n in Counter(choice).items() if o is not None)
    )
    found = fill(scores, caps)
    assert sum(link.points for link in found) == most
    assert len({link.need for link in found}) == len(found)


def test_fill_uses_a_resource_no_more_often_than_it_can():
    scores = {("d1", "r"): 0.9, ("d2", "r"): 0.8}
    assert fill(scores, {"r": 1}) == [Link("d1", "r", 9000)]
    assert fill(scores, {"r": None}) == [Link("d1", "r", 9000), Link("d2", "r", 8000)]


def test_fill_of_nothing_is_nothing():
    assert fill({}, {}) == []


# Who should pair

branches = range(5)
edges = [pair_of(a, b) for a, b in combinations(branches, 2)]
gains_of_edges = st.fixed_dictionaries({edge: st.integers(0, 9) for edge in edges})
limits_of_branches = st.fixed_dictionaries({branch: st.integers(1, 2) for branch in branches})


def allowed(pairs, limits):
    held = Counter(branch for pair in pairs for branch in pair)
    return all(held[branch] <= limits[branch] for branch in limits)


def every_choice(limits):
    return (
        frozenset(pairs)
        for size in range(len(edges) + 1)
        for pairs in combinations(edges, size)
        if allowed(pairs, limits)
    )


@given(gains_of_edges, limits_of_branches, st.data())
def test_best_pairs_are_as_good_as_any_choice_and_keep_what_they_can(gains, limits, data):
    choices = list(every_choice(limits))
    today = data.draw(st.sampled_from(choices))
    most = max(total(gains, pairs) for pairs in choices)
    kept = max(len(pairs & today) for pairs in choices if total(gains, pairs) == most)
    found = best_pairs(gains, limits, today)
    assert allowed(found.pairs, limits)
    assert (found.points, found.bound, len(found.pairs & today)) == (most, most, kept)


@given(gains_of_edges, limits_of_branches, st.data())
def test_swaps_lead_to_allowed_pairs_and_gain_what_they_say(gains, limits, data):
    today = data.draw(st.sampled_from(list(every_choice(limits))))
    for swap in swaps(gains, limits, today):
        after = today - set(swap.ended) | set(swap.begun)
        assert allowed(after, limits)
        assert total(gains, after) - total(gains, today) == swap.gain > 0


def test_best_pairs_beat_the_greedy_choice():
    gains = {pair_of("a", "b"): 10, pair_of("a", "c"): 9, pair_of("b", "d"): 9, pair_of("c", "d"): 0}
    found = best_pairs(gains, dict.fromkeys("abcd", 1))
    assert found.pairs == {pair_of("a", "c"), pair_of("b", "d")}


def test_best_pairs_of_many_branches_are_proven():
    ids = [f"b{n:02}" for n in range(41)]
    gains = {pair_of(a, b): (7919 * i) % 60_000 for i, (a, b) in enumerate(combinations(ids, 2))}
    limits = {branch: 1 + (i % 4 == 0) for i, branch in enumerate(ids)}
    first, second = best_pairs(gains, limits), best_pairs(dict(reversed(gains.items())), limits)
    assert first.is_best
    assert first == second


def test_swaps_find_the_exchange_and_the_freer_partner():
    today = frozenset({pair_of("a", "b"), pair_of("c", "d")})
    gains = {pair_of("a", "c"): 7, pair_of("b", "d"): 5, pair_of("a", "e"): 3}
    assert swaps(gains, dict.fromkeys("abcde", 1), today, most=2) == [
        Swap((pair_of("a", "b"), pair_of("c", "d")), (pair_of("a", "c"), pair_of("b", "d")), 12),
        Swap((pair_of("a", "b"),), (pair_of("a", "e"),), 3),
    ]


def test_swaps_keep_the_other_pair_of_a_branch():
    today = frozenset({pair_of("a", "b"), pair_of("a", "c")})
    gains = {pair_of("a", "b"): 5, pair_of("b", "c"): 9}
    assert swaps(gains, {"a": 2, "b": 1, "c": 1}, today) == []


# The county's lists


@pytest.fixture
def crossed(db):
    """Two pairs whose lists would fit the other way round: each demand meets the wrong resource."""
    town, farm, speaker, grower = (
        BranchFactory(name=name, name_key=name) for name in ("社区支部", "村支部", "法院支部", "农技支部")
    )
    law = ServiceAspectFactory(name="普法宣传与基层治理")
    yam = ServiceAspectFactory(name="乡村振兴")
    PairingFactory(branch_a=grower, branch_b=town)
    PairingFactory(branch_a=speaker, branch_b=farm)
    return {
        "law": DemandFactory(branch=town, aspect=law, raised_on=date(2026, 2, 1), **LAW),
        "yam": DemandFactory(branch=farm, aspect=yam, raised_on=date(2026, 2, 1), **YAM),
        "speaker": ResourceFactory(branch=speaker, aspects=[law], **SPEAKER),
        "grower": ResourceFactory(branch=grower, aspects=[yam], **GROWER),
    }


def test_gap_another_branch_can_fill_names_its_resource(crossed):
    gaps = county_gaps(today=TODAY)
    found = {row.demand: row.resource for row in gaps.of("elsewhere")}
    assert found == {crossed["law"]: crossed["speaker"], crossed["yam"]: crossed["grower"]}
    assert (gaps.open_count, gaps.served_count, gaps.of("none")) == (2, 0, [])


def test_gap_nobody_fills_says_what_the_nearest_lacks(crossed):
    lonely = DemandFactory(
        branch=crossed["law"].branch, title="食堂需要一台消毒柜", description="", raised_on=TODAY
    )
    (gap,) = county_gaps(today=TODAY).of("none")
    assert gap.demand == lonely
    assert gap.resource is None or gap.lacks


def test_gap_quotes_what_the_nearest_says_it_does_not_do(crossed):
    crossed["grower"].description += "，大棚菜不归我们"
    crossed["grower"].save(update_fields=["description"])
    barn = DemandFactory(
        branch=crossed["yam"].branch, title="大棚菜卷叶没人会治", description="", raised_on=TODAY
    )
    gap = next(row for row in county_gaps(today=TODAY).rows if row.demand == barn)
    assert gap.resource == crossed["grower"]
    assert gap.lacks[0] == "资源写明“大棚菜不归我们”"


def test_demand_of_a_fitting_pair_is_no_gap(crossed):
    PairingFactory(branch_a=crossed["speaker"].branch, branch_b=crossed["law"].branch)
    assert [row.demand for row in county_gaps(today=TODAY).rows] == [crossed["yam"]]


def test_gap_does_not_ask_whether_a_month_is_full(crossed):
    speaker = crossed["speaker"]
    pairing = PairingFactory(branch_a=speaker.branch, branch_b=crossed["law"].branch)
    speaker.capacity_per_month = 1
    speaker.save()
    ClaimFactory(pairing=pairing, resource=speaker, wanted_on=TODAY)
    assert crossed["law"] not in [row.demand for row in county_gaps(today=TODAY).rows]


def test_gap_table_counts_by_aspect_and_area(crossed):
    parent = BranchFactory(name="埃永街道党工委")
    town = crossed["law"].branch
    town.parent = parent
    town.save()
    aspects, lines = gap_table(county_gaps(today=TODAY).rows)
    assert [(line.area, line.count) for line in lines] == [(parent, 1), (crossed["yam"].branch, 1)]
    assert [count for _, count in lines[0].cells] == [
        int(aspect.name.startswith("普法")) for aspect in aspects
    ]


def test_idle_resource_is_shown_with_what_it_could_do(crossed):
    idle = list(idle_resources(since=SINCE, today=TODAY))
    assert set(idle) == {crossed["speaker"], crossed["grower"]}
    promises = idle_promises(idle, today=TODAY)
    (promise,) = promises[crossed["speaker"].pk]
    assert (promise.demand, promise.is_partner) == (crossed["law"], False)


def test_idle_resource_has_learned_what_was_declined(crossed):
    """As the suggestions have: words that were refused nine times promise less."""
    speaker, law = crossed["speaker"], ServiceItemFactory(name="普法宣讲")
    refused = DemandFactory(state=DemandState.WITHDRAWN, state_reason="已自行解决", **LAW)
    (before,) = idle_promises([speaker], today=TODAY)[speaker.pk]
    for claim in ClaimFactory.create_batch(9, declined=True, is_unfit=True, demand=refused):
        claim.resource.items.add(law)
    after = idle_promises([speaker], today=TODAY)[speaker.pk]
    assert sum(each.percent for each in after) < before.percent


@pytest.mark.parametrize("use", ["claim", "order", "activity"])
def test_used_resource_is_not_idle(crossed, use):
    pairing = Pairing.objects.get(branch_a=crossed["speaker"].branch)
    if use == "claim":
        ClaimFactory(pairing=pairing, resource=crossed["speaker"])
    elif use == "order":
        PlanOrderFactory(pairing=pairing, resource=crossed["speaker"])
    else:
        order = PlanOrderFactory(
            completed=True, completed_on=date(2025, 1, 1), pairing=pairing, resource=crossed["speaker"]
        )
        ActivityFactory(pairing=pairing, plan_order=order, **morning_of(SINCE))
    assert list(idle_resources(since=SINCE, today=TODAY)) == [crossed["grower"]]


def test_idle_resource_tells_when_it_was_last_used(crossed):
    pairing = Pairing.objects.get(branch_a=crossed["speaker"].branch)
    order = PlanOrderFactory(
        completed=True, completed_on=date(2025, 3, 1), pairing=pairing, resource=crossed["speaker"]
    )
    ActivityFactory(pairing=pairing, plan_order=order, **morning_of(date(2025, 2, 3)))
    last_used = {row: row.last_used_at for row in idle_resources(since=SINCE, today=TODAY)}
    assert last_used == {crossed["speaker"]: at_nine(date(2025, 2, 3)), crossed["grower"]: None}


def test_declined_or_cancelled_offer_leaves_a_resource_idle(crossed):
    pairing = Pairing.objects.get(branch_a=crossed["speaker"].branch)
    ClaimFactory(declined=True, pairing=pairing, resource=crossed["speaker"])
    PlanOrderFactory(cancelled=True, pairing=pairing, resource=crossed["speaker"])
    assert crossed["speaker"] in idle_resources(since=SINCE, today=TODAY)


def test_study_finds_the_pairs_that_fit(crossed):
    study = repairing_study(today=TODAY, whole_year=False)
    assert {frozenset({line.first, line.second}) for line in study.begun} == {
        frozenset({crossed["law"].branch, crossed["speaker"].branch}),
        frozenset({crossed["yam"].branch, crossed["grower"].branch}),
    }
    assert (len(study.ended), study.kept, study.today, study.served_best) == (2, [], 0, 2)
    assert (study.is_best, study.gain) == (True, study.best)
    (step,) = study.steps
    assert (step.points, step.served_more) == (study.gain, 2)


def test_study_of_fitting_pairs_changes_nothing(crossed):
    Pairing.objects.update(state=PairingState.ENDED, end_reason="调整")
    for demand, resource in (("law", "speaker"), ("yam", "grower")):
        PairingFactory(branch_a=crossed[resource].branch, branch_b=crossed[demand].branch)
    study = repairing_study(today=TODAY, whole_year=False)
    assert (study.gain, study.ended, study.begun, study.steps, len(study.kept)) == (0, [], [], [], 2)


def test_study_never_changes_a_pairing(crossed, client):
    before = list(Pairing.objects.order_by("pk").values())
    client.force_login(UserFactory(office=True))
    client.get("/matching/re-pairing/")
    assert client.post("/matching/re-pairing/").status_code == 405
    assert list(Pairing.objects.order_by("pk").values()) == before


def test_study_of_a_year_counts_closed_demands(crossed):
    DemandFactory(
        closed=True,
        branch=crossed["law"].branch,
        aspect=crossed["law"].aspect,
        raised_on=date(2025, 6, 1),
        **LAW,
    )
    assert repairing_study(today=TODAY, whole_year=False).served_best == 2
    assert repairing_study(today=TODAY, whole_year=True).served_best == 3


# The pages


@pytest.fixture
def office(client, db):
    client.force_login(UserFactory(office=True))
    return client


@pytest.mark.parametrize("page", PAGES)
def test_page_of_an_empty_county_says_so(office, page):
    response = office.get(page)
    assert response.status_code == 200
    assert "empty-state" in response.content.decode()


@pytest.mark.parametrize("page", PAGES)
def test_page_is_refused_to_a_secretary(client, db, page):
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    assert client.get(page).status_code == 403


@pytest.mark.parametrize("page", PAGES)
def test_page_asks_a_stranger_to_log_in(client, page):
    assert client.get(page).url == f"/login/?next={page}"


@pytest.mark.parametrize("page", PAGES)
def test_page_asks_the_same_few_queries_for_more_rows(office, crossed, page, django_assert_max_num_queries):
    for _ in range(3):
        branch = BranchFactory(parent=BranchFactory())
        DemandFactory(branch=branch, **LAW)
        PairingFactory(branch_b=branch, branch_a=ResourceFactory(**GROWER).branch)
    with django_assert_max_num_queries(12):
        office.get(page)


def test_gap_page_lists_the_rows_behind_a_count(office, crossed):
    law = crossed["law"]
    query = {"kind": "elsewhere", "aspect": law.aspect_id, "area": law.branch_id}
    response = office.get("/matching/gaps/", query)
    assert [row.demand for row in response.context["page"]] == [law]
    assert response.context["total"] == 2


@pytest.mark.parametrize("days", ["7", "x", ""])
def test_idle_page_falls_back_to_half_a_year(office, days):
    assert office.get("/matching/idle/", {"days": days}).context["days"] == "180"
