"""Hostile words and numbers in every form field and address: no 5xx, shown as text, nothing half written."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from django import forms
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse

from tests.security.canaries import OPEN_MODELS, own_models, texts_of
from tests.security.permissions import PERMISSIONS
from tests.security.targets import ROWS, address, body
from tests.security.world import Watch, World, content_of

pytestmark = pytest.mark.django_db

SCRIPT = "<script>alert(1)</script>"
PAYLOAD = (
    SCRIPT + "\" onfocus=alert(1) x='{{7*7}}{% now 'Y' %}${7*7} ' OR 1=1; -- %s %00 ../../etc/passwd "
    "👨‍👩‍👧‍👦🇨🇳 㛃𠮷䶮 · =1+1 javascript:alert(1)"
)
TEXTS = {
    "payload": PAYLOAD,
    "nul": "前\x00后",
    "unseen": "前\x01\x1b[31m\u202egnp.exe\u2066\u200b后\r\nBcc: a@example.invalid",
    "spaces": "　\u00a0 \t ",
    "long": "长" * 60_000,
}
# What a number, a day, a time or a choice is replaced by: formally right, and far beyond what is meant.
WHOLE = ("-1", str(2**63), "9" * 5000)
DAYS = ("0001-01-01", "1901-01-01", "2100-12-31", "9999-12-31")  # the two between are taken
ODD = ("NaN", "\x00")
FORMS = {
    name: sorted(rule.post & {"secretary_a", "secretary_b", "admin", "office"})[0]
    for name, rule in PERMISSIONS.items()
    if rule.post
}
FINE = {200, 302, 400, 404, 409, 422}
WRITES_NOTHING = {400, 404, 409, 422}


def form_fields(name: str, world: World) -> dict[str, forms.Field]:
    """The fields of the page's own form; a button has none."""
    page = world.clients[FORMS[name]].get(address(name, world))
    shown = page.context if page.status_code == 200 and page.context else {}
    form = shown.get("form") or shown.get("forms")
    form = getattr(form, "form", form)  # of several forms on one page the main one
    return dict(form.fields) if isinstance(form, forms.BaseForm) else {}


def is_text(field: forms.Field) -> bool:
    return type(field) in {forms.CharField, forms.EmailField} or field.__class__.__name__ == "UsernameField"


def extremes(field: forms.Field) -> tuple[str, ...]:
    if isinstance(field, forms.DateField):
        return DAYS
    if isinstance(field, forms.IntegerField) and not isinstance(field, forms.FloatField | forms.DecimalField):
        return WHOLE
    return ODD


def attack(world: World, name: str, data: dict[str, Any], *, follow: bool = False) -> None:
    """Send one form; it must be answered, without a trace when refused, and without a live script."""
    with transaction.atomic():
        watch = Watch(world)
        answer = world.clients[FORMS[name]].post(address(name, world), data, follow=follow)
        first = answer.redirect_chain[0][1] if follow and answer.redirect_chain else answer.status_code
        assert {first, answer.status_code} <= FINE, (name, data, first, answer.status_code)
        assert first not in WRITES_NOTHING or not watch.saw_a_change, (name, data)
        assert SCRIPT.encode() not in answer.content, (name, data)
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", FORMS)
def test_hostile_value_in_every_field(name: str, world: World):
    """Texts in all text fields at once; any other value alone where its field takes it, since only then it
    goes further; what fields refuse, in one form.
    """
    good, fields = body(name, world), form_fields(name, world)
    texts = {key for key, kind in fields.items() if is_text(kind)}
    unseen_texts = {"reason", "record"} & good.keys() - texts if fields else {"reason", "record"}
    refused: dict[str, str] = {}
    for value in TEXTS.values():
        kept_out = {key for key in texts if is_refused(fields[key], value)}
        refused |= dict.fromkeys(kept_out, value)
        if taken := texts - kept_out | unseen_texts:
            attack(world, name, body(name, world) | dict.fromkeys(taken, value))
        if value == PAYLOAD and kept_out:  # it is shown again beside what is wrong with it
            attack(world, name, body(name, world) | dict.fromkeys(texts, value))
    others = {key: kind for key, kind in fields.items() if not is_text(kind)}
    for key in {*others, *good.keys() - fields.keys()}:
        for value in extremes(others.get(key, forms.IntegerField())):
            if key in others and is_refused(others[key], value):
                refused[key] = value
            else:
                attack(world, name, body(name, world) | {key: value})
    attack(world, name, body(name, world) | refused)


def is_refused(field: forms.Field, value: str) -> bool:
    """Whether the field's own check already ends there, whatever the rest of the form holds."""
    try:
        field.clean(value)
    except forms.ValidationError:
        return True
    return False


NAMES = """
    q page sort show state pairing branch demand resource view side month start end year first last day
    action actor kind line aspect aspects urgency overdue mine role is_active guests venue person starts_at
    ends_at slot upload item floor base
"""
PARAMETERS = NAMES.split()
IN_EVERY_ADDRESS = (TEXTS["nul"], "9" * 4400, "9999-12-31T23:59:59+00:00")
IN_ADDRESSES = (
    *IN_EVERY_ADDRESS,
    PAYLOAD,
    TEXTS["unseen"],
    "-1",
    "²",
    "9" * 25,
    "1e999",
    "0000-01",
    "9999-12",
    "0001-01-01",
    "9999-12-31",
    "-password",
)
PAGES = [name for name, rule in PERMISSIONS.items() if rule.get]


def reader(name: str) -> str:
    return sorted(PERMISSIONS[name].get & {"secretary_a", "secretary_b", "office", "admin"})[-1]


def queries(values: tuple[str, ...], *, count: int, first: int) -> list[str]:
    """`count` query strings in which every parameter has a value, in each another one.

    Args:
        first: where among the values the first parameter begins; over the pages each meets all of them.
    """
    return [
        urlencode(
            {name: values[(first + nth + turn * 5) % len(values)] for nth, name in enumerate(PARAMETERS)}
        )
        for turn in range(count)
    ]


@pytest.mark.parametrize("name", PAGES)
def test_hostile_parameters_in_every_address(name: str, world: World):
    watch, url = Watch(world), address(name, world).split("?")[0]
    values, count = (IN_EVERY_ADDRESS, 1) if name in ROWS else (IN_ADDRESSES, 3)
    asked = queries(values, count=count, first=PAGES.index(name))
    for query in asked:
        answer = world.clients[reader(name)].get(f"{url}?{query}")
        assert answer.status_code in FINE, (query, answer.status_code)
        assert SCRIPT.encode() not in content_of(answer)
    assert not watch.saw_a_change


@pytest.mark.parametrize("name", ["activity_new", "dashboard_pairings", "workbench_pairings", "weights_edit"])
def test_hostile_parameters_in_fragments(name: str, world: World):
    """The same for what htmx asks for."""
    for value in IN_ADDRESSES:
        query = urlencode(dict.fromkeys(PARAMETERS, value))
        answer = world.clients[reader(name)].get(
            f"{address(name, world)}?{query}", headers={"HX-Request": "true"}
        )
        assert answer.status_code in FINE, (value, answer.status_code)


@pytest.mark.parametrize(
    "query",
    [
        "month=0000-01",
        "month=9999-12",
        "month=0001-01",
        "month=2026-13",
        "month=1900-01",
    ],
)
def test_calendar_of_an_odd_month_is_a_page(query: str, world: World):
    for name in ("calendar", "activity_list"):
        assert world.clients["secretary_a"].get(f"{reverse(name)}?{query}").status_code == 200


@pytest.mark.parametrize(
    "span",
    [
        ("9999-12-30", "9999-12-31"),
        ("0001-01-01T00:00:00+14:00", "0001-01-02"),
        ("2026-02-02", "2026-02-01"),
        ("2026-01-01", "2028-01-01"),
        ("x", ""),
    ],
)
def test_calendar_events_of_odd_spans_are_refused_in_words(span: tuple[str, str], world: World):
    start, end = map(quote, span)
    url = f"{reverse('calendar_events')}?start={start}&end={end}"
    answer = world.clients["secretary_a"].get(url, headers={"Accept": "application/json"})
    assert (answer.status_code, "error" in answer.json()) == (409, True)


@pytest.mark.parametrize(
    "slot", ["9999-12-31T23:59+00:00/9999-12-31T23:59:59+00:00", "x/y", "/", "2026-01-01/2026-01-02"]
)
def test_half_day_that_nobody_offered_is_refused_beside_the_field(slot: str, world: World):
    data = body("activity_new", world) | {"day": "", "starts": "", "ends": "", "slot": slot}
    answer = world.clients["secretary_a"].post(reverse("activity_new"), data)
    assert (answer.status_code, bool(answer.context["form"].errors)) == (422, True)


def test_nothing_stored_is_ever_a_live_script(world: World):
    """Every text of every row holds a script; every page shows it as text."""
    for model in own_models():
        texts = {
            field.name: SCRIPT[: field.max_length or 99] for field in texts_of(model) if not field.unique
        }
        if texts and (model._meta.label not in OPEN_MODELS or model._meta.label == "branches.Branch"):
            for row in model.objects.all():
                with transaction.atomic():
                    model.objects.filter(pk=row.pk).update(**texts)
    alive = []
    for name, rule in PERMISSIONS.items():
        if readers := (rule.get or frozenset()) & {"secretary_a", "secretary_b", "admin"}:
            answer = world.clients[max(readers)].get(address(name, world))  # a secretary before the admin
            if SCRIPT.encode() in content_of(answer) and "html" in answer.headers["Content-Type"]:
                alive.append(name)
    assert alive == []
    shown = world.clients["secretary_a"].get(reverse("demand_detail", args=[world.rows["demand"].pk]))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown.content.decode()


def test_too_many_fields_are_refused(world: World):
    answer = post_demand(world, **{f"x{number}": "1" for number in range(1100)})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path", ["/%ED%A0%80/", "/demands/%00/", "/%2e%2e/%2e%2e/etc/passwd", "/demands/1;x/"]
)
def test_broken_paths_are_not_found(path: str, world: World):
    assert world.clients["secretary_b"].get(path).status_code == 404


def post_demand(world: World, **fields: str) -> HttpResponse:
    return world.clients["secretary_b"].post(reverse("demand_new"), body("demand_new", world) | fields)


def test_every_row_route_is_attacked():
    """The tables of this module follow the route table; a form without an actor would go unattacked."""
    assert set(FORMS) == {name for name, rule in PERMISSIONS.items() if rule.post}
    assert {name for name in ROWS if PERMISSIONS[name].get} <= set(PAGES)
