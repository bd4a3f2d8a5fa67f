"""The tick of the clock."""

import pytest

from core.models import Heartbeat
from pairing.activities.models import Activity
from pairing.activities.tasks import schedule
from tests.factories.activities import ActivityFactory, ActivityKindFactory, local_time
from tests.factories.plans import PlanOrderFactory, PlanTaskFactory

pytestmark = pytest.mark.django_db


def test_schedule_places_marks_and_beats() -> None:
    ActivityKindFactory()
    PlanTaskFactory(plan_order=PlanOrderFactory(confirmed=True))
    over = ActivityFactory(announced=True, starts_at=local_time(-1, 9), ends_at=local_time(-1, 11))

    schedule()

    assert set(Activity.objects.values_list("state", flat=True)) == {"announced", "to_record"}
    over.refresh_from_db()
    assert over.state == "to_record"
    assert Heartbeat.objects.filter(name="schedule").count() == 1
