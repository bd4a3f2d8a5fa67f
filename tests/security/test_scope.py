"""What strangers learn: canary words in every text of a pair's rows, whole phone numbers, foreign fields."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.http import HttpResponse
from django.urls import reverse

from branches.models import Branch, User
from core.models import AuditEntry, Notification
from ledgers.enums import Sharing
from ledgers.services.resources import resource_update
from pairing.matching.models import MatchEdit, MatchGap
from pairing.plans.models import Pairing
from tests.factories.activities import ParticipationFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.core import NotificationFactory
from tests.factories.ledgers import ResourceFactory
from tests.security.permissions import PERMISSIONS
from tests.security.targets import ROWS, address, body
from tests.security.world import World, content_of, logged_in

pytestmark = pytest.mark.django_db

CANARY = re.compile(r"canary-[a-z]+-\w+-\d+")
OWN_APPS = {
    "core",
    "branches",
    "ledgers",
    "plans",
    "activities",
    "matching",
    "reviews",
    "reminders",
    "imports",
}
# Texts that everybody may read (names of organisations and dictionaries), or that no page shows.
OPEN_MODELS = {
    "branches.Branch",
    "ledgers.ServiceAspect",
    "ledgers.ServiceItem",
    "ledgers.LexiconTerm",
    "activities.ActivityKind",
    "plans.Metric",
    "core.WorkingDay",
    "core.Heartbeat",
    "core.SubmitToken",
}
# Written by background runs and by the office; the route table closes their pages to the stranger.
UNUSED_MODELS = {
    "activities.Subject",
    "imports.ImportBatch",
    "matching.MatchShard",
    "matching.ScoreWeights",
    "matching.SecondOpinion",  # its order moves rows of a page, its texts never leave the table
    "reminders.Reminder",
}
KEYS = {
    "username",
    "password",
    "key",
    "dedupe_key",
    "scope_key",
    "period_key",
    "url",
    "action",
    "target_type",
}


# What the hall says of its demands to everybody with a seat, by design; the contact is not among it.
HALL_WORDS = ("title", "description", "audience_text")


def own_models() -> list[type[models.Model]]:
    """The product's own tables without the histories."""
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in OWN_APPS and not model.__name__.endswith("Event") and model._meta.managed
    ]


def texts_of(model: type[models.Model]) -> list[models.Field]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name not in KEYS
    ]


def sow(world: World, reader: str) -> set[str]:
    """Put a canary into every text of the pair's rows, none into the reader's; give the models reached."""
    rows, own = world.rows, world.people[reader]
    target = {"target_type": "ledgers.demand", "target_id": rows["demand"].pk}
    AuditEntry.objects.create(action="demand.update", **target)
    MatchGap.objects.create(run=rows["run"], demand=rows["returned_demand"])
    MatchEdit.objects.create(
        run=rows["run"], demand=rows["demand"], resource=rows["resource"], made_by=world.people["secretary_a"]
    )
    NotificationFactory(recipient=world.people["secretary_b"])
    sown = set()
    for model in own_models():
        if model._meta.label in OPEN_MODELS | UNUSED_MODELS:
            continue
        texts = texts_of(model)
        for row in _foreign_rows(model, world, own) if texts else ():
            values = {field.name: _canary(field, row) for field in texts}
            model.objects.filter(pk=row.pk).update(**values)
            sown.add(model._meta.label)
    AuditEntry.objects.update(changes={"title": ["canary-audit-old-1", "canary-audit-new-1"]})
    return sown


def _foreign_rows(model: type[models.Model], world: World, reader: User) -> Any:
    """Every row but the reader's own person, messages and pairing."""
    if model is User:
        return model.objects.exclude(pk=reader.pk)
    if model is Notification:
        return model.objects.exclude(recipient=reader)
    if model is Pairing:
        return model.objects.filter(pk__in=[world.rows["pairing"].pk, world.rows["quiet_pairing"].pk])
    return model.objects.all()


def _canary(field: models.Field, row: models.Model) -> str:
    return f"canary-{row._meta.model_name}-{field.name}-{row.pk}"[: field.max_length or 60]


def readable(answer: HttpResponse) -> str:
    """The text of a page or of every part of a workbook, and where the answer leads."""
    content = content_of(answer)
    if content.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(content)) as archive:
            content = b"\n".join(archive.read(name) for name in archive.namelist())
    return content.decode(errors="replace") + answer.headers.get("Location", "")


def addresses(world: World, *, widened: bool = False) -> Iterator[str]:
    """Every page that can be looked at; `widened` with a search and with filters that could widen it, too."""
    pair = f"pairing={world.rows['pairing'].pk}&branch={world.rows['branch_a'].pk}"
    for name, rule in PERMISSIONS.items():
        if rule.get is None:
            continue
        url = address(name, world)
        yield url
        if widened and rule.post is None and name not in ROWS and "?" not in url:
            yield f"{url}?q=canary&show=held&state=ended&view=board&side=given"
            yield f"{url}?{pair}"


def leaks(
    world: World, client: Any, pattern: re.Pattern[str], *, widened: bool = False
) -> dict[str, set[str]]:
    """Where a page, or the answer to a form, holds what matches `pattern`."""
    urls = addresses(world, widened=widened)
    found = {url: set(pattern.findall(readable(client.get(url)))) for url in urls}
    for name, rule in PERMISSIONS.items():
        if rule.post is not None and "stranger" not in rule.post:
            url = address(name, world)
            found[f"POST {url}"] = set(pattern.findall(readable(client.post(url, body(name, world)))))
    return {url: words for url, words in found.items() if words}


def hall_words(world: World) -> set[str]:
    """The canaries that stand in the hall by design."""
    return {f"canary-demand-{name}-{world.rows['hall_demand'].pk}" for name in HALL_WORDS}


def in_the_hall(found: dict[str, set[str]]) -> set[str]:
    """Take the pages of the hall out of what was found, and give all that they said."""
    pages = [url for url in found if url.removeprefix("POST ").startswith("/hall/")]
    return set().union(*(found.pop(url) for url in pages))


def test_every_text_of_a_pair_holds_a_canary(world: World):
    expected = {model._meta.label for model in own_models() if texts_of(model)}
    assert sow(world, "stranger") == expected - OPEN_MODELS - UNUSED_MODELS


@pytest.mark.parametrize("actor", ["stranger", "seatless"])
def test_stranger_reads_no_canary_and_no_whole_number(actor: str, world: World):
    """What a branch shares with the whole county is no canary; its number is masked, in its history too."""
    sow(world, actor)
    numbers = share_with_the_county(world)
    pattern = re.compile(f"{CANARY.pattern}|{numbers.pattern}")
    found = leaks(world, world.clients[actor], pattern, widened=actor == "stranger")
    assert in_the_hall(found) == (hall_words(world) if actor == "stranger" else set())
    assert found == {}
    shared = readable(world.clients[actor].get(reverse("resource_detail", args=[world.rows["shared"].pk])))
    assert "137****6666" in shared
    assert numbers.findall(shared) == []


def test_canaries_are_found_where_they_may_be_read(world: World):
    """Positive control: the same search finds them as soon as the reader is one of the pair."""
    sow(world, "stranger")
    found = leaks(world, world.clients["secretary_a"], CANARY)
    kinds = {word.split("-")[1] for words in found.values() for word in words}
    assert kinds >= {
        "resource", "demand", "claim", "planorder", "activity", "actionitem", "pairing", "notification",
    }  # fmt: skip


def test_partner_reads_no_draft(world: World):
    sow(world, "stranger")
    drafts = re.compile(
        rf"canary-resource-\w+-{world.rows['draft_resource'].pk}\b"
        rf"|canary-demand-\w+-{world.rows['draft_demand'].pk}\b"
    )
    pages = {url for url in addresses(world) if str(world.rows["draft_demand"].pk) not in url}
    for actor, kind in (("secretary_b", "resource"), ("secretary_a", "demand")):
        client = world.clients[actor]
        found = {word for url in pages for word in drafts.findall(readable(client.get(url)))}
        assert {word for word in found if word.split("-")[1] == kind} == set()


def test_guest_of_an_activity_reads_that_activity_only(world: World):
    """A third branch that takes part learns of the activity, not of the pair's order, demand or reviews."""
    activity = world.rows["activity"]
    activity.plan_order = world.rows["order"]
    activity.save()
    branch = BranchFactory()
    ParticipationFactory(activity=activity, branch=branch)
    sow(world, "stranger")
    guest = logged_in(UserFactory(secretary_of=branch))
    found = leaks(world, guest, CANARY)
    assert in_the_hall(found) == hall_words(world)
    words = {"-".join(word.split("-")[1:2]) for words in found.values() for word in words}
    assert words <= {"activity", "participation", "auditentry", "user"}
    assert {url for url in found if "/activities/" not in url and "/calendar/" not in url} <= {
        "/",
        *(url for url in found if url.startswith(("/?", "/search/?"))),
    }


def share_with_the_county(world: World) -> re.Pattern[str]:
    """Share a resource, change its number, and give the pattern of every number a stranger must not read."""
    resource = ResourceFactory(branch=world.rows["branch_a"], sharing=Sharing.COUNTY)
    old, new = resource.contact_phone, "13755556666"
    resource_update(resource=resource, actor=world.people["secretary_a"], contact_phone=new)
    world.rows["shared"] = resource
    rows = [world.rows[name] for name in ("branch_a", "branch_b", "resource", "demand", "hall_demand")]
    numbers = {getattr(row, "phone", "") or row.contact_phone for row in rows}
    return re.compile("|".join(sorted(numbers | {old, new})))


def test_auditor_reads_no_whole_number(world: World):
    """Neither on the pages of the rows nor in the audit trail."""
    numbers = share_with_the_county(world)
    assert leaks(world, world.clients["auditor"], numbers) == {}
    assert "137****6666" in readable(world.clients["auditor"].get(reverse("audit_list")))


@pytest.mark.parametrize("actor", ["secretary_b", "office"])
def test_phone_numbers_are_whole_where_they_are_needed(actor: str, world: World):
    page = readable(world.clients[actor].get(address("resource_detail", world)))
    assert world.rows["resource"].contact_phone in page


# ---- fields that no form offers

FORMS = {
    "resource_edit": ("secretary_a", "resource"),
    "demand_edit": ("secretary_b", "demand"),
    "plan_order_edit": ("secretary_a", "order"),
    "activity_move": ("secretary_a", "activity"),
    "activity_record": ("secretary_a", "past_activity"),
    "claim_counter": ("secretary_b", "claim"),
    "review_record": ("secretary_a", "review"),
    "branch_edit": ("admin", "branch_a"),
    "user_edit": ("admin", "person"),
    "plan_order_confirm": ("secretary_a", "order"),
}
HOSTILE = "424242"
# What each of these forms may change, with what follows from it; everything else stays as it was.
MAY_CHANGE = {
    "resource_edit": {
        "title", "title_key", "search", "kind", "sharing", "contact_name", "contact_phone",
        "updated_at",
    },
    "demand_edit": {
        "title", "title_key", "search", "urgency", "source", "contact_name", "contact_phone", "raised_on",
        "deadline_on", "updated_at",
    },
    "plan_order_edit": {
        "task", "line", "due_on", "responsible_a", "responsible_b", "place", "version", "state",
        "confirmed_version_a", "confirmed_version_b", "series_id", "updated_at",
    },
    "activity_move": {"starts_at", "ends_at", "version", "updated_at"},
    "activity_record": {
        "record", "state", "served_count", "member_count", "starts_at", "ends_at", "updated_at",
    },
    "claim_counter": {
        "visit_count", "wanted_on", "person", "words", "state", "awaiting_id", "expires_on", "updated_at",
    },
    "review_record": {"held_on", "held_by", "minutes", "state", "activity_id", "updated_at"},
    "branch_edit": {
        "name", "name_key", "search", "member_count", "phone", "secretary_name", "liaison_name",
        "updated_at",
    },
    "user_edit": {"display_name", "phone", "email"},
    "plan_order_confirm": {"confirmed_version_a", "state", "updated_at"},
}  # fmt: skip


def hostile(world: World, name: str, actor: str, row: models.Model) -> dict[str, Any]:
    """A value for each column of the row that the form of route `name` does not offer."""
    page = world.clients[actor].get(address(name, world))
    offered = page.context["form"].fields if page.status_code == 200 else ()
    foreign = {Branch: BranchFactory(), User: world.people["stranger"]}
    values: dict[str, Any] = {"pk": HOSTILE, "is_staff": "on", "is_superuser": "on", "groups": "1"}
    for field in row._meta.concrete_fields:
        if field.is_relation:
            target = foreign.get(field.related_model)
            values[field.name] = values[field.attname] = target.pk if target else HOSTILE
        elif isinstance(field, models.BooleanField):
            values[field.name] = "on"
        elif isinstance(field, models.DateField):
            values[field.name] = "2001-01-01"
        else:
            values[field.name] = list(dict(field.flatchoices))[-1] if field.choices else HOSTILE
    return {key: value for key, value in values.items() if key not in offered}


@pytest.mark.parametrize("name", FORMS)
def test_form_changes_no_field_it_does_not_offer(name: str, world: World):
    actor, row_name = FORMS[name]
    row = world.rows[row_name]
    row.refresh_from_db()
    before = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    data = hostile(world, name, actor, row) | body(name, world)
    assert world.clients[actor].post(address(name, world), data).status_code == 302
    row.refresh_from_db()
    changed = {attname for attname, value in before.items() if getattr(row, attname) != value}
    assert changed - MAY_CHANGE[name] == set()
    assert changed - {"updated_at"} != set()


@pytest.mark.parametrize(
    ("name", "actor", "label", "fixed"),
    [
        ("resource_new", "secretary_a", "ledgers.Resource", {"branch": "branch_a", "state": "draft"}),
        ("demand_new", "secretary_b", "ledgers.Demand", {"branch": "branch_b", "state": "draft"}),
        ("user_new", "admin", "branches.User", {"is_superuser": False, "must_change_password": True}),
        ("activity_new", "secretary_a", "activities.Activity", {"state": "announced", "plan_order": None}),
        ("claim_new", "secretary_a", "plans.Claim", {"proposed_by": "branch_a", "state": "proposed"}),
        ("pairing_new", "admin", "plans.Pairing", {"state": "active", "end_reason": ""}),
    ],
)
def test_new_row_takes_no_field_its_form_does_not_offer(
    name: str, actor: str, label: str, fixed: dict[str, Any], world: World
):
    model = apps.get_model(label)
    known = set(model.objects.values_list("pk", flat=True))
    data = hostile(world, name, actor, model()) | body(name, world)
    assert world.clients[actor].post(address(name, world), data).status_code in {200, 302}
    [made] = model.objects.exclude(pk__in=known)
    assert {key: getattr(made, key) for key in fixed} == {
        key: world.rows.get(value, value) if value else value for key, value in fixed.items()
    }
    values = {str(getattr(made, field.attname)) for field in model._meta.concrete_fields}
    assert values & {HOSTILE, "2001-01-01"} == set()


def test_row_cannot_be_moved_to_a_branch_of_ones_own(world: World):
    """Two seats: the form then asks for the branch, and only offers one's own."""
    person = UserFactory(secretary_of=world.rows["branch_a"], liaison_of=BranchFactory())
    mine = ResourceFactory(branch=world.rows["branch_a"])
    client = logged_in(person)
    client.post(
        reverse("resource_edit", args=[mine.pk]),
        {"title": "改名", "kind": "policy", "sharing": "pair", "branch": world.rows["branch_b"].pk},
    )
    mine.refresh_from_db()
    assert (mine.branch_id, mine.title) == (world.rows["branch_a"].pk, "改名")
    refused = client.post(
        reverse("resource_new"),
        {"title": "新", "kind": "policy", "sharing": "pair", "branch": world.rows["branch_b"].pk},
    )
    assert refused.context["form"].errors["branch"] == ["没有这个选项，请从列出的选项里选一个。"]
