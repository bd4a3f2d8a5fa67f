"""One effect for one form however often it is sent."""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from core.models import SubmitToken
from core.submissions import FIELD, new_token
from ledgers.models import Demand, Resource
from pairing.activities.models import Activity
from pairing.imports.models import ColumnChoice, ImportBatch
from pairing.matching.models import MatchRun
from pairing.plans.models import Claim, PlanOrder, Series, SolvedProblem
from tests.crowd import at_once
from tests.factories.branches import BranchFactory
from tests.imports.test_ledgers import demand
from tests.imports.workbooks import book
from tests.security import targets
from tests.security.clicks import audited, click, once
from tests.security.world import World, window_of

pytestmark = pytest.mark.django_db(transaction=True)

# The main forms: who sends it, and what there must be exactly one of afterwards.
FORMS = {
    "demand_new": ("secretary_b", lambda: Demand.objects.filter(title="门前路面破损").count()),
    "resource_new": ("secretary_a", lambda: Resource.objects.filter(title="公职律师普法").count()),
    "claim_new": ("secretary_a", lambda: Claim.objects.filter(demand__state="claimed").count() - 1),
    "match_claim": ("secretary_a", lambda: Claim.objects.filter(demand__state="claimed").count() - 1),
    "claim_accept": ("secretary_b", lambda: PlanOrder.objects.count() - 4),
    "claim_counter": ("secretary_b", lambda: audited("claim.counter")),
    "claim_decline": ("secretary_b", lambda: audited("claim.decline")),
    "claim_withdraw": ("secretary_a", lambda: audited("claim.withdraw")),
    "claim_joint": ("secretary_b", Series.objects.count),
    "hall_assign": ("office", lambda: audited("claim.propose")),
    "hall_urge": ("office", lambda: audited("demand.urge")),
    "hall_open": ("office", lambda: audited("demand.hall")),
    "plan_order_new": ("secretary_a", lambda: PlanOrder.objects.exclude(drafted_by=None).count()),
    "plan_order_edit": ("secretary_a", lambda: audited("plan_order.edit")),
    "plan_order_hand_in": ("secretary_a", lambda: audited("plan_order.hand_in")),
    "plan_order_return": ("secretary_b", lambda: audited("plan_order.return")),
    "plan_order_cancel": ("secretary_a", lambda: audited("plan_order.cancel")),
    "change_request_new": ("secretary_a", lambda: audited("plan_order.ask_change")),
    "change_request_accept": ("secretary_b", lambda: audited("plan_order.change")),
    "change_request_decline": ("secretary_b", lambda: audited("plan_order.keep")),
    "change_request_withdraw": ("secretary_a", lambda: audited("plan_order.unask_change")),
    "solved_problem_new": ("secretary_b", SolvedProblem.objects.count),
    "plan_order_confirm": ("secretary_a", lambda: audited("plan_order.confirm")),
    "plan_order_accept": ("secretary_b", lambda: audited("plan_order.accept")),
    "activity_new": ("secretary_a", lambda: Activity.objects.count() - 3),
    "activity_record": ("secretary_a", lambda: audited("activity.record")),
    "activity_correct": ("secretary_a", lambda: audited("activity.correct")),
    "service_item_new": ("admin", lambda: audited("service_item.create")),
    "service_item_edit": ("admin", lambda: audited("service_item.update")),
    "service_item_retire": ("admin", lambda: audited("service_item.retire")),
    "service_item_delete": ("admin", lambda: audited("service_item.delete")),
    "service_aspect_new": ("admin", lambda: audited("service_aspect.create")),
    "match_run_new": ("secretary_a", MatchRun.objects.count),
}


@pytest.mark.parametrize("name", FORMS)
def test_form_sent_ten_times_at_once_has_one_effect_and_one_answer(name: str, pair: World):
    actor, count = FORMS[name]
    answers = click(pair.clients[actor], targets.address(name, pair), targets.body(name, pair))
    assert {(type(answer), getattr(answer, "status_code", answer)) for answer in answers} == {
        (type(answers[0]), 302)
    }
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert (count(), SubmitToken.objects.count()) == (1, 1)


@pytest.mark.parametrize("name", FORMS)
def test_form_without_a_token_never_breaks(name: str, pair: World):
    """Programs and old pages send none: the services' own locks refuse the copies, nothing answers 5xx."""
    actor, count = FORMS[name]
    url, data = targets.address(name, pair), targets.body(name, pair)
    answers = at_once(*[partial(window_of(pair.clients[actor]).post, url, data) for _ in range(3)])
    assert {answer.status_code for answer in answers} <= {200, 302, 404, 409, 422}
    assert count() == (3 if name in {"demand_new", "resource_new", "solved_problem_new"} else 1)


def test_import_sent_ten_times_at_each_step_is_one_import(pair: World, settings, tmp_path: Path):
    """One file kept for the preview, one choice of columns, one batch with its rows."""
    settings.MEDIA_ROOT = tmp_path
    BranchFactory(name="甲支部")
    office, before = pair.clients["office"], Demand.objects.count()
    file = SimpleUploadedFile("台账.xlsx", book("demands", demand(1)))

    preview = once(office, reverse("import_upload", args=["demands"]), {"file": file})
    columns, token = office.get(preview).context["columns_url"], office.get(preview).context["upload"].token
    shown = office.get(columns).context["form"]
    once(office, columns, {field.html_name: field.value() for field in shown if field.value() is not None})
    once(office, reverse("import_confirm", args=["demands"]), {"upload": token})

    kept = (ColumnChoice.objects.count(), ImportBatch.objects.count(), Demand.objects.count() - before)
    assert (kept, SubmitToken.objects.count()) == ((1, 1, 1), 3)
    assert list(tmp_path.rglob("imports/*")) == []


def test_form_that_was_refused_can_be_mended_and_sent_again(pair: World):
    client, token = pair.clients["secretary_b"], {FIELD: new_token()}
    data = targets.body("demand_new", pair) | token
    assert client.post(reverse("demand_new"), data | {"title": ""}).status_code == 200
    assert SubmitToken.objects.count() == 0
    assert client.post(reverse("demand_new"), data).status_code == 302
    assert Demand.objects.filter(title="门前路面破损").count() == 1


def test_refusal_answered_by_a_redirect_is_no_success(pair: World):
    """A button refused by the service leads back with a message; pressing it again asks the service again."""
    claim = pair.rows["claim"]
    Claim.objects.filter(pk=claim.pk).update(
        expires_on="2020-01-01", state="expired", decided_at=timezone.now()
    )
    url, data = reverse("claim_accept", args=[claim.pk]), {FIELD: new_token()}
    for _ in range(2):
        answer = pair.clients["secretary_b"].post(url, data, follow=True)
        assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert SubmitToken.objects.count() == 0


def test_copy_says_that_nothing_was_done_twice(pair: World):
    client = pair.clients["secretary_b"]
    data = targets.body("demand_new", pair) | {FIELD: new_token()}
    first = client.post(reverse("demand_new"), data)
    client.get(first.headers["Location"])
    copy = client.post(reverse("demand_new"), data, follow=True)
    assert copy.redirect_chain == [(first.headers["Location"], 302)]
    assert [str(message) for message in copy.context["messages"]] == [
        "这张表单已经提交过，没有重复办理，下面是那一次的结果。"
    ]


def test_same_token_with_other_content_is_another_form(pair: World):
    """Back, change, send: a second demand, not the answer of the first."""
    client, token = pair.clients["secretary_b"], {FIELD: new_token()}
    data = targets.body("demand_new", pair) | token
    client.post(reverse("demand_new"), data)
    client.post(reverse("demand_new"), data | {"title": "另一件事"})
    assert Demand.objects.filter(title__in=["门前路面破损", "另一件事"]).count() == 2


def test_token_of_somebody_else_is_ones_own(pair: World):
    data = targets.body("resource_new", pair) | {FIELD: new_token()}
    pair.clients["secretary_a"].post(reverse("resource_new"), data)
    pair.clients["secretary_b"].post(reverse("resource_new"), data)
    made = Resource.objects.filter(title="公职律师普法").values_list("branch", flat=True)
    assert set(made) == {pair.rows["branch_a"].pk, pair.rows["branch_b"].pk}


def test_tokens_of_yesterday_are_deleted(pair: World):
    client = pair.clients["secretary_a"]
    data = targets.body("resource_new", pair)
    client.post(reverse("resource_new"), data | {FIELD: new_token()})
    SubmitToken.objects.update(created_at=timezone.now() - timedelta(days=2))
    client.post(reverse("resource_new"), data | {FIELD: new_token()})
    assert SubmitToken.objects.count() == 1


def test_every_form_carries_a_token():
    """A template with a CSRF token has a submit token beside it; the exceptions say why."""
    without = {
        "templates/registration/login.html",  # nobody is logged in yet
        "core/jinja2/shell/account.html",  # logging out twice is logging out
        "templates/base.html",  # the header that htmx sends
    }
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for place in ("templates", "core/jinja2")
        for path in Path(settings.BASE_DIR, place).rglob("*.html")
        if re.search("csrf_(token|input)", text := path.read_text()) and "{% submit_token %}" not in text
    }
    assert found == without
