"""One effect for one form however often it is sent, and one winner where many want the same."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from core.models import Attachment, AuditEntry, SubmitToken
from core.submissions import FIELD, REPEATED, new_token
from ledgers.models import Demand, Resource
from pairing.activities.models import Activity
from pairing.imports.models import ColumnChoice, ImportBatch
from pairing.matching.models import MatchRun
from pairing.plans.enums import PlanOrderState
from pairing.plans.models import Claim, PlanOrder, Series, SolvedProblem
from pairing.plans.services import claims
from tests.factories.activities import ActivityFactory, ActivityKindFactory, ParticipationFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import DemandFactory, ResourceFactory, ServiceAspectFactory
from tests.factories.plans import ChangeRequestFactory, ClaimFactory, PairingFactory, PlanOrderFactory
from tests.imports.test_ledgers import demand
from tests.imports.workbooks import book
from tests.security import targets
from tests.security.permissions import ACTORS, PERMISSIONS, only
from tests.security.world import World, build, catalogue_of, fingerprint, logged_in

pytestmark = pytest.mark.django_db(transaction=True)
CLICKS = 10
RIVALS = 50


def at_once(calls: list[Callable[[], Any]]) -> list[Any]:
    """Run the calls in threads that start together; give what each returned or raised."""
    start = threading.Barrier(len(calls), timeout=60)
    results: list[Any] = [None] * len(calls)

    def run(number: int) -> None:
        try:
            start.wait()
            results[number] = calls[number]()
        except Exception as error:
            results[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def copies(client: Client) -> list[Client]:
    """Windows of one browser: the same session, each with a connection of its own."""
    windows = [Client() for _ in range(CLICKS)]
    for window in windows:
        window.cookies = client.cookies.copy()
    return windows


def click(client: Client, url: str, data: dict[str, Any]) -> list[HttpResponse]:
    """Send one form CLICKS times at once."""
    form = data | {FIELD: new_token()}
    forms = [copy_of(form) for _ in range(CLICKS)]
    windows = zip(copies(client), forms, strict=True)
    return at_once([lambda window=window, form=form: window.post(url, form) for window, form in windows])


def copy_of(form: dict[str, Any]) -> dict[str, Any]:
    """The same form; a file is read to its end by the first that sends it, so each gets its own."""
    copied = {}
    for name, value in form.items():
        is_file = isinstance(value, SimpleUploadedFile)
        copied[name] = SimpleUploadedFile(value.name, value.read()) if is_file else value
        if is_file:
            value.seek(0)
    return copied


@pytest.fixture
def pair(db) -> World:
    """A small world: only what the forms below act on."""
    pairing = PairingFactory()
    rows: dict[str, Any] = {"pairing": pairing, "aspect": ServiceAspectFactory()}
    rows |= {"branch_a": pairing.branch_a, "branch_b": pairing.branch_b}
    rows["resource"] = ResourceFactory(branch=pairing.branch_a)
    rows["demand"] = DemandFactory(branch=pairing.branch_b)
    rows["claim"] = ClaimFactory(pairing=pairing)
    rows["order"] = PlanOrderFactory(pairing=pairing)
    rows["handed_in_order"] = PlanOrderFactory(pairing=pairing, awaiting_acceptance=True)
    kind = ActivityKindFactory()
    rows["second_resource"] = ResourceFactory(branch=pairing.branch_a)
    rows["hall_demand"] = DemandFactory(branch=pairing.branch_b, hall_on=timezone.localdate())
    rows["running_order"] = PlanOrderFactory(pairing=pairing, in_progress=True)
    rows["changing_order"] = PlanOrderFactory(pairing=pairing, in_progress=True)
    rows["change"] = ChangeRequestFactory(plan_order=rows["changing_order"])
    rows |= catalogue_of(rows["aspect"])
    rows["activity"] = ActivityFactory(pairing=pairing, kind=kind, announced=True)
    rows["past_activity"] = ActivityFactory(pairing=pairing, kind=kind, to_record=True)
    ParticipationFactory(activity=rows["past_activity"], branch=pairing.branch_a)
    people = {
        "secretary_a": UserFactory(secretary_of=pairing.branch_a),
        "secretary_b": UserFactory(secretary_of=pairing.branch_b),
        "office": UserFactory(office=True),
        "admin": UserFactory(admin=True),
    }
    return World(rows, {name: logged_in(person) for name, person in people.items()}, people)


# The main forms: who sends it, and what there must be exactly one of afterwards.
FORMS = {
    "demand_new": ("secretary_b", lambda: Demand.objects.filter(title="门前路面破损").count()),
    "resource_new": ("secretary_a", lambda: Resource.objects.filter(title="公职律师普法").count()),
    "claim_new": ("secretary_a", lambda: Claim.objects.filter(demand__state="claimed").count() - 1),
    "match_claim": ("secretary_a", lambda: Claim.objects.filter(demand__state="claimed").count() - 1),
    "claim_accept": ("secretary_b", lambda: PlanOrder.objects.count() - 4),
    "claim_counter": ("secretary_b", lambda: _audited("claim.counter")),
    "claim_decline": ("secretary_b", lambda: _audited("claim.decline")),
    "claim_withdraw": ("secretary_a", lambda: _audited("claim.withdraw")),
    "claim_joint": ("secretary_b", Series.objects.count),
    "hall_assign": ("office", lambda: _audited("claim.propose")),
    "hall_urge": ("office", lambda: _audited("demand.urge")),
    "hall_open": ("office", lambda: _audited("demand.hall")),
    "plan_order_new": ("secretary_a", lambda: PlanOrder.objects.exclude(drafted_by=None).count()),
    "plan_order_edit": ("secretary_a", lambda: _audited("plan_order.edit")),
    "plan_order_hand_in": ("secretary_a", lambda: _audited("plan_order.hand_in")),
    "plan_order_return": ("secretary_b", lambda: _audited("plan_order.return")),
    "plan_order_cancel": ("secretary_a", lambda: _audited("plan_order.cancel")),
    "change_request_new": ("secretary_a", lambda: _audited("plan_order.ask_change")),
    "change_request_accept": ("secretary_b", lambda: _audited("plan_order.change")),
    "change_request_decline": ("secretary_b", lambda: _audited("plan_order.keep")),
    "change_request_withdraw": ("secretary_a", lambda: _audited("plan_order.unask_change")),
    "solved_problem_new": ("secretary_b", SolvedProblem.objects.count),
    "plan_order_confirm": ("secretary_a", lambda: _audited("plan_order.confirm")),
    "plan_order_accept": ("secretary_b", lambda: _audited("plan_order.accept")),
    "activity_new": ("secretary_a", lambda: Activity.objects.count() - 2),
    "activity_record": ("secretary_a", lambda: _audited("activity.record")),
    "service_item_new": ("admin", lambda: _audited("service_item.create")),
    "service_item_edit": ("admin", lambda: _audited("service_item.update")),
    "service_item_retire": ("admin", lambda: _audited("service_item.retire")),
    "service_item_delete": ("admin", lambda: _audited("service_item.delete")),
    "service_aspect_new": ("admin", lambda: _audited("service_aspect.create")),
    "match_run_new": ("secretary_a", MatchRun.objects.count),
}


# Forms that are answered by a page, for which no token is kept, and why that is enough.
EXEMPT = {
    "user_new": "answers with a password shown once, never kept; a second account of that name is refused",
    "user_reset_password": "answers with a password shown once; the copy answered last shows what counts",
}
IMPORTING = {"import_upload", "import_columns", "import_confirm"}  # sent one after another, below
OTHERS = sorted(
    name
    for name, rule in PERMISSIONS.items()
    if rule.post is not None and name not in {*FORMS, *EXEMPT, *IMPORTING}
)
# Their rows are changed by another of these forms: each has a county of its own.
ALONE = only(
    "activity_lead activity_move activity_reschedule agreement_send delivery_settle demand_close demand_edit"
    " demand_merge demand_return demand_suspend match_run_update membership_end pairing_new resource_confirm"
    " resource_round resource_withdraw service_aspect_edit service_aspect_retire"
)


def _audited(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


@pytest.mark.parametrize("name", FORMS)
def test_form_sent_ten_times_at_once_has_one_effect_and_one_answer(name: str, pair: World):
    actor, count = FORMS[name]
    answers = click(pair.clients[actor], targets.address(name, pair), targets.body(name, pair))
    assert {(type(answer), getattr(answer, "status_code", answer)) for answer in answers} == {
        (type(answers[0]), 302)
    }
    assert len({answer.headers["Location"] for answer in answers}) == 1
    assert (count(), SubmitToken.objects.count()) == (1, 1)


@pytest.fixture
def county(db) -> World:
    """The whole world of the routes, for the forms that need more than the pair."""
    return build()


def is_repeat(answer: HttpResponse) -> bool:
    said = getattr(answer.wsgi_request, "_messages", ())
    return any(str(message) == REPEATED for message in said)


@pytest.mark.parametrize("name", sorted(ALONE))
def test_other_form_is_carried_out_once_of_ten(name: str, county: World):
    carried_out_once(name, county)


def test_every_other_form_of_the_routes_is_carried_out_once_of_ten(county: World):
    """One after the other in one county, for none of them touches what a later one needs."""
    for name in OTHERS:
        if name not in ALONE:
            carried_out_once(name, county)


def carried_out_once(name: str, county: World) -> None:
    """Nine of ten are sent on by the token's row before anything is done; what is done is one click's."""
    actor = next(actor for actor in ACTORS if actor in PERMISSIONS[name].post)
    before, form = fingerprint(), targets.body(name, county)

    once(county.clients[actor], targets.address(name, county), form)

    assert fingerprint() != before, name


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


def once(client: Client, url: str, form: dict[str, Any]) -> str:
    """Send a form CLICKS times at once; it is carried out once, and all are sent to where it led."""
    answers = click(client, url, form)
    found = {(type(answer), getattr(answer, "status_code", answer)) for answer in answers}
    assert found == {(type(answers[0]), 302)}, (url, found)
    (location,) = {answer.headers["Location"] for answer in answers}
    assert sorted(map(is_repeat, answers)) == [False] + [True] * (CLICKS - 1), url
    return location


def test_upload_sent_again_with_another_file_is_another_form(county: World):
    """The token alone does not make a form: what is in the file counts as what is in a field."""
    url, token = targets.address("attachment_add", county), {FIELD: new_token()}
    before = Attachment.objects.count()
    for content in ("第一份", "第一份", "第二份"):
        file = SimpleUploadedFile("说明.txt", content.encode())
        assert county.clients["secretary_b"].post(url, {"file": file} | token).status_code == 302
    assert Attachment.objects.count() - before == 2


@pytest.mark.parametrize("name", FORMS)
def test_form_without_a_token_never_breaks(name: str, pair: World):
    """Programs and old pages send none: the services' own locks refuse the copies, nothing answers 5xx."""
    actor, count = FORMS[name]
    url, data = targets.address(name, pair), targets.body(name, pair)
    windows = copies(pair.clients[actor])[:3]
    answers = at_once([lambda window=window: window.post(url, data) for window in windows])
    assert {answer.status_code for answer in answers} <= {200, 302, 404, 409, 422}
    assert count() == (3 if name in {"demand_new", "resource_new", "solved_problem_new"} else 1)


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
        "templates/components/shell/account.html",  # logging out twice is logging out
        "templates/base.html",  # the header that htmx sends
    }
    found = {
        str(path.relative_to(settings.BASE_DIR))
        for path in Path(settings.BASE_DIR, "templates").rglob("*.html")
        if "csrf_token" in (text := path.read_text()) and "{% submit_token %}" not in text
    }
    assert found == without


# ---- many people at once


def last_unit() -> list[Callable[[], Any]]:
    """RIVALS partners of one branch, each about to accept; the month has capacity for one visit."""
    host = BranchFactory()
    resource = ResourceFactory(branch=host, capacity_per_month=1)
    calls = []
    for _ in range(RIVALS):
        pairing = PairingFactory(branch_a=host)
        demand = DemandFactory(branch=pairing.branch_b)
        proposer = UserFactory(liaison_of=pairing.branch_b)

        def propose(demand=demand, proposer=proposer, branch=pairing.branch_b) -> Any:
            return claims.claim_propose(
                demand=demand, resource=resource, by_branch=branch, proposer=proposer, now=timezone.now()
            )

        calls.append(propose)
    return calls


def test_last_unit_of_capacity_goes_to_one_of_fifty():
    outcomes = at_once(last_unit())
    assert Counter(type(outcome).__name__ for outcome in outcomes) == {
        "Claim": 1,
        "ConflictError": RIVALS - 1,
    }
    assert Claim.objects.count() == 1


def test_last_unit_is_promised_again_and_again_without_the_lock(monkeypatch):
    """Negative control: with a lock that only reads, the same race promises more than there is."""
    everyone_has_read = threading.Barrier(RIVALS, timeout=60)

    def read_only(pk: int) -> Resource:
        resource = Resource.objects.select_related("branch").get(pk=pk)
        everyone_has_read.wait()
        return resource

    monkeypatch.setattr(claims, "lock_resource", read_only)
    at_once(last_unit())
    assert Claim.objects.count() > 1


def test_both_sides_confirm_at_the_same_moment(pair: World):
    order = pair.rows["order"]
    url, data = reverse("plan_order_confirm", args=[order.pk]), {"version": order.version}
    at_once([lambda side=side: pair.clients[side].post(url, data) for side in ("secretary_a", "secretary_b")])
    order.refresh_from_db()
    assert (order.state, order.confirmed_version_a, order.confirmed_version_b) == (
        PlanOrderState.CONFIRMED,
        order.version,
        order.version,
    )
    assert _audited("plan_order.confirm") == 2


def test_both_sides_record_one_activity_at_the_same_moment(pair: World):
    url, data = targets.address("activity_record", pair), targets.body("activity_record", pair)
    answers = at_once(
        [
            lambda side=side: pair.clients[side].post(url, data | {"record": side})
            for side in ("secretary_a", "secretary_b")
        ]
    )
    assert {answer.status_code for answer in answers} <= {302, 409, 422}
    assert _audited("activity.record") == 1


def test_order_edited_while_it_is_confirmed_is_never_confirmed_unseen(pair: World):
    """Either the confirmation came first and is void, or it is refused as stale."""
    order = pair.rows["order"]
    edit, confirm = (reverse(f"plan_order_{verb}", args=[order.pk]) for verb in ("edit", "confirm"))
    at_once(
        [
            lambda: pair.clients["secretary_a"].post(edit, targets.body("plan_order_edit", pair)),
            lambda: pair.clients["secretary_b"].post(confirm, {"version": order.version}),
        ]
    )
    order.refresh_from_db()
    assert (order.version, order.task) == (2, "改过的任务")
    assert order.confirmed_version_b != 2
