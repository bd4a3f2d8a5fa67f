"""Four years, day by day: the keys equal those of a plain-Python oracle that knows nothing of the product."""

import calendar
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine

from core.models import Notification
from pairing.reminders.catalogue import CATALOGUE
from pairing.reminders.enums import ReminderState
from pairing.reminders.models import Reminder
from pairing.reminders.services.plan import reminders_plan
from pairing.reviews.enums import ReviewState
from pairing.reviews.models import Review
from pairing.reviews.services.obligations import reviews_materialise
from tests.factories.branches import UserFactory
from tests.factories.plans import AgreementFactory

FIRST, LAST = date(2026, 1, 1), date(2029, 12, 31)
REVIEW_DUE = next(rule for rule in CATALOGUE if rule.name == "review_due")


def noon(day):
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo("Asia/Shanghai"))


def oracle_periods():
    """(key, last day) of every month, quarter and year of 2026–2029."""
    for year in range(2026, 2030):
        yield f"{year}", date(year, 12, 31)
        for quarter in range(1, 5):
            month = quarter * 3
            yield f"{year}Q{quarter}", date(year, month, calendar.monthrange(year, month)[1])
        for month in range(1, 13):
            yield f"{year}-{month:02d}", date(year, month, calendar.monthrange(year, month)[1])


def oracle_reminders():
    """(key, stage, day) of everything sent to the one secretary and to the county by the last day."""
    for key, due_on in oracle_periods():
        for stage in (-7, -1, 0, 3, 7):
            day = due_on + timedelta(days=stage)
            if day <= LAST:
                yield key, stage, day


@pytest.mark.timeout(300)
@pytest.mark.django_db
def test_every_day_of_2026_to_2029_sends_one_reminder_for_each_period_and_stage():
    with time_machine.travel(noon(FIRST), tick=False):
        signed = AgreementFactory(
            pairing__starts_on=FIRST, pairing__ends_on=LAST, starts_on=FIRST, ends_on=LAST
        )
        UserFactory(secretary_of=signed.pairing.branch_a)
        UserFactory(office=True)
        reviews_materialise(today=FIRST)
    held_on = {due_on + timedelta(days=8) for _, due_on in oracle_periods()}
    for offset in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(days=offset)
        if day.day in (1, 31):
            reviews_materialise(today=day)
        reminders_plan(now=noon(day), rules=[REVIEW_DUE])
        if day in held_on:
            Review.objects.due().filter(due_on=day - timedelta(days=8)).update(
                state=ReviewState.HELD_LATE, held_on=day
            )

    assert set(Review.objects.values_list("period_key", "due_on")) == set(oracle_periods())
    keys = dict(Review.objects.values_list("pk", "period_key"))
    sent = [
        (keys[reminder.object_id], reminder.stage_days, reminder.remind_on)
        for reminder in Reminder.objects.filter(state=ReminderState.SENT)
    ]
    assert sorted(sent) == sorted(oracle_reminders())
    assert Reminder.objects.filter(is_late=True).count() == 0
    assert Notification.objects.count() == len(sent)


@pytest.mark.django_db
def test_time_zone_of_the_server_does_not_move_a_reminder(settings, monkeypatch):
    """01:00 in Shanghai is still yesterday in London: the local date decides."""
    monkeypatch.setenv("TZ", "America/New_York")
    with time_machine.travel(noon(FIRST), tick=False):
        signed = AgreementFactory(
            pairing__starts_on=FIRST, pairing__ends_on=LAST, starts_on=FIRST, ends_on=LAST
        )
        UserFactory(secretary_of=signed.pairing.branch_a)
        reviews_materialise(today=FIRST)
    eve = datetime(2026, 1, 23, 23, 59, tzinfo=ZoneInfo("Asia/Shanghai"))
    assert reminders_plan(now=eve, rules=[REVIEW_DUE]) == 0
    assert reminders_plan(now=eve + timedelta(minutes=2), rules=[REVIEW_DUE]) == 1
