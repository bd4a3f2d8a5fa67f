"""Expected metrics of an order: part of the version both sides confirm, and what the records make of them."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.audit import entries_of
from core.errors import DomainError
from pairing.plans.forms.targets import metric_choices
from pairing.plans.models import ChangeRequest, Metric
from pairing.plans.selectors.targets import target_rows, targets_merged, targets_of
from pairing.plans.services import change_requests, order_contents
from tests.factories.activities import ActivityFactory, ActivityKindFactory, MetricFactory, OutcomeFactory
from tests.factories.branches import UserFactory
from tests.factories.plans import OrderTargetFactory, PlanOrderFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def solved():
    return MetricFactory(name="解决问题", unit="件")


@pytest.fixture
def leaflets():
    return MetricFactory(name="发放宣传资料", unit="份", position=99)


def secretaries(order):
    pairing = order.pairing
    return [UserFactory(secretary_of=branch) for branch in (pairing.branch_a, pairing.branch_b)]


def edit(order, actor, **changes):
    terms = {"order": order, "version": order.version, "actor": actor, "now": timezone.now()}
    return order_contents.plan_order_edit(**(terms | changes))


def rows(*targets, seen="{}", **order):
    """The rows of a form as a browser sends them."""
    sent = {"targets-TOTAL_FORMS": len(targets), "targets-INITIAL_FORMS": 0, "seen_targets": seen}
    for number, (metric, value) in enumerate(targets):
        sent |= {f"targets-{number}-metric": metric, f"targets-{number}-value": value}
    return sent | order


def fields_of(order):
    names = ("task", "line", "due_on", "responsible_a", "responsible_b", "place", "version")
    return {name: getattr(order, name) for name in names}


def test_target_makes_a_new_version_that_nobody_has_confirmed(solved, leaflets):
    order = PlanOrderFactory(to_confirm=True)
    ours, _ = secretaries(order)
    order = edit(order, ours, targets={solved.pk: Decimal(10), leaflets.pk: Decimal("200.5")})
    assert (order.version, order.confirmed_version_a, order.state) == (2, None, "draft")
    order = edit(order, ours, targets={solved.pk: Decimal(12)})
    assert targets_of(order) == {solved.pk: Decimal(12)}
    assert entries_of(order).filter(action="plan_order.edit").latest("pk").changes["targets"] == [
        "解决问题（件）：10\n发放宣传资料（份）：200.5",
        "解决问题（件）：12",
    ]
    assert edit(order, ours, targets={solved.pk: Decimal(12)}).version == 3
    assert edit(order, ours, place="村部").version == 4
    assert targets_of(order) == {solved.pk: Decimal(12)}


def test_target_that_cannot_be_is_refused_and_changes_nothing(solved):
    order = PlanOrderFactory()
    ours, _ = secretaries(order)
    Metric.objects.bulk_create(Metric(name=f"指标{number}") for number in range(11))
    many = dict.fromkeys(
        Metric.objects.filter(name__startswith="指标").values_list("pk", flat=True), Decimal(1)
    )
    for targets, words in (
        ({solved.pk: Decimal(0)}, "预期指标“解决问题”的目标值须大于 0；不需要这一项就清空。"),
        ({10**9: Decimal(1)}, "有一项预期指标已不在指标目录里，请刷新页面后重新选择。"),
        (many, "一张定单最多 10 项预期指标，现在是 11 项，请只留最要紧的。"),
    ):
        with pytest.raises(DomainError) as refusal:
            edit(order, ours, targets=targets, place="别处")
        assert refusal.value.message == words
    order.refresh_from_db()
    assert (order.version, targets_of(order)) == (1, {})


def test_database_takes_a_metric_once_and_only_above_zero(solved):
    target = OrderTargetFactory(metric=solved)
    for values in ({"value": 0}, {"plan_order": target.plan_order}):
        with pytest.raises(IntegrityError, match="order_target"), transaction.atomic():
            OrderTargetFactory(**({"metric": solved} | values))


def test_target_of_a_confirmed_order_changes_by_request_only(solved, leaflets):
    order = OrderTargetFactory(metric=solved, plan_order__in_progress=True).plan_order
    ours, theirs = secretaries(order)
    new = {solved.pk: Decimal(20), leaflets.pk: Decimal(5)}
    with pytest.raises(DomainError, match="请提出变更申请"):
        edit(order, ours, targets=new)
    request = change_requests.change_request_propose(
        order=order, version=1, actor=ours, reason="多办几件", now=timezone.now(), targets=new
    )
    assert targets_of(order) == {solved.pk: Decimal(10)}
    client = Client()
    client.force_login(theirs)
    page = client.get(order.get_absolute_url())
    assert page.context["changes"][0]["moved"] == [
        {"label": "预期指标", "old": "解决问题（件）：10", "new": "解决问题（件）：20\n发放宣传资料（份）：5"}
    ]
    change_requests.change_request_accept(request=request, actor=theirs, now=timezone.now())
    order.refresh_from_db()
    assert (order.version, order.is_confirmed_a, order.is_confirmed_b) == (2, True, True)
    assert targets_of(order) == new


def test_pages_take_targets_say_what_is_wrong_and_show_what_was_reached(solved, leaflets):
    order = PlanOrderFactory()
    client = Client()
    client.force_login(secretaries(order)[0])
    url = reverse("plan_order_edit", args=[order.pk])
    for sent, faults in (
        ([(solved.pk, "")], [{"value": ["请填写目标值；不需要这一项就把指标改成“不设”。"]}]),
        ([(solved.pk, "0.5")], [{"value": ["“解决问题”按件计，请填整数。"]}]),
        ([("", "3")], [{"metric": ["请选择这个目标值是什么指标；不需要就清空目标值。"]}]),
        ([(solved.pk, "3"), (solved.pk, "4")], [{"metric": ["这项指标填了两次，请合成一项。"]}] * 2),
    ):
        refused = client.post(url, fields_of(order) | rows(*sent))
        assert (refused.status_code, refused.context["forms"].targets.errors) == (422, faults)
    sent = rows((solved.pk, "3"), (leaflets.pk, "200"), ("", ""))
    assert client.post(url, fields_of(order) | sent).status_code == 302
    assert targets_of(order) == {solved.pk: Decimal(3), leaflets.pk: Decimal(200)}
    kind = ActivityKindFactory()
    terms = {"pairing": order.pairing, "plan_order": order, "kind": kind}
    for value in (1, 2):
        OutcomeFactory(activity=ActivityFactory(archived=True, **terms), metric=solved, value=value)
    OutcomeFactory(activity=ActivityFactory(to_record=True, **terms), metric=leaflets, value=500)
    shown = client.get(order.get_absolute_url()).context["targets"]
    assert [(str(row.target.metric), row.reached, row.is_reached) for row in shown] == [
        ("解决问题", Decimal(3), True),
        ("发放宣传资料", None, False),
    ]


def test_metric_that_takes_the_latest_value_is_not_added_up():
    households = MetricFactory(name="在册户数", aggregation="latest")
    target = OrderTargetFactory(metric=households)
    terms = {"pairing": target.plan_order.pairing, "plan_order": target.plan_order, "archived": True}
    now = timezone.now()
    for days, value in ((1, 8), (9, 3)):
        start = now - timezone.timedelta(days=days)
        activity = ActivityFactory(
            kind=ActivityKindFactory(), starts_at=start, ends_at=start + timezone.timedelta(hours=1), **terms
        )
        OutcomeFactory(activity=activity, metric=households, value=value)
    assert [row.reached for row in target_rows(target.plan_order)] == [Decimal(8)]


def test_stale_save_of_targets_shows_both_and_offers_them_merged(solved, leaflets):
    order = OrderTargetFactory(metric=solved).plan_order
    ours, theirs = secretaries(order)
    client = Client()
    client.force_login(ours)
    url = reverse("plan_order_edit", args=[order.pk])
    seen = client.get(url).context["forms"].seen_targets_json
    edit(order, theirs, targets={solved.pk: Decimal(15)})
    stale = client.post(url, fields_of(order) | rows((solved.pk, "10"), (leaflets.pk, "7"), seen=seen))
    assert stale.status_code == 409
    assert [(row["label"], row["mine"], row["theirs"]) for row in stale.context["differences"]] == [
        ("预期指标", "解决问题（件）：10\n发放宣传资料（份）：7", "解决问题（件）：15")
    ]
    shown = [(row["metric"].value(), row["value"].value()) for row in stale.context["forms"].targets]
    assert shown == [(solved.pk, Decimal(15)), (leaflets.pk, Decimal(7)), (None, None), (None, None)]
    assert ChangeRequest.objects.count() == 0


def test_merging_targets_keeps_what_i_changed_and_takes_the_rest():
    seen = {1: Decimal(1), 2: Decimal(2), 3: Decimal(3)}
    mine = {1: Decimal(10), 2: Decimal(2), 4: Decimal(4)}  # 3 removed
    theirs = {1: Decimal(11), 2: Decimal(22), 3: Decimal(3)}
    assert targets_merged(mine, seen, theirs) == {1: Decimal(10), 2: Decimal(22), 4: Decimal(4)}


def test_metrics_to_choose_from_stand_under_their_line_in_order_of_their_names():
    rows = [
        Metric(pk=1, name="直播场次", line="work"),
        Metric(pk=2, name="解决问题", unit="件"),
        Metric(pk=3, name="查处案件", line="work", unit="起"),
        Metric(pk=4, name="跟班学习人数", line="talent"),
    ]
    assert metric_choices(rows, "不设") == [
        ("", "不设"),
        ("各类活动通用", [(2, "解决问题（件）")]),
        ("人才联育", [(4, "跟班学习人数")]),
        ("工作联抓", [(3, "查处案件（起）"), (1, "直播场次")]),
    ]
