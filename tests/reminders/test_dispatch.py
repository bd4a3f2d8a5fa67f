"""Delivery over a real SMTP server: each once, failures alone, doubts admitted."""

import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from core.enums import NotificationState
from core.models import Notification
from pairing.reminders.channels import message_id
from pairing.reminders.dispatch import (
    BACK_OFF_MINUTES,
    DispatchReport,
    dispatch,
    leases_settle,
    notifications_claim,
)
from tests.factories.branches import UserFactory
from tests.factories.core import NotificationFactory
from tests.reminders.processes import process_environment

ROOT = Path(__file__).parents[2]


def mail(email="a@example.org", **fields):
    return NotificationFactory(
        pending_email=True,
        recipient=UserFactory(email=email),
        due_at=timezone.now() - timedelta(seconds=5),
        **fields,
    )


@pytest.mark.django_db
def test_dispatch_sends_the_mail_and_records_it(sink):
    row = mail(subject="例会明天到期", body="请记录。", url="/reviews/3/")
    assert dispatch() == DispatchReport(sent=1)
    row.refresh_from_db()
    assert (row.state, row.attempt_count, row.last_error) == (NotificationState.SENT, 1, "")
    assert row.sent_at is not None
    [message] = sink.messages
    assert message["To"] == "a@example.org"
    assert message["Message-ID"] == message_id(row) == f"<notification-{row.pk}@localhost>"
    assert sink.subjects == ["三单四联：例会明天到期"]
    assert message.get_payload(decode=True).decode().split() == [
        "请记录。",
        "http://localhost:8000/reviews/3/",
    ]
    assert dispatch() == DispatchReport()


@pytest.mark.django_db
def test_dispatch_leaves_rows_that_are_not_due_or_not_mail(sink):
    NotificationFactory(state=NotificationState.PENDING, sent_at=None)
    NotificationFactory(pending_email=True, due_at=timezone.now() + timedelta(hours=1))
    assert dispatch() == DispatchReport()


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once_send_each_of_200_mails_once(sink):
    user = UserFactory(email="a@example.org")
    due_at = timezone.now() - timedelta(seconds=5)
    for _ in range(200):
        NotificationFactory(pending_email=True, recipient=user, due_at=due_at)
    reports, barrier = [], threading.Barrier(2)

    def run():
        barrier.wait()
        reports.append(dispatch())
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(report.sent for report in reports) == 200
    assert min(report.sent for report in reports) > 0
    assert sorted(sink.ids) == sorted(message_id(row) for row in Notification.objects.all())
    assert set(Notification.objects.values_list("state", flat=True)) == {NotificationState.SENT}


@pytest.mark.django_db
def test_one_bad_row_does_not_block_the_others(sink):
    sink.refuse["gone@example.org"] = "550 no such user"
    refused, nonsense, header = (
        mail("gone@example.org"),
        mail("not an address"),
        mail("b@example.org\nBcc: c"),
    )
    good = mail()
    assert dispatch() == DispatchReport(sent=1, failed=3)
    good.refresh_from_db()
    assert good.state == NotificationState.SENT
    refused.refresh_from_db()
    assert (refused.state, refused.last_error) == (
        NotificationState.FAILED,
        "邮件服务器拒收：550 no such user",
    )
    for row in (nonsense, header):
        row.refresh_from_db()
        assert row.state == NotificationState.FAILED
        assert row.last_error == f"收件地址或信件内容不合格：{row.recipient.email!r}"


@pytest.mark.django_db
def test_refusal_for_now_backs_off_and_fails_after_the_last_pause(sink):
    sink.answer = "451 try again later"
    row = mail()
    pauses = []
    while True:
        before = timezone.now()
        dispatch()
        row.refresh_from_db()
        if row.state == NotificationState.FAILED:
            break
        pauses.append(round((row.due_at - before).total_seconds() / 60))
        Notification.objects.update(due_at=Now())
    assert tuple(pauses) == BACK_OFF_MINUTES == (1, 3, 10, 30, 120, 360)
    assert row.attempt_count == 7
    assert row.last_error == "邮件服务器拒收：451 try again later"


@pytest.mark.django_db
def test_unreachable_server_backs_off(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    row = mail()
    assert dispatch() == DispatchReport(postponed=1)
    row.refresh_from_db()
    assert (row.state, row.attempt_count) == (NotificationState.PENDING, 1)


@pytest.mark.django_db
def test_connection_lost_after_the_data_is_uncertain_and_never_sent_again(sink):
    sink.answer = "hang up"
    row = mail()
    assert dispatch() == DispatchReport(uncertain=1)
    row.refresh_from_db()
    assert row.state == NotificationState.UNCERTAIN
    sink.answer = "250 OK"
    assert dispatch() == DispatchReport()
    assert len(sink.messages) == 1


# A dispatcher that the mail server kills once it has the message: the address carries the process number.
DOOMED = """
import os, django
django.setup()
from branches.models import User
from pairing.reminders.dispatch import dispatch
User.objects.update(email=f"kill-{os.getpid()}@example.org")
dispatch()
"""


@pytest.mark.django_db(transaction=True)
def test_dispatcher_killed_after_the_server_took_the_mail_leaves_it_uncertain(sink):
    row = mail()
    done = subprocess.run(
        [sys.executable, "-c", DOOMED], cwd=ROOT, env=process_environment(sink.port), timeout=60
    )
    assert done.returncode == -9
    row.refresh_from_db()
    assert row.state == NotificationState.CLAIMED
    assert row.attempt_started_at is not None
    assert dispatch() == DispatchReport()
    Notification.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert dispatch() == DispatchReport(uncertain=1)
    assert dispatch() == DispatchReport()
    assert len(sink.messages) == 1


@pytest.mark.django_db
def test_row_claimed_but_not_started_is_sent_after_its_lease(sink):
    row = mail()
    assert [claimed.pk for claimed in notifications_claim(count=5)] == [row.pk]
    assert dispatch() == DispatchReport()
    Notification.objects.update(lease_until=Now() - timedelta(seconds=1))
    assert dispatch() == DispatchReport(sent=1)
    assert len(sink.messages) == 1


@pytest.mark.django_db
def test_dispatcher_that_wakes_up_after_its_lease_leaves_the_row_alone(sink):
    from pairing.reminders.dispatch import _deliver

    row = mail()
    [sleeper] = notifications_claim(count=1)
    Notification.objects.update(lease_until=Now() - timedelta(seconds=1))
    leases_settle()
    [successor] = notifications_claim(count=1)
    assert successor.lease_token != sleeper.lease_token
    report = DispatchReport()
    _deliver(sleeper, report)
    assert (report, sink.messages) == (DispatchReport(), [])
    _deliver(successor, report)
    row.refresh_from_db()
    assert (row.state, len(sink.messages)) == (NotificationState.SENT, 1)


@pytest.mark.django_db
def test_late_success_settles_its_own_uncertain_row(sink):
    from pairing.reminders.dispatch import _settle

    row = mail(state=NotificationState.UNCERTAIN, lease_token=uuid4())
    stranger = Notification.objects.get(pk=row.pk)
    stranger.lease_token = uuid4()
    _settle(stranger, state=NotificationState.SENT, sent_at=Now())
    row.refresh_from_db()
    assert row.state == NotificationState.UNCERTAIN
    _settle(row, state=NotificationState.SENT, sent_at=Now())
    row.refresh_from_db()
    assert row.state == NotificationState.SENT
