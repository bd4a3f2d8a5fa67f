"""load_demo: the year moved by whole weeks, the logins with their passwords in one private file, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.utils import timezone

from branches.enums import Role
from branches.models import Membership, User
from ledgers.models import Demand
from pairing.activities.models import Activity
from pairing.demo.accounts import COUNTY, SECRETARIES, new_password
from pairing.demo.loading import as_of, shift_for
from pairing.reviews.models import Review
from tests.factories.branches import BranchFactory, UserFactory

MONDAY = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def load_demo(folder: Path) -> str:
    out = StringIO()
    call_command("load_demo", accounts=folder / "demo-accounts.txt", stdout=out)
    return out.getvalue()


def passwords(folder: Path) -> dict[str, str]:
    lines = (folder / "demo-accounts.txt").read_text(encoding="utf-8").splitlines()
    return {line.split("\t")[0]: line.split("\t")[1] for line in lines}


@pytest.mark.parametrize("days_after", [0, 1, 6, 7, 360, -1])
def test_shift_is_whole_weeks_up_to_today(days_after: int) -> None:
    today = as_of() + timedelta(days=days_after)
    landed = as_of() + shift_for(today)
    assert (shift_for(today).days % 7, landed.weekday()) == (0, as_of().weekday())
    assert 0 <= (today - landed).days <= 6


@pytest.mark.django_db
@time_machine.travel(MONDAY, tick=False)
def test_load_demo_moves_every_date_by_the_same_weeks(tmp_path: Path) -> None:
    load_demo(tmp_path)
    shift = timedelta(weeks=51)
    demand = Demand.objects.get(serial=8)
    assert demand.raised_on == date(2025, 10, 20) + shift
    assert demand.deadline_on == date(2025, 12, 31) + shift
    last = Activity.objects.get(serial=116)
    assert timezone.localdate(last.starts_at) == date(2025, 11, 26) + shift
    assert (Activity.objects.count(), Activity.objects.held().count()) == (116, 116)
    assert Review.objects.exclude(state="due").count() == 18


@pytest.mark.django_db
@time_machine.travel(MONDAY, tick=False)
def test_load_demo_writes_private_passwords_that_work(tmp_path: Path) -> None:
    output = load_demo(tmp_path)
    found = passwords(tmp_path)
    assert set(found) == {*SECRETARIES, *COUNTY}
    assert (tmp_path / "demo-accounts.txt").stat().st_mode & 0o777 == 0o600
    assert [name for name, password in found.items() if password not in output] == []
    user = authenticate(None, username="chengbei", password=found["chengbei"])
    assert (str(user.branch), user.display_name, user.email) == (
        "城北社区党支部",
        "肖同志",
        "chengbei@example.invalid",
    )
    office = User.objects.get(username="office")
    assert (office.is_office, office.branch) == (True, None)
    assert Membership.objects.filter(role=Role.SECRETARY).count() == 12


@pytest.mark.django_db
def test_load_demo_twice_keeps_what_was_done_since(tmp_path: Path) -> None:
    with time_machine.travel(MONDAY, tick=False):
        load_demo(tmp_path)
    before = passwords(tmp_path)
    Demand.objects.filter(serial=8).update(title="改过的需求")
    with time_machine.travel(MONDAY + timedelta(weeks=3), tick=False):
        assert load_demo(tmp_path) == "The demo data is already there.\n"
    assert Demand.objects.get(serial=8).title == "改过的需求"
    assert passwords(tmp_path) == before


@pytest.mark.django_db
def test_load_demo_draws_passwords_anew_when_the_file_is_lost(tmp_path: Path) -> None:
    load_demo(tmp_path)
    old = passwords(tmp_path)
    (tmp_path / "demo-accounts.txt").unlink()
    load_demo(tmp_path)
    new = passwords(tmp_path)
    assert [name for name in old if old[name] == new[name]] == []
    assert authenticate(None, username="office", password=new["office"]) is not None
    assert User.objects.count() == len(new)


@pytest.mark.django_db
def test_load_demo_leaves_other_data_alone(tmp_path: Path) -> None:
    BranchFactory()
    with pytest.raises(CommandError) as refusal:
        load_demo(tmp_path)
    assert str(refusal.value) == (
        "The database already holds organisations; the demo only fills an empty one."
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.django_db
def test_load_demo_leaves_other_peoples_logins_alone(tmp_path: Path) -> None:
    UserFactory(username="office", email="wang@county.example")
    with pytest.raises(CommandError) as refusal:
        load_demo(tmp_path)
    assert str(refusal.value) == "These logins exist and are not the demo's: office."
    assert list(tmp_path.iterdir()) == []


def test_new_password_has_three_groups() -> None:
    groups = new_password(User(username="office")).split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
