"""What an order says: tasks as one list, drawn up by hand, changed by request once both sides confirmed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.audit import entries_of
from core.errors import ConflictError, DomainError, StaleVersionError
from core.wording import cn_date
from ledgers.enums import DemandState
from pairing.plans.enums import ChangeState, PlanOrderState, TaskKind
from pairing.plans.models import ChangeRequest, PlanOrder
from pairing.plans.selectors.gantt import plan_order_gantt
from pairing.plans.selectors.task_lists import TaskDraft, task_drafts, tasks_merged
from pairing.plans.services import change_requests, order_contents, orders
from tests.factories.activities import ActivityFactory, ActivityKindFactory
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory
from tests.factories.plans import ChangeRequestFactory, PairingFactory, PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
LATER = TODAY + timedelta(days=20)


def now():
    return timezone.now()


def secretaries(order):
    pairing = order.pairing
    return [UserFactory(secretary_of=branch) for branch in (pairing.branch_a, pairing.branch_b)]


def with_tasks(*titles, **order):
    made = PlanOrderFactory(**order)
    for position, title in enumerate(titles, start=1):
        PlanTaskFactory(plan_order=made, position=position, title=title, kind=TaskKind.PREPARATION)
    return made


def new_task(order, title="新任务"):
    return TaskDraft(None, title, TaskKind.FOLLOW_UP, order.pairing.branch_b_id, "", LATER)


def edit(order, actor, **changes):
    terms = {"order": order, "version": order.version, "actor": actor, "now": now()}
    return order_contents.plan_order_edit(**(terms | changes))


def test_day_wanted_after_the_deadline_is_refused():
    order = PlanOrderFactory(due_on=LATER)
    ours, _ = secretaries(order)
    after = LATER + timedelta(days=1)
    with pytest.raises(DomainError, match="希望日期晚于完成时限") as refusal:
        edit(order, ours, wanted_on=after)
    assert refusal.value.field == "wanted_on"
    assert edit(order, ours, wanted_on=after, due_on=after).wanted_on == after
    terms = {"pairing": order.pairing, "actor": ours, "now": now()}
    demand = DemandFactory(branch=order.pairing.branch_b)
    with pytest.raises(DomainError, match="希望日期晚于完成时限"):
        order_contents.plan_order_create(demand=demand, wanted_on=after, due_on=LATER, **terms)


# ---- tasks


def test_tasks_are_added_changed_moved_and_removed_as_one_list():
    order = with_tasks("一", "二", "三", to_confirm=True)
    ours, _ = secretaries(order)
    one, _two, three = task_drafts(order)
    moved = TaskDraft(**{**vars(one), "title": "一改"})
    order = edit(order, ours, tasks=[three, moved, new_task(order)])
    assert [(task.position, task.title, task.pk) for task in order.tasks.order_by("position")][:2] == [
        (1, "三", three.id),
        (2, "一改", one.id),
    ]
    assert order.tasks.get(position=3).title == "新任务"
    assert (order.version, order.confirmed_version_a, order.state) == (2, None, PlanOrderState.DRAFT)
    old, new = entries_of(order).get(action="plan_order.edit").changes["tasks"]
    assert (old.splitlines()[1][:7], new.splitlines()[1][:8]) == ("2. 准备：二", "2. 准备：一改")
    assert edit(order, ours, tasks=task_drafts(order)).version == 2


def test_task_that_is_done_scheduled_foreign_or_gone_is_refused():
    order = with_tasks("办完的", "排好的")
    ours, _ = secretaries(order)
    done, scheduled = order.tasks.order_by("position")
    order.tasks.filter(pk=done.pk).update(done_on=TODAY)
    ActivityFactory(pairing=order.pairing, plan_order=order, task=scheduled, kind=ActivityKindFactory())
    first, second = task_drafts(order)
    foreign = TaskDraft(**{**vars(first), "owner_id": 10**9})
    gone = TaskDraft(**{**vars(first), "id": 10**9})
    refusals = {
        (second,): "任务“办完的”已经完成，不能删除。",
        (first,): "任务“排好的”已经排成活动，请先在活动里取消，不能删除。",
        (foreign, second): "任务“办完的”的负责支部须是结对双方之一。",
        (first, second, gone): "任务“办完的”已被对方删除，请刷新页面后再保存。",
    }
    for tasks, words in refusals.items():
        with pytest.raises(DomainError) as refusal:
            edit(order, ours, tasks=list(tasks))
        assert refusal.value.message == words


def test_merging_two_lists_loses_nothing_that_either_side_typed():
    def task(pk, title, day=1):
        return TaskDraft(pk, title, TaskKind.PREPARATION, 1, "", date(2026, 1, day))

    seen = [task(1, "一"), task(2, "二"), task(3, "三"), task(4, "四"), task(5, "五")]
    mine = [task(1, "一，我改"), task(2, "二"), task(3, "三，我改"), task(None, "我的新任务")]  # 4, 5 removed
    theirs = [task(2, "二，他改"), task(1, "一"), task(4, "四，他改"), task(5, "五"), task(6, "他的新任务")]
    assert [(each.id, each.title) for each in tasks_merged(mine, seen, theirs)] == [
        (2, "二，他改"),
        (1, "一，我改"),
        (4, "四，他改"),
        (6, "他的新任务"),
        (None, "三，我改"),
        (None, "我的新任务"),
    ]


def task_rows(order, *drafts):
    """The formset as a browser sends it, with one empty row."""
    rows = {"tasks-TOTAL_FORMS": len(drafts) + 1, "tasks-INITIAL_FORMS": order.tasks.count()}
    for number, draft in enumerate(drafts):
        values = vars(draft) | {"id": draft.id or "", "position": number + 1}
        rows |= {f"tasks-{number}-{name}": value for name, value in values.items()}
    last = f"tasks-{len(drafts)}"
    owner = order.pairing.branch_a_id
    rows |= {f"{last}-kind": "preparation", f"{last}-owner_id": owner}
    return {key.replace("tasks-", "form-", 1): value for key, value in rows.items()}


def fields_of(order, **changes):
    names = ("task", "line", "due_on", "responsible_a", "responsible_b", "place", "version")
    return {name: getattr(order, name) for name in names} | changes


def test_stale_save_of_tasks_shows_both_lists_and_offers_them_merged():
    order = with_tasks("一", "二")
    ours, theirs = secretaries(order)
    client, url = Client(), reverse("plan_order_edit", args=[order.pk])
    client.force_login(ours)
    page = client.get(url)
    one, two = task_drafts(order)
    edit(order, theirs, tasks=[TaskDraft(**{**vars(one), "title": "一，对方改"}), two])
    mine = [one, TaskDraft(**{**vars(two), "title": "二，我改"})]
    sent = fields_of(order, seen_tasks=page.context["forms"].seen_json) | task_rows(order, *mine)
    stale = client.post(url, sent)
    assert stale.status_code == 409
    [row] = stale.context["differences"]
    assert row["label"] == "任务"
    assert ("二，我改" in row["mine"], "一，对方改" in row["theirs"]) == (True, True)
    shown = [form["title"].value() for form in stale.context["forms"].tasks]
    assert shown == ["一，对方改", "二，我改", None, None]


def test_page_tells_who_confirmed_an_earlier_version_that_another_one_counts_now():
    order = PlanOrderFactory()
    ours, theirs = secretaries(order)
    client = Client()
    client.force_login(theirs)
    orders.plan_order_confirm(order=order, version=1, actor=theirs, now=now())
    words = "定单改过，现在是第 2 版，确认以这一版为准"
    assert words not in client.get(order.get_absolute_url()).content.decode()
    edit(order, ours, place="老街口")
    assert words in client.get(order.get_absolute_url()).content.decode()


def test_edit_page_takes_fields_and_tasks_together():
    order = with_tasks("一")
    ours, _ = secretaries(order)
    client = Client()
    client.force_login(ours)
    url = reverse("plan_order_edit", args=[order.pk])
    [one] = task_drafts(order)
    sent = fields_of(order, place="村部", series="普法年") | task_rows(order, new_task(order), one)
    assert client.post(url, sent).status_code == 302
    order.refresh_from_db()
    assert (order.place, str(order.series), order.version) == ("村部", "普法年", 2)
    assert [task.title for task in order.tasks.order_by("position")] == ["新任务", "一"]
    assert client.post(url, fields_of(order, series="普法年", place="别处")).status_code == 302
    assert PlanOrder.objects.get().series == order.series
    day = PlanOrder.objects.get().due_on
    late = task_rows(order, replace(one, due_on=day + timedelta(days=1)))
    refused = client.post(url, fields_of(PlanOrder.objects.get()) | late)
    assert (refused.status_code, refused.context["forms"].tasks[0].errors) == (
        422,
        {"due_on": [f"任务时限不能晚于定单完成时限（{cn_date(day)}）。"]},
    )
    without_day = task_rows(order, one) | {"form-0-due_on": ""}
    refused = client.post(url, fields_of(PlanOrder.objects.get()) | without_day)
    assert refused.context["forms"].tasks[0].errors == {"due_on": ["请填写完成时限。"]}
    summary = '<a href="#id_form-0-due_on">第 1 项任务，完成时限：请填写完成时限。</a>'
    assert summary in refused.content.decode()


def test_rows_with_faults_keep_their_names():
    order = with_tasks("一", "二")
    ours, _ = secretaries(order)
    client = Client()
    client.force_login(ours)
    one, two = task_drafts(order)
    rows = task_rows(order, one, two) | {"form-1-title": "", "form-2-title": "现场帮办"}
    page = client.post(reverse("plan_order_edit", args=[order.pk]), fields_of(order) | rows).content.decode()
    assert '<a href="#id_form-1-title">第 2 项任务，任务：请写明任务' in page
    assert '<a href="#id_form-2-due_on">第 3 项任务，完成时限：请填写完成时限。</a>' in page
    named = [part.split("<span")[0].split("</summary>")[0].strip() for part in page.split("<summary>")[1:]]
    assert [name for name in named if "更多" not in name] == ["1. 一", "2. 二", "新加：现场帮办"]


def test_visit_arranged_past_its_order_keeps_its_day_while_the_order_does():
    order = with_tasks("一", "二")
    ours, _ = secretaries(order)
    day = order.due_on + timedelta(days=3)
    order.tasks.filter(title="一").update(due_on=day)
    one, two = task_drafts(order)
    order = edit(order, ours, tasks=[one, replace(two, title="二改")])
    assert [task.title for task in order.tasks.order_by("position")] == ["一", "二改"]
    with pytest.raises(DomainError, match="任务“二改”的时限不能晚于定单完成时限"):
        edit(order, ours, tasks=[one, replace(two, title="二改", due_on=day)])


# ---- by hand


def test_order_by_hand_is_drafted_like_one_from_a_claim_and_holds_what_it_promises():
    pair = PairingFactory()
    ours = UserFactory(liaison_of=pair.branch_a)
    demand = DemandFactory(branch=pair.branch_b, visits_wanted=3)
    resource = ResourceFactory(branch=pair.branch_a, capacity_per_month=2)
    terms = {"pairing": pair, "demand": demand, "actor": ours, "now": now()}
    order = order_contents.plan_order_create(resource=resource, visit_count=2, task="说定了", **terms)
    assert (order.drafted_by, order.task, order.state) == (pair.branch_a, "说定了", "draft")
    assert [task.kind for task in order.tasks.order_by("position")] == [
        TaskKind.PREPARATION,
        TaskKind.ACTIVITY,
        TaskKind.ACTIVITY,
        TaskKind.FOLLOW_UP,
    ]
    with pytest.raises(ConflictError, match="只剩 0 次"):
        order_contents.plan_order_create(resource=resource, **terms)
    order_contents.plan_order_create(**terms)
    demand.refresh_from_db()
    assert demand.state == DemandState.IN_PROGRESS
    orders.plan_order_cancel(order=order, actor=ours, reason="不办了", now=now())
    demand.refresh_from_db()
    assert demand.state == DemandState.OPEN


def test_wanted_day_taken_away_needs_room_in_the_month_that_then_counts():
    pair = PairingFactory()
    ours = UserFactory(secretary_of=pair.branch_a)
    resource = ResourceFactory(branch=pair.branch_a, capacity_per_month=1)
    next_month = (timezone.localdate().replace(day=1) + timedelta(days=32)).replace(day=1)
    terms = {"pairing": pair, "resource": resource, "actor": ours, "now": now()}
    orders = [
        order_contents.plan_order_create(demand=DemandFactory(branch=pair.branch_b), wanted_on=day, **terms)
        for day in (None, next_month)
    ]
    edit = {"order": orders[1], "version": 1, "actor": ours, "now": now(), "wanted_on": None}

    with pytest.raises(ConflictError, match="只剩 0 次"):
        order_contents.plan_order_edit(**edit)
    PlanOrder.objects.filter(pk=orders[0].pk).update(state="cancelled", state_reason="不办了")
    assert order_contents.plan_order_edit(**edit).wanted_on is None


def test_order_by_hand_is_refused_for_strangers_foreign_demands_and_own_resources():
    pair = PairingFactory()
    ours = UserFactory(secretary_of=pair.branch_a)
    demand = DemandFactory(branch=pair.branch_b)
    own, foreign = ResourceFactory(branch=pair.branch_b), DemandFactory()
    terms = {"pairing": pair, "demand": demand, "actor": ours, "now": now()}
    for change, words in (
        ({"actor": UserFactory(secretary_of=foreign.branch)}, "只有结对双方的书记或联络员能起草定单。"),
        ({"demand": foreign}, f"需求“{foreign}”不是{pair}任何一方的，请另选需求。"),
        ({"resource": own}, f"资源要由{pair.branch_a}提供，请另选资源，或留空。"),
        ({"due_on": TODAY - timedelta(days=1)}, "完成时限已经过去，请改成今天或以后的日期。"),
    ):
        with pytest.raises(DomainError) as refusal:
            order_contents.plan_order_create(**(terms | change))
        assert refusal.value.message == words
    assert PlanOrder.objects.count() == 0


# ---- change requests


def ask(order, actor, **changes):
    terms = {"order": order, "version": order.version, "actor": actor, "reason": "下雨", "now": now()}
    return change_requests.change_request_propose(**(terms | changes))


def test_change_of_a_confirmed_order_stands_only_when_the_other_side_agrees():
    order = with_tasks("一", in_progress=True)
    ours, theirs = secretaries(order)
    [one] = task_drafts(order)
    with pytest.raises(DomainError, match="任务“一”的时限不能晚于定单完成时限"):
        ask(order, ours, due_on=LATER, tasks=[one, new_task(order)])
    request = ask(order, ours, due_on=LATER, tasks=[replace(one, due_on=LATER), new_task(order)])
    order.refresh_from_db()
    assert (order.version, order.due_on == LATER, order.tasks.count()) == (1, False, 1)
    with pytest.raises(DomainError, match=r"正等.*答复，只有该支部书记能操作"):
        change_requests.change_request_accept(request=request, actor=ours, now=now())
    with pytest.raises(DomainError, match="已有一项变更申请在等答复"):
        ask(order, theirs, place="别处")
    request = change_requests.change_request_accept(request=request, actor=theirs, now=now())
    order.refresh_from_db()
    assert (order.version, order.due_on, order.state) == (2, LATER, PlanOrderState.IN_PROGRESS)
    assert (order.confirmed_version_a, order.confirmed_version_b) == (2, 2)
    assert [task.title for task in order.tasks.order_by("position")] == ["一", "新任务"]
    assert request.state == ChangeState.ACCEPTED
    with pytest.raises(StaleVersionError):
        ask(order, ours, version=1, place="别处")


def test_change_declined_or_withdrawn_leaves_the_order_as_it_was():
    order = PlanOrderFactory(confirmed=True)
    ours, theirs = secretaries(order)
    request = ask(order, ours, place="别处")
    with pytest.raises(DomainError, match="请写明不同意的理由"):
        change_requests.change_request_decline(request=request, actor=theirs, reason="", now=now())
    change_requests.change_request_decline(request=request, actor=theirs, reason="太远", now=now())
    again = ask(order, ours, place="村部")
    with pytest.raises(DomainError, match=r"只有提出变更的.*书记能撤回"):
        change_requests.change_request_withdraw(request=again, actor=theirs, reason="x", now=now())
    change_requests.change_request_withdraw(request=again, actor=ours, reason="算了", now=now())
    order.refresh_from_db()
    assert (order.version, order.place) == (1, "党群服务中心")
    assert list(order.changes.order_by("pk").values_list("state", "answer")) == [
        ("declined", "太远"),
        ("withdrawn", "算了"),
    ]


def test_change_request_is_the_right_of_secretaries_between_confirmation_and_hand_in():
    order = PlanOrderFactory(confirmed=True)
    liaison = UserFactory(liaison_of=order.pairing.branch_a)
    ours, _ = secretaries(order)
    with pytest.raises(DomainError, match="申请变更等于确认新内容"):
        ask(order, liaison, place="别处")
    with pytest.raises(DomainError, match="内容没有改动"):
        ask(order, ours, place=order.place)
    with pytest.raises(DomainError, match="只有双方确认以后、提交验收之前"):
        ask(PlanOrderFactory(pairing=order.pairing), ours, place="别处")


def test_open_change_request_lapses_when_the_order_is_over():
    request = ChangeRequestFactory()
    order = request.plan_order
    ours, _ = secretaries(order)
    orders.plan_order_cancel(order=order, actor=ours, reason="不办了", now=now())
    request = ChangeRequest.objects.get()
    assert (request.state, request.answer) == (ChangeState.LAPSED, "定单已取消")


def test_change_request_of_a_deadline_says_days_as_pages_do_and_that_open_tasks_move():
    order = with_tasks("一", in_progress=True, due_on=timezone.localdate() + timedelta(days=40))
    person, _ = secretaries(order)
    client = Client()
    client.force_login(person)
    day = timezone.localdate() + timedelta(days=20)

    typed = fields_of(order, due_on=day.isoformat(), reason="提前办")
    client.post(reverse("change_request_new", args=[order.pk]), typed)

    assert client.get(order.get_absolute_url()).context["changes"][0]["moved"] == [
        {"label": "完成时限", "old": cn_date(order.due_on), "new": cn_date(day)},
        {"label": "没办的任务", "old": "各自的时限", "new": "时限按新的完成时限重新分配"},
    ]


def test_change_request_pages_show_old_and_new_and_carry_it_out():
    order = with_tasks("一", in_progress=True)
    ours, theirs = (Client(), Client())
    for client, person in zip((ours, theirs), secretaries(order), strict=True):
        client.force_login(person)
    new = reverse("change_request_new", args=[order.pk])
    assert ours.post(new, fields_of(order, place="镇政府")).context["form"].errors == {
        "reason": ["请写明变更理由。"]
    }
    ours.post(new, fields_of(order, place="镇政府", reason="原场地维修"))
    request = ChangeRequest.objects.get()
    page = theirs.get(order.get_absolute_url())
    assert page.context["changes"][0]["moved"] == [
        {"label": "地点意向", "old": "党群服务中心", "new": "镇政府"}
    ]
    theirs.post(reverse("change_request_accept", args=[order.pk, request.pk]))
    order.refresh_from_db()
    assert (order.place, order.version, order.is_confirmed_a, order.is_confirmed_b) == (
        "镇政府",
        2,
        True,
        True,
    )


# ---- over time


def test_gantt_lays_orders_out_in_percent_of_the_months_shown():
    order = with_tasks("一", in_progress=True, due_on=date(2026, 3, 2))
    PlanOrder.objects.update(created_at=timezone.make_aware(timezone.datetime(2026, 1, 1, 9)))
    order.tasks.update(due_on=date(2026, 2, 1), done_on=date(2026, 1, 20))
    PlanOrderFactory(cancelled=True)
    chart = plan_order_gantt(PlanOrder.objects.all(), first=date(2026, 1, 15), today=date(2026, 3, 16))
    assert [month.label for month in chart.months] == ["1月", "2月", "3月", "4月"]
    [bar] = chart.bars
    assert (bar.order, bar.start, bar.width, bar.tone) == (order, 0.0, 50.0, "late")
    assert [(mark.at, mark.title, mark.is_done) for mark in bar.marks] == [(25.83, "一", True)]
    assert (chart.today, chart.before, chart.after) == (61.67, date(2025, 9, 1), date(2026, 5, 1))
    later = plan_order_gantt(PlanOrder.objects.all(), first=date(2026, 6, 1), today=date(2026, 3, 16))
    assert (later.count, later.today) == (0, None)
