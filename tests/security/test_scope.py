"""What a guest learns, and which fields a form leaves alone: those that it does not offer."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.urls import reverse

from branches.models import Branch, User
from tests.factories.activities import ParticipationFactory
from tests.factories.branches import BranchFactory, UserFactory
from tests.factories.ledgers import ResourceFactory
from tests.security.canaries import CANARY, hall_words, in_the_hall, sow
from tests.security.permissions import PERMISSIONS
from tests.security.targets import address, body
from tests.security.world import World, logged_in, readable

pytestmark = pytest.mark.django_db


def leaks_to(client: Client, world: World) -> dict[str, set[str]]:
    """Where a page, or the answer to a form, holds a canary."""
    found = {}
    for name, rule in PERMISSIONS.items():
        url = address(name, world)
        if rule.get is not None:
            found[url] = set(CANARY.findall(readable(client.get(url))))
        if rule.post is not None and "stranger" not in rule.post:
            found[f"POST {url}"] = set(CANARY.findall(readable(client.post(url, body(name, world)))))
    return {url: words for url, words in found.items() if words}


def test_guest_of_an_activity_reads_that_activity_only(world: World):
    """A third branch that takes part learns of the activity, not of the pair's order, demand or reviews."""
    activity = world.rows["activity"]
    activity.plan_order = world.rows["order"]
    activity.save()
    branch = BranchFactory()
    ParticipationFactory(activity=activity, branch=branch)
    sow(world)
    guest = logged_in(UserFactory(secretary_of=branch))
    found = leaks_to(guest, world)
    assert in_the_hall(found) == hall_words(world)
    words = {"-".join(word.split("-")[1:2]) for words in found.values() for word in words}
    assert words <= {"activity", "participation", "auditentry", "user"}
    assert {url for url in found if "/activities/" not in url and "/calendar/" not in url} <= {
        "/",
        *(url for url in found if url.startswith(("/?", "/search/?"))),
    }


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
    "activity_correct": ("secretary_a", "archived_activity"),
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
    "activity_correct": {"record", "served_count", "member_count", "version", "updated_at"},
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
