"""A seat and everything open in it move together on a day, once, and the old person's next request obeys."""

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from branches.models import Branch, Membership
from branches.services.handover import Leaving
from core.errors import DomainError, StaleVersionError
from core.models import AuditEntry, Notification
from core.wording import cn_date, short_datetime
from pairing.activities.models import Closure
from pairing.activities.services.booking import activity_book
from pairing.activities.subjects import subjects_of
from pairing.handovers.enums import HandoverState
from pairing.handovers.models import Handover
from pairing.handovers.services import handovers
from pairing.handovers.tasks import execute_due
from pairing.plans.models import Series
from pairing.plans.selectors.task_lists import TaskDraft
from pairing.plans.services.order_contents import plan_order_edit
from tests.factories.activities import ActivityFactory
from tests.factories.branches import BranchFactory, MembershipFactory, UserFactory
from tests.factories.handovers import HandoverFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import (
    ChangeRequestFactory,
    ClaimFactory,
    OnBehalfFactory,
    PairingFactory,
    PlanOrderFactory,
    PlanTaskFactory,
)
from tests.factories.reviews import ActionItemFactory, ReviewFactory, ReviewSeriesFactory

pytestmark = pytest.mark.django_db
OLD, CARD, NEW = "刘同志", "刘同志（甲支部书记）", "周同志"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def days(count):
    return timezone.localdate() + timedelta(days=count)


@pytest.fixture
def admin():
    return UserFactory(admin=True, display_name="管理员")


@pytest.fixture
def successor():
    return UserFactory(display_name=NEW)


@pytest.fixture
def seat():
    branch = BranchFactory(name="甲支部", secretary_name=CARD)
    PairingFactory(branch_a=branch, branch_b=BranchFactory(name="乙支部"), liaison_a=OLD)
    return MembershipFactory(branch=branch, user=UserFactory(display_name=OLD))


@pytest.fixture
def open_rows(seat):
    """One of each kind that moves, and beside it one that is closed, another's, or of another person."""
    branch, pair = seat.branch, seat.branch.pairings_as_a.get()
    order = PlanOrderFactory(pairing=pair, to_confirm=True, responsible_a=CARD, responsible_b=OLD)
    OnBehalfFactory(order=order, branch=pair.branch_a)
    rows = {
        "order": order,
        "task": PlanTaskFactory(plan_order=order, responsible=OLD),
        "claim": ClaimFactory(pairing=pair, proposer=seat.user, person=OLD),
        "item": ActionItemFactory(
            review=ReviewFactory(series=ReviewSeriesFactory(pairing=pair)), responsible=CARD
        ),
        "demand": DemandFactory(branch=branch, contact_name=OLD),
        "resource": ResourceFactory(branch=branch, contact_name=CARD),
        "expert": ResourceFactory(branch=branch, contact_name=OLD, title="刘同志（市场监督检查员）"),
        "done_task": PlanTaskFactory(plan_order=order, responsible=OLD, done_on=days(-1)),
        "done_order": PlanOrderFactory(pairing=pair, completed=True, responsible_a=OLD),
        "their_demand": DemandFactory(branch=pair.branch_b, contact_name=OLD),
        "running_order": PlanOrderFactory(pairing=pair, in_progress=True, responsible_a=OLD),
    }
    task = TaskDraft.of(PlanTaskFactory(plan_order=rows["running_order"], responsible=OLD, done_on=days(-1)))
    rows["change"] = ChangeRequestFactory(
        plan_order=rows["running_order"],
        fields={"responsible_a": CARD, "responsible_b": OLD},
        tasks=[task.as_json()],
    )
    rows["activity"] = ActivityFactory(
        pairing=pair, announced=True, person=f"王同志，{CARD}", title="送法下乡"
    )
    activity_book(activity=rows["activity"])
    return rows


def plan(seat, successor, admin, on=None, now=None):
    return handovers.handover_plan(
        seat=seat,
        successor=successor,
        on=on or days(0),
        actor=admin,
        now=now or timezone.now(),
        note="换届",
    )


def leaving(seat):
    return Leaving.of(seat, on=days(0))


def test_preview_names_what_moves_and_what_stays(
    client, seat, open_rows, admin, django_assert_max_num_queries
):
    found = {row.label: len(row.titles) for row in handovers.handover_preview(leaving(seat))}
    assert found == {
        "结对的联络员": 1,
        "没有定下的认领": 1,
        "在办定单的责任人": 2,
        "没有完成的定单任务": 1,
        "要主讲、带队的活动": 1,
        "没有办结的督办事项": 1,
        "需求的联系人": 1,
        "资源的联系人": 1,
    }
    order = PlanOrderFactory(pairing=open_rows["order"].pairing, confirmed=True, resource=open_rows["expert"])
    ActivityFactory(pairing=order.pairing, plan_order=order, person=OLD, title="专家本人去讲")
    ActivityFactory(pairing=order.pairing, person=f"小{OLD}", title="别人去讲")
    client.force_login(admin)
    with django_assert_max_num_queries(12):
        page = client.get(reverse("handover_new", args=[seat.pk]))
    assert [activity.title for activity in page.context["leftovers"]] == ["专家本人去讲"]


def test_handover_today_moves_everything_and_the_next_request_obeys(
    client, seat, open_rows, successor, admin
):
    partner = UserFactory(secretary_of=seat.branch.pairings_as_a.get().branch_b)
    page = open_rows["order"].get_absolute_url()
    client.force_login(seat.user)
    assert client.get(page).status_code == 200
    handover = plan(seat, successor, admin)
    assert client.get(page).status_code == 404
    client.force_login(successor)
    assert client.get(page).status_code == 200
    for row in open_rows.values():
        row.refresh_from_db()
    order = open_rows["order"]
    assert (order.responsible_a, order.responsible_b, order.version) == (NEW, OLD, 2)
    assert (order.is_confirmed_a, order.is_confirmed_b, order.is_on_behalf_a) == (True, False, True)
    running = open_rows["running_order"]
    assert (running.responsible_a, running.version, running.state) == (NEW, 1, "in_progress")
    assert (open_rows["claim"].proposer, open_rows["claim"].person) == (successor, NEW)
    moved = {name: open_rows[name] for name in ("task", "done_task", "item")}
    assert {name: row.responsible for name, row in moved.items()} == {
        "task": NEW,
        "done_task": OLD,
        "item": NEW,
    }
    activity = open_rows["activity"]
    assert (activity.person, activity.version, booked(activity)) == (
        f"王同志、{NEW}",
        2,
        {"甲支部", "乙支部", "党群服务中心", "王同志（甲支部）", f"{NEW}（甲支部）"},
    )
    change = open_rows["change"]
    assert change.fields == {"responsible_a": NEW, "responsible_b": OLD}
    assert [each["responsible"] for each in change.tasks] == [NEW]
    contacts = {
        name: open_rows[name].contact_name for name in ("demand", "resource", "expert", "their_demand")
    }
    assert contacts == {"demand": NEW, "resource": NEW, "expert": OLD, "their_demand": OLD}
    assert open_rows["done_order"].responsible_a == OLD
    seat.refresh_from_db()
    seat.branch.refresh_from_db()
    assert (seat.ends_on, seat.branch.secretary_name) == (days(-1), NEW)
    assert (handover.state, handover.moved["在办定单的责任人"]) == (HandoverState.DONE, 2)
    told = Notification.objects.filter(dedupe_key__startswith=f"handover:{handover.pk}:done")
    assert {notice.recipient for notice in told} == {seat.user, successor, partner, admin}
    assert told[0].subject == f"甲支部支部书记刘同志从{_cn(days(0))}起由周同志接任"
    entry = AuditEntry.objects.get(action="handover.execute")
    assert (entry.actor, entry.reason) == (admin, "换届")
    with pytest.raises(StaleVersionError):
        plan_order_edit(order=order, version=1, actor=successor, now=timezone.now(), responsible_a=OLD)


def booked(activity):
    return {row.subject.name for row in activity.bookings.select_related("subject")}


@pytest.fixture
def busy(seat, successor):
    """甲支部 leads two activities at one time: the leaver one, and the successor the other."""
    pair = seat.branch.pairings_as_a.get()
    other = PairingFactory(branch_a=seat.branch)
    rows = {
        "stays": ActivityFactory(pairing=pair, announced=True, person=OLD, title="送法下乡"),
        "closed": ActivityFactory(
            pairing=pair, announced=True, person=OLD, title="防汛演练", starts_at=at(9, 9), ends_at=at(9, 11)
        ),
        "moves": ActivityFactory(pairing=pair, person=OLD, title="还没有时间"),
        "taken": ActivityFactory(
            pairing=other, announced=True, person=NEW, title="读书会", venue="乙村", state="to_record"
        ),
    }
    for name in ("stays", "closed"):
        activity_book(activity=rows[name])
    (own,) = [subject for subject in subjects_of(rows["taken"]) if subject.kind == "person"]
    own.save()
    rows["taken"].bookings.create(subject=own, period=(at(7, 9), at(7, 11)))
    Closure.objects.create(subject=own, period=(at(9, 0), at(9, 23)), reason="外出培训", noted_by=seat.user)
    return rows


def at(day, hour):
    return timezone.make_aware(datetime.combine(days(day), time(hour)))


def test_activities_whose_time_the_successor_has_not_stay_and_everybody_is_told(
    client, seat, busy, successor, admin
):
    partner = UserFactory(secretary_of=seat.branch.pairings_as_a.exclude(liaison_a="").get().branch_b)
    handover = plan(seat, successor, admin)
    people = {name: (row.refresh_from_db(), row.person)[1] for name, row in busy.items()}
    assert people == {"stays": OLD, "closed": OLD, "moves": NEW, "taken": NEW}
    assert booked(busy["stays"]) == {"甲支部", "乙支部", "党群服务中心", f"{OLD}（甲支部）"}
    assert handover.state == HandoverState.DONE
    assert handover.moved["要主讲、带队的活动"] == 1
    when = {number: short_datetime(at(number, 9)) for number in (7, 9)}
    first = short_datetime(at(9, 0))
    away = f"“防汛演练”仍由{OLD}主讲、带队：{NEW}从 {first} 起不在（外出培训），请改派别人或改期。"
    assert away in handover.left
    (clash,) = [each for each in handover.left if each != away]
    assert clash.startswith(
        f"“送法下乡”仍由{OLD}主讲、带队：“{NEW}（甲支部）”在 {when[7]}–11:00 已安排“读书会”，"
    )
    told = Notification.objects.get(dedupe_key=f"handover:{handover.pk}:done:{partner.pk}:in_app")
    assert all(sentence in told.body for sentence in handover.left)
    client.force_login(admin)
    page = client.get(handover.get_absolute_url()).content.decode()
    assert all(sentence in page for sentence in handover.left)


def test_parts_of_a_joint_claim_that_are_agreed_move_too(seat, successor, admin):
    pair = seat.branch.pairings_as_a.get()
    series = Series.objects.create(title="义诊进村")
    claim = ClaimFactory(
        pairing=pair,
        proposer=seat.user,
        person=OLD,
        state="agreed",
        decided_at=timezone.now(),
        series=series,
    )
    plan(seat, successor, admin)
    claim.refresh_from_db()
    assert (claim.proposer, claim.person) == (successor, NEW)


def _cn(day):
    return f"{day.year}年{day.month}月{day.day}日"


LIAISON_DUTIES = {"结对的联络员": 1, "需求的联系人": 1, "资源的联系人": 1}
SECRETARY_DUTIES = {
    "没有定下的认领": 1,
    "在办定单的责任人": 2,
    "没有完成的定单任务": 1,
    "要主讲、带队的活动": 1,
    "没有办结的督办事项": 1,
}


@pytest.mark.parametrize(
    ("handed", "moved", "stayed"),
    [("secretary", SECRETARY_DUTIES, LIAISON_DUTIES), ("liaison", LIAISON_DUTIES, SECRETARY_DUTIES)],
)
def test_duties_of_the_seat_that_a_person_keeps_stay(
    client, seat, open_rows, successor, admin, handed, moved, stayed
):
    """刘同志 is secretary and liaison; each handover moves its own half, and both together move all."""
    seats = {"secretary": seat}
    seats["liaison"] = MembershipFactory(branch=seat.branch, user=seat.user, role="liaison")
    client.force_login(admin)
    page = client.get(reverse("handover_new", args=[seats[handed].pk])).content.decode()
    assert "一人兼任书记和联络员的" in page

    handover = plan(seats.pop(handed), successor, admin)

    assert handover.moved == moved
    [kept] = seats.values()
    kept.refresh_from_db()
    assert kept.ends_on is None
    assert {row.label: len(row.titles) for row in handovers.handover_preview(leaving(kept))} == stayed
    client.force_login(seat.user)  # still of the branch
    assert client.get(open_rows["order"].get_absolute_url()).status_code == 200
    assert plan(kept, successor, admin).moved == stayed
    assert client.get(open_rows["order"].get_absolute_url()).status_code == 404


def test_preview_is_for_the_chosen_day(client, seat, open_rows, admin):
    """Who is liaison as well until tomorrow keeps those duties when leaving today, but not next week."""
    MembershipFactory(branch=seat.branch, user=seat.user, role="liaison", ends_on=days(1))
    client.force_login(admin)
    url = reverse("handover_new", args=[seat.pk])
    liaison = {"结对的联络员", "需求的联系人", "资源的联系人"}
    for query, moves in (({}, False), ({"on": days(7).isoformat()}, True), ({"on": "soon"}, False)):
        page = client.get(url, query)
        labels = {share.label for share in page.context["shares"]}
        assert (liaison <= labels, bool(liaison & labels)) == (moves, moves)
        assert page.context["others"].exists() == (not moves)
    refused = client.post(url, {"successor": seat.user_id, "on": days(7).isoformat()})
    assert liaison <= {share.label for share in refused.context["shares"]}


def test_only_a_handover_to_come_asks_what_would_move(client, seat, admin):
    client.force_login(admin)
    past = HandoverFactory(seat=seat, state="cancelled", state_reason="换届推迟")
    for handover, is_asked in ((past, False), (HandoverFactory(seat=seat), True)):
        with CaptureQueriesContext(connection) as asked:
            assert client.get(handover.get_absolute_url()).status_code == 200
        names = [query for query in asked if Branch.events.rel.related_model._meta.db_table in query["sql"]]
        assert bool(names) == is_asked


def test_other_secretary_of_the_branch_keeps_duties_and_the_card(seat, open_rows, successor, admin):
    """Two secretaries: the second one leaves, and nothing of the first, whom the card names, is touched."""
    second = MembershipFactory(branch=seat.branch, user=UserFactory(display_name="陈同志"))
    task = PlanTaskFactory(plan_order=open_rows["order"], responsible="陈同志")
    before = {row.label: row.titles for row in handovers.handover_preview(leaving(seat))}

    handover = plan(second, successor, admin)

    assert handover.moved == {"没有完成的定单任务": 1}
    task.refresh_from_db()
    seat.branch.refresh_from_db()
    seat.refresh_from_db()
    assert (task.responsible, seat.branch.secretary_name, seat.ends_on) == (NEW, CARD, None)
    assert {row.label: row.titles for row in handovers.handover_preview(leaving(seat))} == before


def test_a_future_handover_is_carried_out_by_the_tick_once(seat, successor, admin):
    handover = plan(seat, successor, admin, on=days(3))
    early = timezone.now() + timedelta(days=2)
    assert handovers.handovers_execute(now=early) == 0
    execute_due()
    seat.refresh_from_db()
    assert (handover.state, seat.ends_on) == (HandoverState.PLANNED, None)
    late = timezone.now() + timedelta(days=5)  # the worker was down on the day
    assert [handovers.handovers_execute(now=late) for _ in range(3)] == [1, 0, 0]
    handovers.handover_execute(handover=handover, now=late)
    seat.refresh_from_db()
    following = Membership.objects.get(user=successor)
    assert (seat.ends_on, following.starts_on, following.role) == (days(2), days(3), seat.role)
    assert AuditEntry.objects.filter(action="handover.execute").count() == 1
    assert Handover.objects.get().state == HandoverState.DONE


def test_a_handover_that_became_impossible_is_cancelled_with_the_reason(seat, successor, admin):
    plan(seat, successor, admin, on=days(3))
    type(successor).objects.filter(pk=successor.pk).update(is_active=False)
    handovers.handovers_execute(now=timezone.now() + timedelta(days=3))
    handover = Handover.objects.get()
    assert (handover.state, handover.state_reason) == (
        HandoverState.CANCELLED,
        "周同志的账号已停用，请先启用或另选一位。",
    )
    told = Notification.objects.filter(dedupe_key__startswith=f"handover:{handover.pk}:cancel")
    assert admin in {notice.recipient for notice in told}
    seat.refresh_from_db()
    assert seat.ends_on is None


def test_a_handover_that_is_refused_on_its_day_does_not_hold_up_the_next(seat, successor, admin):
    plan(seat, successor, admin, on=days(3))
    Membership.objects.filter(pk=seat.pk).update(starts_on=days(3))
    other = MembershipFactory(branch=BranchFactory(name="丙支部"))
    plan(other, successor, admin, on=days(3))
    assert handovers.handovers_execute(now=timezone.now() + timedelta(days=3)) == 2
    refused, done = Handover.objects.order_by("pk")
    assert (refused.state, done.state) == (HandoverState.CANCELLED, HandoverState.DONE)
    assert refused.state_reason == f"{OLD}从{cn_date(days(3))}起任职，请选更晚的交接日期。"


def test_handover_is_refused_in_sentences(seat, successor, admin):
    stranger = UserFactory(secretary_of=seat.branch)
    member = MembershipFactory(branch=seat.branch, role="member")
    fresh = MembershipFactory(branch=seat.branch, role="liaison", starts_on=days(0))
    cases = [
        ((seat, successor, stranger), {}, "交接由系统管理员办理，请联系县党建办的系统管理员。"),
        ((member, successor, admin), {}, "只有书记和联络员的岗位需要交接，其他任职请直接结束。"),
        ((seat, successor, admin), {"on": days(-1)}, "交接日期已经过去，请选今天或以后的日期。"),
        ((seat, seat.user, admin), {}, "接任人不能是原任本人，请另选一位。"),
        ((seat, stranger, admin), {}, f"{stranger}已在甲支部担任支部书记，不需要交接。"),
        ((fresh, successor, admin), {}, f"{fresh.user}从{cn_date(days(0))}起任职，请选更晚的交接日期。"),
    ]
    for people, options, words in cases:
        with pytest.raises(DomainError) as refusal:
            plan(*people, **options)
        assert refusal.value.message == words
    plan(seat, successor, admin, on=days(2))
    with pytest.raises(DomainError, match="请先取消，再重新办理"):
        plan(seat, successor, admin, on=days(4))
    assert Handover.objects.count() == 1


def test_pages_plan_show_and_cancel(client, seat, successor, admin):
    client.force_login(admin)
    url = reverse("handover_new", args=[seat.pk])
    refused = client.post(url, {"successor": seat.user_id, "on": days(1).isoformat()})
    assert list(refused.context["form"].errors) == ["successor"]
    answer = client.post(url, {"successor": successor.pk, "on": days(1).isoformat()})
    handover = Handover.objects.get()
    assert answer.headers["Location"] == handover.get_absolute_url()
    assert client.get(handover.get_absolute_url()).status_code == 200
    cancel = reverse("handover_cancel", args=[handover.pk])
    assert client.post(cancel, {"reason": " "}).status_code == 422
    client.post(cancel, {"reason": "换届推迟"})
    handover.refresh_from_db()
    assert (handover.state, handover.state_reason) == (HandoverState.CANCELLED, "换届推迟")
    again = client.post(cancel, {"reason": "换届推迟"})
    assert again.context["form"].non_field_errors() == ["交接现在是“已取消”，不能再取消。"]


def test_two_of_one_name_are_told_apart_by_their_logins(client, seat, admin):
    for username in ("zhou1", "zhou2"):
        UserFactory(display_name=NEW, username=username)
    client.force_login(admin)
    page = client.get(reverse("handover_new", args=[seat.pk])).content.decode()
    assert [page.count(f"{NEW}（{username}）") for username in ("zhou1", "zhou2")] == [1, 1]


def test_list_asks_the_same_queries_at_one_and_three_rows(client, admin, django_assert_num_queries):
    client.force_login(admin)
    for count in (1, 2):
        for _ in range(count):
            HandoverFactory()
            HandoverFactory(state=HandoverState.CANCELLED, state_reason="不换了")
        with django_assert_num_queries(7):
            client.get(reverse("handover_list"))
