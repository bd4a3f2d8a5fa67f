"""Each stage of each duty reaches each seat exactly once, whatever happens to the ticks."""

import random
import threading
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection

from branches.enums import Role
from core.enums import Channel, NotificationState
from core.models import Notification
from pairing.plans.models import Agreement
from pairing.reminders.catalogue import CATALOGUE
from pairing.reminders.enums import ReminderState
from pairing.reminders.models import Reminder
from pairing.reminders.services.plan import reminders_plan
from pairing.reviews.enums import HeldBy, ReviewState
from tests.factories.branches import MembershipFactory, UserFactory
from tests.factories.plans import AgreementFactory, ClaimFactory
from tests.factories.reviews import ReviewFactory, ReviewSeriesFactory

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
START = date(2026, 1, 2)
DUE = date(2026, 3, 31)
RULES = {rule.name: rule for rule in CATALOGUE}


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=SHANGHAI)


def tick(day, rule="review_due"):
    return reminders_plan(now=noon(day), rules=[RULES[rule]])


def tick_of_all(day):
    return reminders_plan(now=noon(day))


@pytest.fixture
def review():
    """A March 沟通 of a series set up in January; one side has a secretary, the county its office."""
    with time_machine.travel(noon(START), tick=False):
        review = ReviewFactory(due_on=DUE)
        UserFactory(secretary_of=review.series.pairing.branch_a, display_name="甲书记")
        UserFactory(office=True, display_name="县党建办")
    return review


def told():
    """(person, subject) of every in-app notice in the order they were written."""
    notices = Notification.objects.filter(channel=Channel.IN_APP).order_by("pk").select_related("recipient")
    return [(str(notice.recipient), notice.subject) for notice in notices]


def states(role=Role.SECRETARY):
    """stage → state for the seat of 甲方, or for the county."""
    mine = Reminder.objects.filter(role=role).exclude(branch__memberships=None, branch__isnull=False)
    return {reminder.stage_days: reminder.state for reminder in mine}


def test_every_stage_is_sent_on_its_day(review):
    title = f"{review.series.pairing} 2026年3月沟通"
    sent = {
        day: count
        for day in (DUE + timedelta(days=offset) for offset in range(-10, 15))
        if (count := tick(day))
    }
    assert sent == {DUE + timedelta(days=days): 1 for days in (-7, -1, 0, 3, 7)}
    assert told() == [
        ("甲书记", f"例会（7 天后到期）：{title}"),
        ("甲书记", f"例会（明天到期）：{title}"),
        ("甲书记", f"例会（今天到期）：{title}"),
        ("甲书记", f"例会（到期已过 3 天）：{title}"),
        ("县党建办", f"例会（到期已过 7 天）：{title}"),
    ]


def test_tick_twice_on_a_day_tells_once(review):
    assert tick(DUE) == 1
    assert tick(DUE) == 0
    assert len(told()) == 1


def test_three_days_of_downtime_are_made_up_for_with_the_original_date(review):
    tick(DUE - timedelta(days=8))
    assert tick(DUE - timedelta(days=4)) == 1
    reminder = Reminder.objects.get(state=ReminderState.SENT)
    assert (reminder.stage_days, reminder.is_late) == (-7, True)
    notice = Notification.objects.get()
    assert notice.subject == f"【补发】例会（4 天后到期）：{review.series.pairing} 2026年3月沟通"
    assert notice.body == (
        "到期日：2026年3月31日。请与对方约定时间，开完后在“沟通·调度·研讨”里记录。"
        "这条提醒原定 2026年3月24日 发出，现在补发。"
    )


def test_several_missed_stages_collapse_to_the_newest(review):
    tick(DUE - timedelta(days=8))
    assert tick(DUE + timedelta(days=4)) == 1
    assert states() == {
        -7: ReminderState.MERGED,
        -1: ReminderState.MERGED,
        0: ReminderState.MERGED,
        3: ReminderState.SENT,
    }
    assert states(Role.COUNTY_OFFICE) == {7: ReminderState.PENDING}


def test_duty_that_is_done_leaves_its_reminders_obsolete(review):
    tick(DUE - timedelta(days=7))
    review.state, review.held_on, review.held_by = ReviewState.HELD, date(2026, 3, 26), HeldBy.CALL
    review.save()
    assert tick(DUE) == 0
    assert states() == {
        -7: ReminderState.SENT,
        -1: ReminderState.OBSOLETE,
        0: ReminderState.OBSOLETE,
        3: ReminderState.OBSOLETE,
    }


def test_duty_that_is_reopened_is_reminded_of_again(review):
    tick(DUE - timedelta(days=7))
    pairing = review.series.pairing
    pairing.state, pairing.end_reason = "ended", "暂停"
    pairing.save()
    tick(DUE - timedelta(days=5))
    pairing.state, pairing.end_reason = "active", ""
    pairing.save()
    assert tick(DUE - timedelta(days=1)) == 1


def test_moved_due_date_has_stages_of_its_own(review):
    tick(DUE - timedelta(days=7))
    review.due_on = DUE + timedelta(days=20)
    review.save()
    assert tick(DUE) == 0
    assert tick(DUE + timedelta(days=13)) == 1
    assert told()[-1][1].startswith("例会（7 天后到期）")


def test_duty_past_due_when_it_came_in_is_reminded_of_its_later_stages_only():
    with time_machine.travel(noon(DUE + timedelta(days=4)), tick=False):
        review = ReviewFactory(due_on=DUE)
        UserFactory(secretary_of=review.series.pairing.branch_a)
        UserFactory(office=True)
    assert tick(DUE + timedelta(days=4)) == 0
    assert tick(DUE + timedelta(days=7)) == 1
    assert [reminder.stage_days for reminder in Reminder.objects.all()] == [7]


def test_duty_that_comes_in_after_its_first_stage_is_told_at_once_and_not_as_late():
    with time_machine.travel(noon(DUE - timedelta(days=3)), tick=False):
        review = ReviewFactory(due_on=DUE)
        UserFactory(secretary_of=review.series.pairing.branch_a)
    assert tick(DUE - timedelta(days=3)) == 1
    assert Reminder.objects.get(state=ReminderState.SENT).is_late is False


def test_vacant_seat_waits_until_somebody_takes_it(review):
    assert tick(DUE - timedelta(days=7)) == 1
    newcomer = UserFactory(display_name="乙书记")
    MembershipFactory(user=newcomer, branch=review.series.pairing.branch_b, starts_on=DUE - timedelta(days=6))
    assert tick(DUE - timedelta(days=5)) == 1
    assert told()[-1] == ("乙书记", f"【补发】例会（5 天后到期）：{review.series.pairing} 2026年3月沟通")


def test_successor_in_the_seat_gets_the_next_stage(review):
    tick(DUE - timedelta(days=7))
    branch = review.series.pairing.branch_a
    branch.memberships.update(ends_on=DUE - timedelta(days=5))
    MembershipFactory(
        user=UserFactory(display_name="新书记"), branch=branch, starts_on=DUE - timedelta(days=4)
    )
    tick(DUE - timedelta(days=1))
    assert [person for person, _ in told()] == ["甲书记", "新书记"]


def test_person_with_two_seats_is_told_once(review):
    user = UserFactory(secretary_of=review.series.pairing.branch_b)
    MembershipFactory(user=user, branch=review.series.pairing.branch_b, role=Role.LIAISON)
    tick(DUE)
    assert Notification.objects.filter(recipient=user).count() == 1


def test_mail_still_waiting_when_the_duty_is_done_is_cancelled(review):
    UserFactory(secretary_of=review.series.pairing.branch_b, email="b@example.org")
    tick(DUE)
    review.state, review.held_on = ReviewState.HELD, DUE
    review.save()
    tick(DUE)
    assert Notification.objects.get(channel=Channel.EMAIL).state == NotificationState.CANCELLED


def test_shuffled_and_doubled_ticks_end_with_the_same_keys(review):
    days = [DUE + timedelta(days=offset) for offset in range(-10, 11)] * 2
    random.Random(20260331).shuffle(days)
    for day in days:
        tick(day)
    tick(DUE + timedelta(days=11))
    pairing = review.series.pairing
    staff = {
        f"review_due:{review.pk}@20260331:{days}:{branch}:{role}"
        for days in (-7, -1, 0, 3)
        for branch in (pairing.branch_a_id, pairing.branch_b_id)
        for role in ("secretary", "liaison")
    }
    county = {f"review_due:{review.pk}@20260331:7:county:county_office"}
    assert set(Reminder.objects.values_list("dedupe_key", flat=True)) == staff | county
    assert len(told()) == len(set(told()))


@pytest.mark.django_db(transaction=True)
def test_ticks_at_once_tell_everybody_once():
    with time_machine.travel(noon(START), tick=False):
        for _ in range(20):
            series = ReviewSeriesFactory()
            ReviewFactory(series=series, due_on=DUE)
            UserFactory(secretary_of=series.pairing.branch_a)
    sent, errors, barrier = [], [], threading.Barrier(4)

    def run():
        try:
            barrier.wait()
            sent.append(tick_of_all(DUE))
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(sent) == [0, 0, 0, 20]
    assert Notification.objects.count() == 20


def test_rule_names_are_unique_and_stages_in_order():
    names = [rule.name for rule in CATALOGUE]
    assert len(names) == len(set(names))
    for rule in CATALOGUE:
        days = [stage.days for stage in rule.stages]
        assert days == sorted(set(days))


def test_reminders_plan_needs_the_same_queries_for_one_and_three_settled_duties(
    review, django_assert_num_queries
):
    tick_of_all(DUE)
    with django_assert_num_queries(1 + 8 * 5 + 1):
        tick_of_all(DUE)
    for _ in range(2):
        with time_machine.travel(noon(START), tick=False):
            ReviewFactory(due_on=DUE)
    tick_of_all(DUE)
    with django_assert_num_queries(1 + 8 * 5 + 1):
        tick_of_all(DUE)


def test_nobody_is_looked_up_while_nothing_is_ripe(review, django_assert_num_queries):
    tick_of_all(DUE - timedelta(days=8))
    with django_assert_num_queries(8 * 5):
        tick_of_all(DUE - timedelta(days=8))


def test_agreement_is_warned_of_60_30_and_7_days_before_its_end_exactly_once_until_renewed():
    with time_machine.travel(noon(START), tick=False):
        signed = AgreementFactory(number="XY-1", ends_on=DUE, pairing__ends_on=DUE)
        UserFactory(secretary_of=signed.pairing.branch_b, display_name="乙书记")
        UserFactory(office=True, display_name="县党建办")
    for days in range(65, 20, -1):
        tick(DUE - timedelta(days=days), "agreement_expiry")
        tick(DUE - timedelta(days=days), "agreement_expiry")
    assert tick_of_all(DUE - timedelta(days=21)) == 0  # no other rule speaks of it
    title = f"XY-1 {signed.pairing}"
    warned = [
        (person, f"共建协议到期（{days} 天后到期）：{title}")
        for days in (60, 30)
        for person in ("乙书记", "县党建办")
    ]
    assert sorted(told()) == sorted(warned)
    with time_machine.travel(noon(DUE - timedelta(days=20)), tick=False):
        AgreementFactory(pairing=signed.pairing, to_sign=True, renews=signed)
    tick(DUE - timedelta(days=7), "agreement_expiry")
    assert sorted(told()[len(warned) :]) == [
        ("乙书记", f"共建协议到期（7 天后到期）：{title}"),
        ("县党建办", f"共建协议到期（7 天后到期）：{title}"),
    ]
    Agreement.objects.filter(pk=signed.pk).update(state="renewed")
    tick(DUE - timedelta(days=6), "agreement_expiry")
    assert len(told()) == 6


def test_claim_is_warned_of_to_the_side_that_has_to_answer_before_it_lapses():
    with time_machine.travel(noon(DUE - timedelta(days=5)), tick=False):
        claim = ClaimFactory(expires_on=DUE)
        UserFactory(secretary_of=claim.awaiting, display_name="答复方书记")
        UserFactory(secretary_of=claim.pairing.partner_of(claim.awaiting_id), display_name="提议方书记")
    for days in range(5, -1, -1):
        tick(DUE - timedelta(days=days), "claim_awaiting")
        tick(DUE - timedelta(days=days), "claim_awaiting")
    assert tick_of_all(DUE) == 0  # no other rule speaks of it
    assert told() == [
        ("答复方书记", f"待答复的认领（2 天后到期）：{claim}"),
        ("答复方书记", f"待答复的认领（今天到期）：{claim}"),
    ]
