"""The pages of activities: what staff can do, what strangers cannot see, what is refused in a sentence."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from branches.models import User
from core.models import Notification
from core.wording import cn_date, cn_datetime
from pairing.activities.enums import ActivityState
from pairing.activities.forms.slots import slot_value
from pairing.activities.half_days import half_day
from pairing.activities.models import Activity, Subject
from pairing.activities.services.booking import activity_book
from pairing.plans.models import Pairing
from tests.factories.activities import (
    ActivityFactory,
    ActivityKindFactory,
    MetricFactory,
    ParticipationFactory,
)
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.plans import OrderTargetFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db
OWN_TIME = "要用另选的时间，日期、开始时间和结束时间都要填。"
ONE_ACTIVITY = ("activity_detail", "activity_move", "activity_lead", "activity_cancel", "activity_record")


@pytest.fixture
def pairing() -> Pairing:
    return PairingFactory()


@pytest.fixture
def secretary(pairing: Pairing) -> User:
    return UserFactory(secretary_of=pairing.branch_a)


@pytest.fixture
def page(client: Client, secretary: User) -> Client:
    client.force_login(secretary)
    return client


@pytest.fixture
def activity(pairing: Pairing) -> Activity:
    made = ActivityFactory(announced=True, pairing=pairing, title="普法进社区")
    take_part(made)
    activity_book(activity=made)
    return made


def take_part(activity: Activity) -> None:
    ParticipationFactory(activity=activity, branch=activity.pairing.branch_a, role="party_a")
    ParticipationFactory(activity=activity, branch=activity.pairing.branch_b, role="party_b")


def path(name: str, activity: Activity) -> str:
    return reverse(name, args=[activity.pk])


def next_monday() -> datetime:
    today = timezone.localdate()
    return half_day(today + timedelta(days=14 - today.weekday()), "am")[0]


class TestStrangers:
    @pytest.mark.parametrize("name", ONE_ACTIVITY)
    def test_another_branch_finds_nothing(self, client: Client, activity: Activity, name: str) -> None:
        client.force_login(UserFactory(secretary_of=BranchFactory()))

        assert client.get(path(name, activity)).status_code == 404

    @pytest.mark.parametrize("name", ONE_ACTIVITY[1:])
    def test_office_reads_but_does_not_change(self, client: Client, activity: Activity, name: str) -> None:
        client.force_login(UserFactory(office=True))

        assert client.get(path("activity_detail", activity)).status_code == 200
        assert client.get(path(name, activity)).status_code == 403

    def test_lists_and_calendar_show_only_what_is_visible(self, client: Client, activity: Activity) -> None:
        client.force_login(UserFactory(secretary_of=BranchFactory()))
        span = {"start": activity.starts_at.isoformat(), "end": activity.ends_at.isoformat()}

        assert client.get(reverse("activity_list")).context["page"].paginator.count == 0
        assert client.get(reverse("calendar_events"), span).json() == []

    def test_member_without_a_seat_cannot_enter_one(self, client: Client, pairing: Pairing) -> None:
        client.force_login(UserFactory(member_of=pairing.branch_a))

        assert client.get(reverse("activity_new")).status_code == 403


class TestActivityList:
    def test_filters_by_state_line_month_and_pairing(self, page: Client, activity: Activity) -> None:
        ActivityFactory(pairing=activity.pairing, archived=True)
        local = timezone.localtime(activity.starts_at)
        query = {
            "state": "announced",
            "line": "activity",
            "kind": activity.kind_id,
            "month": f"{local:%Y-%m}",
            "pairing": activity.pairing_id,
            "q": "普法",
        }

        response = page.get(reverse("activity_list"), query)

        assert [row.pk for row in response.context["page"]] == [activity.pk]

    def test_month_that_is_none_finds_nothing(self, page: Client, activity: Activity) -> None:
        response = page.get(reverse("activity_list"), {"month": "2026-13"})

        assert response.context["page"].paginator.count == 0

    @pytest.mark.parametrize("rows", [1, 3])
    def test_query_count(
        self, page: Client, pairing: Pairing, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for made in ActivityFactory.create_batch(rows, announced=True, pairing=pairing):
            take_part(made)

        with django_assert_num_queries(7):
            page.get(reverse("activity_list"))


class TestCalendar:
    def test_agenda_lists_the_month_without_javascript(self, page: Client, activity: Activity) -> None:
        month = f"{timezone.localtime(activity.starts_at):%Y-%m}"

        response = page.get(reverse("calendar"), {"month": month})

        assert list(response.context["agenda"]) == [activity]
        assert "普法进社区" in response.content.decode()

    def test_agenda_puts_early_hours_on_their_local_day(self, page: Client, pairing: Pairing) -> None:
        """07:00 in Shanghai is still the day before in UTC."""
        dawn, noon = (
            half_day(timezone.localdate().replace(day=2), "am")[0] + timedelta(hours=h) for h in (-1.5, 3)
        )
        for starts_at in (dawn, noon):
            ActivityFactory(
                announced=True, pairing=pairing, starts_at=starts_at, ends_at=starts_at + timedelta(hours=1)
            )

        assert page.get(reverse("calendar")).content.decode().count('<h3 class="h6">') == 1

    def test_waiting_ones_are_shown_with_their_reason(self, page: Client, pairing: Pairing) -> None:
        ActivityFactory(pairing=pairing, unplaced_reason="书记每周三都有安排。")

        assert "书记每周三都有安排。" in page.get(reverse("calendar")).content.decode()

    def test_events_of_a_span(self, page: Client, activity: Activity) -> None:
        span = {"start": activity.starts_at.isoformat(), "end": activity.ends_at.isoformat()}

        (event,) = page.get(reverse("calendar_events"), span).json()

        assert (event["id"], event["title"], event["editable"]) == (activity.pk, "普法进社区", True)
        assert event["start"] == timezone.localtime(activity.starts_at).isoformat()
        assert event["extendedProps"]["moveUrl"] == path("activity_move", activity)

    @pytest.mark.parametrize(
        "query",
        [
            {},
            {"start": "x", "end": "y"},
            {"start": "2026-01-01T00:00", "end": "2028-01-01T00:00"},
            {"start": "2026-02-30T00:00", "end": "2026-03-01T00:00"},
        ],
    )
    def test_events_of_no_span_are_refused(self, page: Client, query: dict[str, str]) -> None:
        response = page.get(reverse("calendar_events"), query, headers={"Accept": "application/json"})

        assert response.status_code == 409
        assert response.json()["error"].startswith("日历")

    @pytest.mark.parametrize("rows", [1, 3])
    def test_query_count(
        self, page: Client, pairing: Pairing, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        made = ActivityFactory.create_batch(rows, announced=True, pairing=pairing)
        ActivityFactory.create_batch(rows, pairing=pairing)
        local = timezone.localtime(made[0].starts_at)
        span = {"start": made[0].starts_at.isoformat(), "end": made[0].ends_at.isoformat()}

        with django_assert_num_queries(7):
            page.get(reverse("calendar"), {"month": f"{local:%Y-%m}"})
        with django_assert_num_queries(4):
            page.get(reverse("calendar_events"), span)


class TestActivityDetail:
    def test_offers_the_next_step(self, page: Client, activity: Activity) -> None:
        body = page.get(path("activity_detail", activity)).content.decode()

        assert path("activity_move", activity) in body
        assert path("activity_record", activity) not in body

    @pytest.mark.parametrize("rows", [1, 3])
    def test_query_count(
        self, page: Client, activity: Activity, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(rows):
            ParticipationFactory(activity=activity)

        with django_assert_num_queries(9):
            page.get(path("activity_detail", activity))


class TestActivityNew:
    def answer(self, pairing: Pairing, **changes: object) -> dict[str, object]:
        starts_at = next_monday()
        return {
            "pairing": pairing.pk,
            "kind": ActivityKindFactory().pk,
            "title": "联合主题党日",
            "venue": "礼堂",
            "slot": slot_value((starts_at, starts_at + timedelta(hours=3))),
        } | changes

    def test_offers_free_half_days(self, page: Client, pairing: Pairing) -> None:
        form = page.get(reverse("activity_new")).context["form"]

        assert len(form.fields["slot"].choices) == 6

    def test_fragment_has_the_slots_only(self, page: Client, pairing: Pairing) -> None:
        response = page.get(reverse("activity_new"), {"pairing": pairing.pk}, headers={"HX-Request": "true"})

        assert response.content.decode().strip().startswith('<div id="slots"')
        assert "<html" not in response.content.decode()

    def test_enters_one_at_the_chosen_half_day(self, page: Client, pairing: Pairing) -> None:
        response = page.post(reverse("activity_new"), self.answer(pairing))

        made = Activity.objects.get()
        assert response.headers["Location"] == path("activity_detail", made)
        assert (made.starts_at, made.state) == (next_monday(), ActivityState.ANNOUNCED)

    def test_own_time_goes_before_the_offer(self, page: Client, pairing: Pairing) -> None:
        day = timezone.localdate(next_monday())
        page.post(
            reverse("activity_new"),
            self.answer(pairing, day=day.isoformat(), starts="19:00", ends="20:30"),
        )

        assert f"{timezone.localtime(Activity.objects.get().starts_at):%H:%M}" == "19:00"

    def test_clash_keeps_what_was_typed(self, page: Client, pairing: Pairing) -> None:
        page.post(reverse("activity_new"), self.answer(pairing))

        response = page.post(reverse("activity_new"), self.answer(pairing, title="第二次"))

        assert response.status_code == 422
        ((field, (sentence,)),) = response.context["form"].errors.items()
        assert (field, sentence.split(" ")[0]) == ("slot", f"“{pairing.branch_a}”在")
        assert 'value="第二次"' in response.content.decode()
        assert Activity.objects.count() == 1

    @pytest.mark.parametrize(
        ("changes", "faults"),
        [
            ({"slot": ""}, {"slot": ["请选一个空闲的半天，或填写另选的日期和时间。"]}),
            ({"slot": "tomorrow"}, {"slot": ["没有认出所选的半天，请重新选一个。"]}),
            ({"day": "2026-03-02"}, {"starts": [OWN_TIME], "ends": [OWN_TIME]}),
            ({"starts": "09:00"}, {"day": [OWN_TIME], "ends": [OWN_TIME]}),
        ],
    )
    def test_time_missing_is_refused_beside_what_is_missing(
        self, page: Client, pairing: Pairing, changes: dict[str, str], faults: dict[str, list[str]]
    ) -> None:
        response = page.post(reverse("activity_new"), self.answer(pairing, **changes))

        assert response.context["form"].errors == faults

    def test_own_day_that_is_taken_or_before_the_pairing_is_refused_beside_it(
        self, page: Client, pairing: Pairing
    ) -> None:
        page.post(reverse("activity_new"), self.answer(pairing))
        hours = {"starts": "09:00", "ends": "10:00"}
        taken, early = (
            page.post(reverse("activity_new"), self.answer(pairing, day=day.isoformat(), **hours))
            for day in (next_monday().date(), pairing.starts_on - timedelta(days=1))
        )

        assert [list(refused.context["form"].errors) for refused in (taken, early)] == [["day"], ["day"]]
        (sentence,) = early.context["form"].errors["day"]
        assert sentence.endswith(f"早于双方结对的日子（{cn_date(pairing.starts_on)}），请核对年份。")
        assert early.context["form"]["day"].value() == (pairing.starts_on - timedelta(days=1)).isoformat()
        assert Activity.objects.count() == 1

    def test_foreign_pairing_is_refused(self, page: Client) -> None:
        response = page.post(reverse("activity_new"), self.answer(PairingFactory()))

        assert list(response.context["form"].errors) == ["pairing"]


class TestActivityMove:
    def test_moves_and_says_so(self, page: Client, activity: Activity) -> None:
        starts_at = next_monday()
        slot = slot_value((starts_at, starts_at + timedelta(hours=3)))

        page.post(path("activity_move", activity), {"slot": slot, "reason": "场地维修", "version": 1})

        activity.refresh_from_db()
        assert activity.starts_at == starts_at

    def test_to_a_time_that_is_over_asks_for_the_record(self, page: Client, activity: Activity) -> None:
        yesterday = timezone.localdate() - timedelta(days=1)
        typed = {"day": yesterday, "starts": "09:00", "ends": "11:00", "insist": "on"}

        done = page.post(
            path("activity_move", activity), typed | {"reason": "提前办了", "version": 1}, follow=True
        )

        assert f"“普法进社区”已在{cn_datetime(half_day(yesterday, 'am')[0])[:-5]}09:00举行，请补记录。" in (
            done.content.decode()
        )

    def test_drag_fills_the_time_in(self, page: Client, activity: Activity) -> None:
        form = page.get(
            path("activity_move", activity),
            {"starts_at": "2026-03-05T09:00:00", "ends_at": "2026-03-05T11:00:00"},
        ).context["form"]

        assert (str(form["day"].value()), str(form["starts"].value())) == ("2026-03-05", "09:00:00")

    def test_without_reason_is_refused_at_the_field(self, page: Client, activity: Activity) -> None:
        starts_at = next_monday()
        slot = slot_value((starts_at, starts_at + timedelta(hours=3)))

        response = page.post(path("activity_move", activity), {"slot": slot, "version": 1})

        assert response.context["form"].errors["reason"] == ["这项活动已经通知双方，请写明改期的理由。"]

    def test_second_of_two_people_is_told_what_the_first_has_done(
        self, page: Client, activity: Activity
    ) -> None:
        starts_at, url = next_monday(), path("activity_move", activity)
        slots = [
            slot_value((starts_at + timedelta(days=day), starts_at + timedelta(days=day, hours=3)))
            for day in (0, 1)
        ]
        meant = {"reason": "场地维修", "insist": "on"}
        seen = meant | {"version": page.get(url).context["form"]["version"].value()}
        page.post(url, {"slot": slots[0], **seen})

        refused = page.post(url, {"slot": slots[1], **seen})

        form = refused.context["form"]
        assert form.non_field_errors() == [
            f"您打开这一页以后，别人改过这项活动：现在的时间是{cn_datetime(starts_at)}，主讲/带队是未定。"
            "您的改动没有保存；核对后仍要改，请再提交一次。"
        ]
        activity.refresh_from_db()
        assert (refused.status_code, activity.starts_at, form["slot"].value()) == (422, starts_at, slots[1])
        page.post(url, {"slot": slots[1], **meant, "version": form["version"].value()})
        activity.refresh_from_db()
        assert activity.starts_at == starts_at + timedelta(days=1)


class TestActivityLead:
    def test_another_person_is_booked_and_told(self, page: Client, activity: Activity) -> None:
        partner = UserFactory(secretary_of=activity.pairing.branch_b)

        page.post(path("activity_lead", activity), {"person": "周同志、王同志", "version": 1})
        assert page.get(activity.get_absolute_url()).context["timeline"][0]["title"] == "改派主讲/带队"

        activity.refresh_from_db()
        people = activity.bookings.filter(subject__kind="person").values_list("subject__name", flat=True)
        home = activity.pairing.branch_a
        assert (activity.person, set(people)) == (
            "周同志、王同志",
            {f"周同志（{home}）", f"王同志（{home}）"},
        )
        told = Notification.objects.get(recipient=partner, channel="in_app")
        assert told.subject == f"换人：{activity}"

    def test_somebody_who_leads_elsewhere_is_refused_and_the_old_one_stays(
        self, page: Client, activity: Activity
    ) -> None:
        other = ActivityFactory(
            pairing=PairingFactory(branch_a=BranchFactory()),
            starts_at=activity.starts_at,
            ends_at=activity.ends_at,
            state="announced",
            title="读书会",
        )
        name = Subject(kind="person", key=f"person:{activity.pairing.branch_a_id}/周同志", name="周同志")
        name.save()
        other.bookings.create(subject=name, period=(other.starts_at, other.ends_at))

        response = page.post(path("activity_lead", activity), {"person": "周同志", "version": 1})

        (sentence,) = response.context["form"].errors["person"]
        assert sentence.startswith("“周同志”在 ")
        activity.refresh_from_db()
        assert (activity.person, activity.version) == ("", 1)


class TestActivityCancel:
    def test_cancels_with_the_reason(self, page: Client, activity: Activity) -> None:
        response = page.post(path("activity_cancel", activity), {"reason": "汛期值守"})

        activity.refresh_from_db()
        assert (response.status_code, activity.state_reason) == (302, "汛期值守")

    def test_without_reason_is_refused(self, page: Client, activity: Activity) -> None:
        response = page.post(path("activity_cancel", activity), {"reason": ""})

        assert response.status_code == 422
        activity.refresh_from_db()
        assert activity.state == ActivityState.ANNOUNCED


class TestActivityRecord:
    @pytest.fixture
    def held(self, pairing: Pairing) -> Activity:
        made = ActivityFactory(to_record=True, pairing=pairing)
        take_part(made)
        return made

    def answer(self, held: Activity, **changes: object) -> dict[str, object]:
        local = timezone.localtime(held.starts_at)
        a, b = held.pairing.branch_a_id, held.pairing.branch_b_id
        return {
            "held_on": f"{local:%Y-%m-%d}",
            "held_from": "09:00",
            "held_to": "11:00",
            f"expected_{a}": 10,
            f"attended_{a}": 9,
            f"absence_{a}": "一人值班",
            f"expected_{b}": 5,
            f"attended_{b}": 5,
            "served_count": 80,
            "metric_1": MetricFactory().pk,
            "value_1": "3",
            "record": "现场答疑，发放资料。",
        } | changes

    def test_archives_with_everything(self, page: Client, held: Activity) -> None:
        response = page.post(path("activity_record", held), self.answer(held))

        held.refresh_from_db()
        assert response.headers["Location"] == path("activity_detail", held)
        assert (held.state, held.member_count, held.served_count) == (ActivityState.ARCHIVED, 14, 80)
        assert held.outcomes.get().value == 3

    def test_more_present_than_expected_is_refused_at_the_field(self, page: Client, held: Activity) -> None:
        branch = held.pairing.branch_a_id

        response = page.post(path("activity_record", held), self.answer(held, **{f"attended_{branch}": 11}))

        assert response.context["form"].errors == {
            f"attended_{branch}": [f"{held.pairing.branch_a}实到 11 人，多于应到 10 人，请核对。"]
        }

    def test_without_attendance_asks_once_and_does_not_force(self, page: Client, held: Activity) -> None:
        a, b = held.pairing.branch_a_id, held.pairing.branch_b_id
        answer = self.answer(held, **{f"attended_{a}": "", f"attended_{b}": ""})

        asked = page.post(path("activity_record", held), answer)
        held.refresh_from_db()
        state_when_asked = held.state
        page.post(path("activity_record", held), answer | {"uncounted": "on"})

        assert asked.context["form"].errors == {
            "uncounted": ["还没有填各支部的实到人数；确实没有清点的，请勾选这一项再保存。"]
        }
        assert asked.context["form"]["record"].value() == "现场答疑，发放资料。"  # nothing typed is lost
        held.refresh_from_db()
        assert (state_when_asked, held.state) == (ActivityState.TO_RECORD, ActivityState.ARCHIVED)
        assert (held.member_count, held.served_count) == (None, 80)

    def test_end_before_the_start_is_refused_at_its_field(self, page: Client, held: Activity) -> None:
        response = page.post(path("activity_record", held), self.answer(held, held_to="08:00"))

        form = response.context["form"]
        assert (response.status_code, form.errors) == (422, {"held_to": ["结束时间须晚于开始时间。"]})
        assert (form["held_to"].value(), form["record"].value()) == ("08:00", "现场答疑，发放资料。")

    def test_wrong_year_is_refused_at_its_field(self, page: Client, held: Activity) -> None:
        response = page.post(path("activity_record", held), self.answer(held, held_on="2020-01-01"))

        assert response.context["form"].errors == {
            "held_on": [f"2020年1月1日早于双方结对的日子（{cn_date(held.pairing.starts_on)}），请核对年份。"]
        }

    def test_count_with_a_fault_is_a_count_and_names_its_branch(self, page: Client, held: Activity) -> None:
        a, b = held.pairing.branch_a_id, held.pairing.branch_b_id

        response = page.post(
            path("activity_record", held), self.answer(held, **{f"attended_{a}": 11, f"attended_{b}": -1})
        )

        assert response.context["form"].errors == {
            f"attended_{a}": [f"{held.pairing.branch_a}实到 11 人，多于应到 10 人，请核对。"],
            f"attended_{b}": [f"{held.pairing.branch_b}的实到不能小于 0。"],
        }

    def test_hints_say_what_is_so(self, page: Client, held: Activity) -> None:
        form = page.get(path("activity_record", held)).context["form"]
        expected = form.fields[f"expected_{held.pairing.branch_a_id}"]
        assert expected.help_text == "这次通知到会的人数。"
        assert form.fields["kind"].help_text == "四联和志愿服务的数字按类型统计，请核对。"

        held.participations.update(expected_count=7)
        held.plan_order = PlanOrderFactory(pairing=held.pairing, in_progress=True)
        held.save()

        form = page.get(path("activity_record", held)).context["form"]
        expected = form.fields[f"expected_{held.pairing.branch_a_id}"]
        assert expected.help_text == "这次通知到会的人数；预填的是上次的。"
        assert form.fields["kind"].help_text.startswith("由定单排出的活动，")

    def test_metric_the_order_expects_is_chosen_and_may_stay_blank(
        self, page: Client, held: Activity
    ) -> None:
        target = OrderTargetFactory(plan_order__pairing=held.pairing, plan_order__in_progress=True)
        held.plan_order = target.plan_order
        held.save()

        form = page.get(path("activity_record", held)).context["form"]
        metric, value = form.outcome_rows[0]
        assert (metric.value(), value.help_text) == (target.metric_id, "定单预期 10件；这次没有就留空。")

        answer = self.answer(held, metric_1=target.metric_id, value_1="")
        assert page.post(path("activity_record", held), answer).status_code == 302
        assert not held.outcomes.exists()

    def test_half_of_what_is_counted_and_the_same_metric_twice_are_refused_at_the_fields(
        self, page: Client, held: Activity
    ) -> None:
        solved, money = MetricFactory().pk, MetricFactory(name="成交金额", unit="元").pk
        rows = {"metric_1": money, "value_1": "0.5", "metric_2": solved, "value_2": "0.5"}

        response = page.post(
            path("activity_record", held), self.answer(held, **rows, metric_3=money, value_3="2")
        )

        assert response.context["form"].errors == {
            "value_2": ["“解决问题”按件计，请填整数。"],
            "metric_3": ["同一个成效指标填了两次，请合并成一行。"],
        }

    def test_value_without_metric_is_refused_at_the_field(self, page: Client, held: Activity) -> None:
        response = page.post(path("activity_record", held), self.answer(held, value_2="5"))

        assert response.context["form"].errors == {"metric_2": ["请选择这个数值是什么指标。"]}

    def test_too_early_goes_back_with_a_sentence(self, page: Client, activity: Activity) -> None:
        response = page.get(path("activity_record", activity), follow=True)

        assert response.redirect_chain[-1][0] == path("activity_detail", activity)
        assert "还没有开始" in response.content.decode()

    @pytest.mark.parametrize("rows", [1, 3])
    def test_query_count(
        self, page: Client, held: Activity, rows: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(rows):
            ParticipationFactory(activity=held)

        with django_assert_num_queries(9):
            page.get(path("activity_record", held))
