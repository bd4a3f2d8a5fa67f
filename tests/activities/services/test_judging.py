"""A person's choice of time is judged by the scheduler's own rules, and every refused half-day says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from branches.models import User
from core.errors import ConflictError, DomainError
from core.models import WorkingDay
from ledgers.models import Resource
from pairing.activities.enums import ActivityState
from pairing.activities.forms.slots import SlotForm
from pairing.activities.half_days import half_day, local_instant
from pairing.activities.models import Activity, Closure
from pairing.activities.scheduling import Half, Slot
from pairing.activities.services.activities import activity_create, activity_move
from pairing.activities.services.booking import activity_book, subject_ensure
from pairing.activities.services.judging import asked_about, asked_for
from pairing.activities.subjects import subjects_of
from pairing.activities.taken import times_in
from pairing.plans.models import Pairing
from tests.factories.activities import ActivityFactory, ActivityKindFactory
from tests.factories.branches import UserFactory
from tests.factories.ledgers import AvailabilityFactory, ResourceFactory
from tests.factories.plans import PairingFactory, PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 6, 0, 0, tzinfo=UTC)  # Friday 08:00 in Shanghai
DAY_BEFORE = NOW - timedelta(days=1)  # offers begin on the next day
FRIDAY, SATURDAY, MONDAY = date(2026, 3, 6), date(2026, 3, 7), date(2026, 3, 9)


@pytest.fixture
def pairing() -> Pairing:
    return PairingFactory(starts_on=date(2026, 1, 12))


@pytest.fixture
def secretary(pairing: Pairing) -> User:
    return UserFactory(secretary_of=pairing.branch_a)


@pytest.fixture
def waiting(pairing: Pairing) -> Activity:
    """Of an order whose expert comes on Friday and Monday mornings, twice a month, and on one Tuesday."""
    order = PlanOrderFactory(
        confirmed=True, pairing=pairing, due_on=date(2026, 3, 20), resource__capacity_per_month=2
    )
    resource = order.resource
    for weekday in (0, 4):
        AvailabilityFactory(resource=resource, weekday=weekday, half="am")
    AvailabilityFactory(resource=resource, weekday=None, day=date(2026, 3, 10), half="pm")
    task = PlanTaskFactory(plan_order=order, due_on=order.due_on)
    return ActivityFactory(pairing=pairing, plan_order=order, task=task, venue="礼堂")


def close(activity: Activity, day: date, reason: str, user: User, key: str = "venue:礼堂") -> Closure:
    subject = subject_ensure(subjects_of(activity))[key]
    period = DateTimeTZRange(half_day(day, "am")[0], half_day(day, "pm")[1])
    return Closure.objects.create(subject=subject, period=period, reason=reason, noted_by=user)


def test_offers_follow_week_single_days_and_closures_with_reasons(waiting: Activity, secretary: User) -> None:
    close(waiting, MONDAY, "维修", secretary)
    resource = f"资源“{waiting.plan_order.resource}”"

    offers = asked_about(waiting, now=DAY_BEFORE).offers(2)

    assert [str(offer.slot) for offer in offers if not offer.reasons] == ["3月6日上午", "3月10日下午"]
    refused = {str(offer.slot): offer.reasons for offer in offers if offer.reasons}
    assert refused["3月7日上午"] == ("3月7日不是工作日", f"{resource}周六上午不可用")
    assert refused["3月9日上午"] == ("“礼堂”3月9日上午不可用：维修",)
    assert refused["3月10日上午"] == (f"{resource}周二上午不可用",)


def test_offers_end_with_the_months_capacity(waiting: Activity) -> None:
    for day in (2, 3):
        starts_at, ends_at = half_day(date(2026, 3, day), "am")
        ActivityFactory(announced=True, plan_order=waiting.plan_order, starts_at=starts_at, ends_at=ends_at)

    offers = asked_about(waiting, now=NOW).offers()

    monday = next(offer for offer in offers if offer.slot.day == MONDAY)
    assert monday.reasons == (f"资源“{waiting.plan_order.resource}”3月已安排 2 次，达到每月上限",)


def test_offers_for_a_new_one_skip_what_is_taken(pairing: Pairing, secretary: User) -> None:
    starts_at, ends_at = half_day(FRIDAY, "am")
    activity_book(
        activity=ActivityFactory(announced=True, pairing=pairing, starts_at=starts_at, ends_at=ends_at)
    )
    WorkingDay.objects.update_or_create(day=SATURDAY, defaults={"is_working": True, "name": "调休"})

    offers = asked_for(pairing, venue="", person="", guests=(), now=DAY_BEFORE).offers(2)

    assert [(str(each.slot), len(each.reasons)) for each in offers] == [
        ("3月6日上午", 1),
        ("3月6日下午", 0),
        ("3月7日上午", 0),
    ]


def test_offers_begin_tomorrow_while_today_may_be_typed(pairing: Pairing, secretary: User) -> None:
    """At 08:23 nobody reads of something at 08:30, nor comes to it."""
    now = clock(8, 23, day=MONDAY)
    planned = ActivityFactory(announced=True, pairing=pairing, starts_at=clock(14, 30), ends_at=clock(17))

    for question in (
        asked_for(pairing, venue="", person="", guests=(), now=now),
        asked_about(planned, now=now),
    ):
        assert [str(offer.slot) for offer in question.offers(2)] == ["3月10日上午", "3月10日下午"]
        assert question.against(half_day(MONDAY, "pm")) == []


def test_offers_leave_out_what_has_begun(pairing: Pairing) -> None:
    now = clock(10, day=MONDAY)
    planned = ActivityFactory(announced=True, pairing=pairing, starts_at=clock(18), ends_at=clock(19))

    offers = asked_about(planned, now=now, notice_days=0).offers(2)

    assert [str(offer.slot) for offer in offers] == ["3月9日下午", "3月10日上午"]


@pytest.mark.parametrize(
    ("starts", "ends", "reasons"),
    [
        ((8, 30), (9, 30), []),
        ((9, 0), (10, 0), []),
        ((9, 0), (10, 30), ["3月9日 9:00 已经过了"]),
        ((8, 0), (17, 0), ["3月9日 8:00 已经过了"]),
        ((10, 30), (11, 30), []),
    ],
)
def test_time_that_is_over_is_for_the_record_and_one_under_way_is_asked_about(
    pairing: Pairing, starts: tuple, ends: tuple, reasons: list[str]
) -> None:
    question = asked_for(pairing, venue="", person="", guests=(), now=clock(10, day=MONDAY))

    assert question.against((clock(*starts), clock(*ends))) == reasons


def test_offers_for_a_move_are_the_nearest_to_the_planned_day(waiting: Activity, pairing: Pairing) -> None:
    thursday = half_day(date(2026, 4, 16), "am")
    planned = ActivityFactory(announced=True, pairing=pairing, starts_at=thursday[0], ends_at=thursday[1])
    activity_book(activity=planned)

    offers = asked_about(planned, now=NOW).offers(3)

    assert [str(offer.slot) for offer in offers] == ["4月15日上午", "4月15日下午", "4月16日下午"]
    assert [offer.reasons for offer in offers] == [(), (), ()]


def test_move_to_a_day_off_is_refused_until_somebody_insists(waiting: Activity, secretary: User) -> None:
    starts_at, ends_at = half_day(SATURDAY, "am")
    move = {"activity": waiting, "starts_at": starts_at, "ends_at": ends_at, "actor": secretary, "now": NOW}

    with pytest.raises(DomainError) as refusal:
        activity_move(**move, reason="")
    moved = activity_move(**move, reason="", insist=True)

    assert refusal.value.field == "insist"
    assert "3月7日不是工作日" in refusal.value.message
    assert (moved.state, moved.starts_at) == (ActivityState.ANNOUNCED, starts_at)


def test_move_into_a_taken_half_day_is_refused_whoever_insists(waiting: Activity, secretary: User) -> None:
    starts_at, ends_at = half_day(MONDAY, "am")
    taken = ActivityFactory(
        announced=True, pairing=waiting.pairing, starts_at=starts_at, ends_at=ends_at, venue="广场"
    )
    activity_book(activity=taken)

    with pytest.raises(ConflictError) as refusal:
        activity_move(
            activity=waiting,
            starts_at=starts_at,
            ends_at=ends_at,
            actor=secretary,
            now=NOW,
            reason="",
            insist=True,
        )

    assert "最近的空档是 03-10 周二 14:30–17:00" in refusal.value.message  # the expert's single Tuesday


@pytest.fixture
def hall(pairing: Pairing) -> Resource:
    """甲方's 礼堂, open on Friday and Monday mornings from nine to eleven, and on Monday afternoons."""
    hall = ResourceFactory(branch=pairing.branch_a, kind="position", title="党群活动室", place="礼堂")
    for weekday in (0, 4):
        opening = {"opens_at": time(9), "closes_at": time(11)}
        AvailabilityFactory(resource=hall, weekday=weekday, half="am", **opening)
    opening = {"opens_at": time(14), "closes_at": time(18)}
    AvailabilityFactory(resource=hall, weekday=0, half="pm", **opening)
    return hall


def in_hall(
    pairing: Pairing, secretary: User, starts_at: datetime, ends_at: datetime, **more: bool
) -> Activity:
    return activity_create(
        pairing=pairing,
        kind=ActivityKindFactory(),
        title="党课",
        venue="礼堂",
        starts_at=starts_at,
        ends_at=ends_at,
        actor=secretary,
        now=NOW,
        **more,
    )


def clock(hour: int, minute: int = 0, day: date = MONDAY) -> datetime:
    return local_instant(day, time(hour, minute))


def test_offers_are_what_is_open_of_a_half_day(pairing: Pairing, hall: Resource) -> None:
    offers = asked_for(pairing, venue="礼堂", person="", guests=(), now=DAY_BEFORE).offers(3)

    assert [offer.span for offer in offers if not offer.reasons] == [
        (clock(9, day=FRIDAY), clock(11, day=FRIDAY)),
        (clock(9), clock(11)),
        (clock(14, 30), clock(17)),
    ]
    refused = {str(offer.slot): offer.reasons for offer in offers if offer.reasons}
    assert refused["3月6日下午"] == ("资源“党群活动室”周五下午不可用",)


@pytest.mark.parametrize(
    ("starts", "ends", "said"),
    [
        ((8, 30), (10, 30), "资源“党群活动室”上午只在 9:00–11:00 开放，8:30–10:30 不在其中"),
        ((19, 0), (20, 30), "资源“党群活动室”下午只在 14:00–18:00 开放，19:00–20:30 不在其中"),
    ],
)
def test_create_outside_opening_hours_names_them_until_somebody_insists(
    pairing: Pairing, secretary: User, hall: Resource, starts: tuple, ends: tuple, said: str
) -> None:
    with pytest.raises(DomainError) as refusal:
        in_hall(pairing, secretary, clock(*starts), clock(*ends))
    assert refusal.value.field == "insist"
    assert refusal.value.message == (
        f"这个时间不合适：{said}。请换一个时间；确要这样安排，请勾选“仍然这样安排”。"
    )
    made = in_hall(pairing, secretary, clock(*starts), clock(*ends), insist=True)
    assert made.state == ActivityState.ANNOUNCED


@pytest.mark.parametrize(
    ("starts", "ends", "is_refused"),
    [
        ((9, 0), (11, 30), False),
        ((9, 0), (11, 31), True),
        ((9, 0), (14, 30), True),
        ((9, 0), (14, 31), True),
        ((11, 0), (15, 0), True),
        ((12, 0), (13, 0), True),
        ((10, 31), (15, 30), True),
        ((10, 30), (15, 30), False),
        ((9, 0), (17, 0), False),
        ((8, 30), (17, 0), True),
        ((14, 30), (17, 0), False),
    ],
)
def test_closed_midday_is_crossed_by_a_whole_day_only(
    pairing: Pairing, starts: tuple, ends: tuple, is_refused: bool
) -> None:
    """With an hour of both halves a day pauses over the midday; anything shorter needs an open hall."""
    hall = ResourceFactory(branch=pairing.branch_a, kind="position", title="礼堂")
    AvailabilityFactory(resource=hall, weekday=0, half="am", opens_at=time(9), closes_at=time(11, 30))
    AvailabilityFactory(resource=hall, weekday=0, half="pm", opens_at=time(14, 30), closes_at=time(17))

    against = asked_for(pairing, venue="礼堂", person="", guests=(), now=NOW).against(
        (clock(*starts), clock(*ends))
    )

    assert bool(against) == is_refused


@pytest.mark.parametrize(
    ("starts", "ends", "is_refused"),
    [
        ((9, 0), (17, 0), False),
        ((9, 30), (16, 30), False),
        ((8, 30), (17, 0), True),
        ((9, 0), (17, 30), True),
        ((10, 1), (17, 0), True),
        ((9, 0), (15, 59), True),
        ((9, 0), (15, 0), True),
    ],
)
def test_whole_day_pauses_as_long_as_the_hall_is_closed(
    pairing: Pairing, starts: tuple, ends: tuple, is_refused: bool
) -> None:
    """The hours a whole day is offered in are taken from a person too; each end needs an open hour."""
    hall = ResourceFactory(branch=pairing.branch_a, kind="position", title="礼堂")
    AvailabilityFactory(resource=hall, weekday=0, half="am", opens_at=time(9), closes_at=time(11))
    AvailabilityFactory(resource=hall, weekday=0, half="pm", opens_at=time(15), closes_at=time(17))
    question = asked_for(pairing, venue="礼堂", person="", guests=(), now=NOW)

    assert bool(question.against((clock(*starts), clock(*ends)))) == is_refused
    whole_day = replace(question.visit, length=2)
    assert times_in(question.problem, whole_day, Slot(MONDAY, Half.AM)) == (clock(9), clock(17))


def test_half_day_that_cannot_be_had_goes_by_its_own_hours(pairing: Pairing) -> None:
    """A hall open in the evening only leaves nothing of the afternoon, and no time from late to early."""
    hall = ResourceFactory(branch=pairing.branch_a, kind="position", title="礼堂")
    AvailabilityFactory(resource=hall, weekday=0, half="pm", opens_at=time(18), closes_at=time(21))
    question = asked_for(pairing, venue="礼堂", person="", guests=(), now=NOW)

    refused = dict(SlotForm(offers=question.offers()).refused)

    assert refused["03-09 周一 14:30–17:00"] == ("资源“礼堂”下午只在 18:00–21:00 开放，能用的不足 60 分钟",)


def test_create_inside_opening_hours_is_taken_to_the_minute(
    pairing: Pairing, secretary: User, hall: Resource
) -> None:
    made = in_hall(pairing, secretary, clock(9), clock(11))

    assert (made.starts_at, made.ends_at) == (clock(9), clock(11))


def test_move_outside_the_hours_of_the_expert_or_the_hall_names_both(
    waiting: Activity, hall: Resource, secretary: User
) -> None:
    expert = waiting.plan_order.resource
    expert.availabilities.filter(weekday=0).update(opens_at=time(10), closes_at=time(12))
    move = {"activity": waiting, "actor": secretary, "now": NOW, "reason": ""}

    with pytest.raises(DomainError) as refusal:
        activity_move(starts_at=clock(8, 30), ends_at=clock(11, 30), **move)
    moved = activity_move(starts_at=clock(10), ends_at=clock(11), **move)

    said = refusal.value.message
    assert f"资源“{expert}”上午只在 10:00–12:00 开放" in said
    assert "资源“党群活动室”上午只在 9:00–11:00 开放" in said
    assert moved.ends_at == clock(11)


def test_create_on_an_evening_is_judged_by_its_day_only(pairing: Pairing, secretary: User) -> None:
    evening = half_day(FRIDAY, "pm")[1] + timedelta(hours=2)

    made = activity_create(
        pairing=pairing,
        kind=ActivityKindFactory(),
        title="夜校",
        starts_at=evening,
        ends_at=evening + timedelta(hours=1),
        actor=secretary,
        now=NOW,
    )

    assert made.state == ActivityState.ANNOUNCED
