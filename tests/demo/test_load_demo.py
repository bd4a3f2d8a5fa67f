"""load_demo: the year moved by whole weeks, the logins with their passwords in one private file, once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
import time_machine
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.utils import timezone

from branches.enums import Role
from branches.models import Membership, User
from ledgers.models import Demand
from pairing.activities.models import Activity
from pairing.demo.accounts import COUNTY, SECRETARIES, new_password
from pairing.demo.loading import as_of, shift_for
from pairing.reviews.models import Review
from tests.once import kept_for_the_module

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


@pytest.fixture(scope="module")
def loaded_on_monday(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("demo")
    with kept_for_the_module(django_db_blocker):
        with time_machine.travel(MONDAY, tick=False):
            output = load_demo(folder)
        yield folder, output


@pytest.fixture
def folder(loaded_on_monday, db, tmp_path: Path) -> Path:
    """The folder of the accounts as the first run has left it; what a test does to it is its own."""
    return Path(shutil.copytree(loaded_on_monday[0], tmp_path / "demo"))


def test_load_demo_moves_every_date_by_the_same_weeks(folder: Path) -> None:
    shift = timedelta(weeks=51)
    demand = Demand.objects.get(serial=8)
    assert demand.raised_on == date(2025, 10, 20) + shift
    assert demand.deadline_on == date(2025, 12, 31) + shift
    last = Activity.objects.get(serial=116)
    assert timezone.localdate(last.starts_at) == date(2025, 11, 26) + shift
    assert (Activity.objects.count(), Activity.objects.held().count()) == (116, 116)
    assert Review.objects.exclude(state="due").count() == 18


@time_machine.travel(MONDAY, tick=False)
def test_load_demo_writes_private_passwords_that_work(loaded_on_monday, folder: Path) -> None:
    output = loaded_on_monday[1]
    found = passwords(folder)
    assert set(found) == {*SECRETARIES, *COUNTY}
    assert (folder / "demo-accounts.txt").stat().st_mode & 0o777 == 0o600
    assert [name for name, password in found.items() if password not in output] == []
    user = authenticate(None, username="chengbei", password=found["chengbei"])
    assert (user.branch_name, user.display_name, user.email) == (
        "城北社区党支部",
        "肖同志",
        "chengbei@example.invalid",
    )
    office = User.objects.get(username="office")
    assert (office.is_office, office.branch_name) == (True, "")
    assert Membership.objects.filter(role=Role.SECRETARY).count() == 12


def test_load_demo_twice_keeps_what_was_done_since(folder: Path) -> None:
    before = passwords(folder)
    Demand.objects.filter(serial=8).update(title="改过的需求")
    with time_machine.travel(MONDAY + timedelta(weeks=3), tick=False):
        assert load_demo(folder) == "The demo data is already there.\n"
    assert Demand.objects.get(serial=8).title == "改过的需求"
    assert passwords(folder) == before


def test_load_demo_draws_passwords_anew_when_the_file_is_lost(folder: Path) -> None:
    old = passwords(folder)
    (folder / "demo-accounts.txt").unlink()
    load_demo(folder)
    new = passwords(folder)
    assert [name for name in old if old[name] == new[name]] == []
    assert authenticate(None, username="office", password=new["office"]) is not None
    assert User.objects.count() == len(new)


def test_new_password_has_three_groups() -> None:
    groups = new_password(User(username="office")).split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
