"""What is asked for every page, or every minute, is looked up in an index and not read from end to end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from branches.backends import PERSON
from core.models import AuditEntry
from core.selectors import audit_actions, health
from pairing.activities.models import Activity
from pairing.activities.services.records import activities_mark_to_record
from pairing.reminders.selectors import activity_records_due

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = timezone.localdate(NOW)
ASKED: list[tuple[str, str, Callable[[], Any]]] = [
    ("core_notification", "notification_unread", lambda: PERSON.rows(pk=1)),
    ("core_notification", "notification_unsettled", lambda: health(now=NOW)),
    ("core_auditentry", "audit_action", audit_actions),
    ("core_auditentry", "audit_action", lambda: list(AuditEntry.objects.filter(action="branch.update")[:25])),
    ("activities_activity", "activity_awaited", lambda: activities_mark_to_record(now=NOW)),
    ("activities_activity", "activity_awaited", lambda: list(activity_records_due(TODAY))),
    (
        "activities_activity",
        "activities_activity_starts_at",
        lambda: list(Activity.objects.between(TODAY, TODAY + timedelta(days=30))),
    ),
]


@pytest.mark.parametrize(("table", "index", "ask"), ASKED)
def test_index_serves_what_is_asked_over_and_over(table, index, ask):
    with CaptureQueriesContext(connection) as asked:
        ask()
    queries = [query["sql"] for query in asked if f'FROM "{table}"' in query["sql"]]
    with connection.cursor() as cursor:
        _leave_only(cursor, table, index)
        cursor.execute("SET LOCAL enable_seqscan = off")  # with few rows the planner would not care
        cursor.execute("SET LOCAL enable_bitmapscan = off")
        plans = []
        for query in queries:
            cursor.execute(f"EXPLAIN {query}")
            plans.append("\n".join(line for (line,) in cursor.fetchall()))
    assert plans
    assert all(index in plan for plan in plans), plans


def _leave_only(cursor, table: str, index: str) -> None:
    """Drop, until the test is over, the other indexes of a table that no constraint needs.

    What a few rows cost by way of one or the other hangs on the statistics that other tests have left.
    """
    cursor.execute(
        "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = %s::regclass"
        " AND NOT starts_with(indexrelid::regclass::text, %s)"
        " AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)",
        [table, index],
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f'DROP INDEX "{name}"')
