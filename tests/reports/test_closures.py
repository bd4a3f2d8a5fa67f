"""销号台账: the closed demands of the list with what became of them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tests.factories.activities import ActivityFactory, MetricFactory, OutcomeFactory
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory
from tests.factories.plans import ClaimFactory, OnBehalfFactory, PairingFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db


def test_closures_hold_the_filtered_closed_rows_with_order_activity_and_result(
    client, django_assert_max_num_queries
):
    pairing = PairingFactory()
    order = PlanOrderFactory(pairing=pairing)
    type(order.demand).objects.filter(pk=order.demand_id).update(
        state="closed",
        raised_on=date(2026, 3, 1),
        closed_on=date(2026, 3, 5),
        satisfaction=5,
        title="办证难",
    )
    early = timezone.make_aware(datetime(2026, 3, 4, 7, 30))  # the day before in UTC
    held = {"archived": True, "starts_at": early, "ends_at": early + timedelta(hours=2)}
    activity = ActivityFactory(pairing=pairing, plan_order=order, title="上门办证", **held)
    OutcomeFactory(activity=activity, metric=MetricFactory(name="办证", unit="户"), value=12)
    DemandFactory(branch=order.demand.branch, closed=True, title="别的事")
    DemandFactory(branch=order.demand.branch, title="办证难还没办")
    client.force_login(UserFactory(secretary_of=order.demand.branch))

    with django_assert_max_num_queries(16):
        response = client.get(reverse("closure_export"), {"q": "办证"})
        content = response.getvalue()

    rows = list(load_workbook(BytesIO(content)).active.iter_rows(min_row=3, values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    assert (row["需求内容"], row["计划定单"], row["满意度"]) == ("办证难", order.number, 5)
    assert row["联办活动"] == "2026-03-04 上门办证"
    assert row["成效"] == "办证 12户"
    assert [line[0] for line in rows[2:3]] == ["合计"]
    assert rows[2][3] == "1条"


def test_closures_say_what_the_county_office_did_for_a_branch(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    claim = ClaimFactory(accepted=True)
    order = PlanOrderFactory(pairing=claim.pairing, claim=claim, completed=True)
    branch = claim.pairing.branch_b
    OnBehalfFactory(order=None, claim=claim, pairing=claim.pairing, step="claim_accept")
    OnBehalfFactory(order=order, step="order_accept")
    client.force_login(UserFactory(secretary_of=branch))
    content = client.get(reverse("closure_export")).getvalue()
    rows = list(load_workbook(BytesIO(content)).active.iter_rows(min_row=3, values_only=True))
    row = dict(zip(rows[0], rows[1], strict=True))
    marks = f"县党建办代{branch}同意认领；县党建办代{branch}验收销号"
    assert row["计划定单"] == f"{order.number}（{marks}）"
