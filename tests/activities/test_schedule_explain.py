"""`manage.py schedule_explain`: the whole account of an order's half-days, without writing anything."""

from __future__ import annotations

from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from pairing.activities.half_days import half_day
from pairing.activities.models import Activity
from pairing.activities.services.booking import activity_book
from tests.factories.activities import ActivityFactory
from tests.factories.plans import PlanOrderFactory

pytestmark = pytest.mark.django_db
SUNDAY, TUESDAY = date(2026, 3, 1), date(2026, 3, 3)


def explained(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("schedule_explain", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_explain_refuses_with_the_reason_and_adds_up_the_rest() -> None:
    order = PlanOrderFactory(confirmed=True, demand__urgency=1)
    starts_at, ends_at = half_day(TUESDAY, "am")
    taken = ActivityFactory(
        announced=True, pairing=order.pairing, starts_at=starts_at, ends_at=ends_at, venue="礼堂"
    )
    activity_book(activity=taken)

    first = min(order.pairing.branch_a, order.pairing.branch_b, key=lambda branch: f"branch:{branch.pk}")

    lines = explained(order.number, "--today", str(SUNDAY), "--days", "2")

    assert lines == [
        f"定单 {order}（{order.pairing}），2026年3月3日起 2 天内安排 1 次",
        "“第1次”：3月3日下午",
        f"    3月3日上午  不行：“{first}”3月3日上午已有安排",
        "  → 3月3日下午  排上 6.000 + 及时 1.194 + 偏好 0.000 - 路程 0.000 = 7.194",
        "    3月4日上午  排上 6.000 + 及时 0.600 + 偏好 0.000 - 路程 0.000 = 6.600",
        "    3月4日下午  排上 6.000 + 及时 0.594 + 偏好 0.000 - 路程 0.000 = 6.594",
        "合计 7.194，上界 7.194",
    ]
    assert list(Activity.objects.all()) == [taken]


@pytest.mark.parametrize(
    "arguments",
    [("DD0000-000",), ("DD0000-000", "--visits", "0"), ("DD0000-000", "--today", "9999-12-31")],
)
def test_explain_says_what_is_wrong_with_the_question(arguments: tuple[str, ...]) -> None:
    """Of a day at the end of all calendars before its order is looked for: no visit has room behind it."""
    with pytest.raises(CommandError, match="2100" if "--today" in arguments else "no plan order|--visits"):
        explained(*arguments)
