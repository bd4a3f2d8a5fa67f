"""The outbox and the inbox: each message once, read by its owner only."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from core.enums import Channel, NotificationState
from core.errors import TransitionError
from core.models import AuditEntry, Heartbeat, Notification
from core.notifications import notify
from core.services import notification_resend, notification_settle
from tests.factories.branches import UserFactory
from tests.factories.core import NotificationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    user = UserFactory()
    client.force_login(user)
    return user


def test_notify_tells_in_the_app_at_once_and_queues_mail_for_those_with_an_address():
    now = timezone.now()
    near, far = UserFactory(), UserFactory(email="b@example.org")
    notify([near, far, far], key="demand:3:open", subject="新需求", now=now, url="/demands/3/")
    rows = Notification.objects.order_by("pk").values_list("recipient", "channel", "state", "sent_at")
    assert list(rows) == [
        (near.pk, Channel.IN_APP, NotificationState.SENT, now),
        (far.pk, Channel.IN_APP, NotificationState.SENT, now),
        (far.pk, Channel.EMAIL, NotificationState.PENDING, None),
    ]


def test_notify_with_the_same_key_tells_nobody_twice():
    user = UserFactory()
    for _ in range(2):
        notify([user], key="demand:3:open", subject="新需求", now=timezone.now())
    assert Notification.objects.count() == 1


def test_notify_leaves_out_people_who_have_left():
    notify([UserFactory(is_active=False)], key="x", subject="新需求", now=timezone.now())
    assert Notification.objects.count() == 0


def test_notification_list_shows_own_messages_only(client, user):
    mine = NotificationFactory(recipient=user)
    NotificationFactory()
    NotificationFactory(recipient=user, pending_email=True)
    assert list(client.get(reverse("notification_list")).context["page"]) == [mine]


def test_notification_list_unread(client, user):
    NotificationFactory(recipient=user, read_at=timezone.now())
    unread = NotificationFactory(recipient=user)
    response = client.get(reverse("notification_list"), {"show": "unread"})
    assert list(response.context["page"]) == [unread]


def test_notification_list_needs_the_same_queries_for_one_and_three_rows(
    client, user, django_assert_num_queries
):
    NotificationFactory(recipient=user)  # who holds no seat, so one query asks for one to come
    with django_assert_num_queries(6):
        client.get(reverse("notification_list"))
    NotificationFactory.create_batch(2, recipient=user)
    with django_assert_num_queries(6):
        client.get(reverse("notification_list"))


def test_notification_list_itself_reads_nothing(client, user):
    row = NotificationFactory(recipient=user)
    client.get(reverse("notification_list"))
    row.refresh_from_db()
    assert row.read_at is None


def test_notification_open_marks_read_and_goes_to_the_page(client, user):
    row = NotificationFactory(recipient=user, url="/notifications/?show=unread")
    response = client.post(reverse("notification_open", args=[row.pk]))
    assert (response.status_code, response["Location"]) == (302, "/notifications/?show=unread")
    row.refresh_from_db()
    first = row.read_at
    assert first is not None
    client.post(reverse("notification_open", args=[row.pk]))
    row.refresh_from_db()
    assert row.read_at == first


def test_notification_promises_no_more_than_its_page(client, user):
    """Most of them tell what has happened; there is nothing left to deal with."""
    NotificationFactory(recipient=user, url="/account/", subject="沟通已记录")
    page = client.get(reverse("notification_list")).content.decode()
    assert "打开" in page
    assert "去处理" not in page


def test_notification_open_by_get_or_by_a_stranger_changes_nothing(client, user):
    row = NotificationFactory()
    assert client.get(reverse("notification_open", args=[row.pk])).status_code == 405
    assert client.post(reverse("notification_open", args=[row.pk])).status_code == 404
    row.refresh_from_db()
    assert row.read_at is None


def test_notification_read_all_reads_own_messages_only(client, user):
    NotificationFactory.create_batch(3, recipient=user)
    other = NotificationFactory()
    client.post(reverse("notification_read_all"))
    assert Notification.objects.visible_to(user).unread().count() == 0
    assert Notification.objects.visible_to(other.recipient).unread().count() == 1


def test_county_sees_that_reminders_have_stopped(client):
    client.force_login(UserFactory(office=True))
    page = client.get(reverse("notification_list")).content.decode()
    assert "提醒任务还没有运行过" in page
    Heartbeat.objects.create(name="tick", beat_at=timezone.now())
    assert "提醒任务" not in client.get(reverse("notification_list")).content.decode()


def troubled(state=NotificationState.UNCERTAIN):
    return NotificationFactory(pending_email=True, state=state, attempt_count=3)


def test_notification_resend_starts_over_and_is_audited():
    row, actor, now = troubled(NotificationState.FAILED), UserFactory(), timezone.now()
    row = notification_resend(notification=row, actor=actor, now=now)
    assert (row.state, row.due_at, row.attempt_count) == (NotificationState.PENDING, now, 0)
    assert AuditEntry.objects.get().words == "重发通知"


def test_notification_settle_is_sent_and_audited():
    row = notification_settle(notification=troubled(), actor=UserFactory(), now=timezone.now())
    assert row.state == NotificationState.SENT
    assert AuditEntry.objects.get().words == "核实通知"


def test_notification_resend_of_a_delivered_message_is_refused():
    with pytest.raises(TransitionError, match="不需要再处理"):
        notification_resend(notification=NotificationFactory(), actor=UserFactory(), now=timezone.now())


def test_delivery_list_is_for_the_county_office(client, user):
    row = troubled()
    for name in ("delivery_resend", "delivery_settle"):
        assert client.post(reverse(name, args=[row.pk])).status_code == 403
    assert client.get(reverse("delivery_list")).status_code == 403
    client.force_login(UserFactory(office=True))
    assert list(client.get(reverse("delivery_list")).context["page"]) == [row]
    client.post(reverse("delivery_resend", args=[row.pk]))
    assert list(client.get(reverse("delivery_list")).context["page"]) == []


def test_healthz_answers_without_a_login_or_a_query(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"ok": True})


def test_readyz_is_well_when_the_tick_runs_and_nothing_waits(client):
    now = timezone.now()
    Heartbeat.objects.create(name="tick", beat_at=now - timedelta(minutes=4))
    NotificationFactory(pending_email=True, due_at=now - timedelta(minutes=14))
    response = client.get("/readyz")
    assert (response.status_code, response.json()["problems"]) == (200, [])


def test_readyz_names_what_is_wrong(client):
    now = timezone.now()
    Heartbeat.objects.create(name="tick", beat_at=now - timedelta(minutes=6))
    NotificationFactory(pending_email=True, due_at=now - timedelta(minutes=16))
    troubled(NotificationState.FAILED)
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["failed"] == 1
    assert response.json()["problems"] == [
        "最早一封待发的邮件已等了 16 分钟，请检查后台任务和邮件服务器。",
        "提醒任务已有 6 分钟没有运行，请检查后台任务（Celery worker 和 beat）。",
    ]


def test_readyz_before_the_first_tick(client):
    assert client.get("/readyz").json()["problems"] == [
        "提醒任务还没有运行过，请启动后台任务（Celery worker 和 beat）。"
    ]
