"""A real worker with beat, over a real broker, on the test database: reminded once, mailed once."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.utils import timezone

from core.enums import Channel, NotificationState
from core.models import Heartbeat, Notification
from pairing.reminders.enums import ReminderState
from pairing.reminders.models import Reminder
from tests.factories.branches import UserFactory
from tests.factories.reviews import ReviewFactory
from tests.reminders.conftest import free_port
from tests.reminders.processes import process_environment

ROOT = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds; on an idle machine a few are enough

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def running(command: list[str], **options: object) -> Iterator[subprocess.Popen]:
    """Run a program until the block ends, and reap it."""
    process = subprocess.Popen(command, **options)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def worker(environment: dict[str, str], folder: Path) -> Iterator[None]:
    """One worker with beat in it; what it said is shown when the test fails."""
    command = [sys.executable, "-m", "celery", "-A", "pairing", "worker", "-B", "-P", "solo", "-l", "info"]
    with (
        (folder / "worker.log").open("wb") as log,
        running(command, cwd=ROOT, env=environment, stdout=log, stderr=log),
    ):
        try:
            yield
        except AssertionError:
            print((folder / "worker.log").read_text()[-4000:])  # noqa: T201  pytest shows it with the failure
            raise


def worker_environment(smtp_port: int, folder: Path, broker: str) -> dict[str, str]:
    return process_environment(
        smtp_port,
        DJANGO_SETTINGS_MODULE="tests.reminders.worker_settings",
        VAR_DIR=str(folder),
        CELERY_BROKER_URL=broker,
    )


def wait_until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, f"still waiting until {what}"
        time.sleep(0.2)


@pytest.fixture
def secretary():
    """The secretary of one side of a pair whose review is due today."""
    review = ReviewFactory(due_on=timezone.localdate())
    return UserFactory(secretary_of=review.series.pairing.branch_a, email="secretary@example.org")


def mail_is_sent() -> bool:
    return Notification.objects.filter(channel=Channel.EMAIL, state=NotificationState.SENT).exists()


def check_reminded_and_mailed_once(sink, secretary) -> None:
    assert Reminder.objects.filter(state=ReminderState.SENT).count() == 1
    assert Notification.objects.filter(recipient=secretary, channel=Channel.IN_APP).count() == 1
    assert [message["To"] for message in sink.messages] == ["secretary@example.org"]
    assert Heartbeat.objects.filter(name__in=["tick", "dispatch"]).count() == 2


def test_worker_with_the_filesystem_broker_reminds_and_mails_once(sink, secretary, tmp_path):
    environment = worker_environment(sink.port, tmp_path, "filesystem://")
    for name in ("messages", "control", "processed"):
        (tmp_path / "broker" / name).mkdir(parents=True)
    with worker(environment, tmp_path):
        wait_until(mail_is_sent, "the mail is sent")
        first = Heartbeat.objects.get(name="tick").beat_at
        wait_until(lambda: Heartbeat.objects.get(name="tick").beat_at > first, "it ticks again")
    check_reminded_and_mailed_once(sink, secretary)


def test_worker_with_redis_survives_the_loss_of_all_messages(sink, secretary, tmp_path):
    """Redis is killed and comes back empty: the reminder is still sent, and once."""
    program = shutil.which("redis-server")
    assert program, "redis-server is missing; install it with the system's package manager"
    port = free_port()
    redis = [program, "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(tmp_path)]
    environment = worker_environment(sink.port, tmp_path, f"redis://127.0.0.1:{port}/0")
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with running(redis, **quiet) as first, worker(environment, tmp_path):
        wait_until(mail_is_sent, "the mail is sent")
        first.kill()
        first.wait()
        with running(redis, **quiet):
            lost_at = timezone.now()
            wait_until(lambda: Heartbeat.objects.get(name="tick").beat_at > lost_at, "it ticks again")
    check_reminded_and_mailed_once(sink, secretary)
