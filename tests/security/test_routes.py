"""Every route of the URL resolver: logins, tokens, methods and ids that are not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter
from django.utils import timezone

from tests.factories.ledgers import ResourceFactory
from tests.factories.plans import PlanTaskFactory
from tests.security.headers import check_headers
from tests.security.permissions import PERMISSIONS, PUBLIC, SESSION
from tests.security.targets import ROWS, WORDS, address, body
from tests.security.world import Watch, World, logged_in

pytestmark = pytest.mark.django_db
HUGE_IDS = ("0", str(2**63), "9" * 5000)
ODD_IDS = (*HUGE_IDS, "-1", "abc", "1.5", str(2**31), "9" * 40, "%D9%A1", "1%00")
UNSAFE = [name for name, rule in PERMISSIONS.items() if rule.post is not None]
# POST-only and GET-only routes refuse every other method; form pages every method but GET, HEAD and POST.
METHODS = ("get", "post", "put", "patch", "delete", "options")


def without_tokens(answer: HttpResponse) -> str:
    """The body without the CSRF tokens, which differ from answer to answer."""
    return re.sub(r'"[A-Za-z0-9]{64}"', '""', answer.content.decode())


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern.name or str(pattern.pattern)


def test_every_route_is_in_the_table():
    found = list(routes(get_resolver().url_patterns))
    assert sorted(found) == sorted({*PERMISSIONS, *PUBLIC, *SESSION})


@pytest.mark.parametrize("name", PERMISSIONS)
def test_nobody_comes_in_without_a_login(name: str, world: World):
    url, watch = address(name, world), Watch(world)
    for client in (world.clients["anonymous"], world.clients["deactivated"]):
        for answer in (client.get(url), client.post(url, body(name, world))):
            assert (answer.status_code, answer.headers["Location"].split("?")[0]) == (302, reverse("login"))
            check_headers(answer, is_private=False)
    assert not watch.saw_a_change


@pytest.mark.parametrize("name", UNSAFE)
def test_post_without_a_csrf_token_is_refused(name: str, world: World):
    """Whoever asks: the token is checked before the person's rights are."""
    watch = Watch(world)
    client = Client(enforce_csrf_checks=True)
    client.cookies = world.clients[min(PERMISSIONS[name].post, default="office")].cookies
    assert client.post(address(name, world), body(name, world)).status_code == 403
    assert not watch.saw_a_change


@pytest.mark.parametrize("name", PERMISSIONS)
def test_wrong_method_is_refused(name: str, world: World):
    rule, url = PERMISSIONS[name], address(name, world)
    allowed = {method for method, who in (("get", rule.get), ("post", rule.post)) if who is not None}
    watch = Watch(world)
    answers = {
        method: getattr(world.clients["admin"], method)(url).status_code
        for method in METHODS
        if method not in allowed
    }
    assert set(answers.values()) == {405}, answers
    assert not watch.saw_a_change


@pytest.mark.parametrize("name", [name for name in ROWS if "stranger" not in PERMISSIONS[name].sees])
def test_foreign_row_answers_like_a_missing_one(name: str, world: World):
    method = "get" if PERMISSIONS[name].get is not None else "post"
    ask = getattr(world.clients["stranger"], method)
    nowhere = [*WORDS.get(name, ()), *(10**9 + 1 for _ in ROWS[name])]
    with time_machine.travel(timezone.now(), tick=False):  # the page of a refusal says the minute
        foreign = ask(address(name, world), body(name, world))
        missing = ask(reverse(name, args=nowhere), body(name, world))
    assert (foreign.status_code, missing.status_code) == (404, 404)
    assert without_tokens(foreign) == without_tokens(missing)


@pytest.mark.parametrize("name", ROWS)
def test_huge_ids_are_not_found(name: str, world: World):
    check_ids(name, world, HUGE_IDS)


def test_odd_ids_are_not_found(world: World):
    """One address stands for all: none takes an id by anything but Django's converter of whole numbers."""
    check_ids("demand_detail", world, ODD_IDS)
    for name, rows in ROWS.items():
        converters = get_resolver().reverse_dict[name][-1].values()
        assert [type(each) for each in converters].count(IntConverter) == len(rows), name


def check_ids(name: str, world: World, numbers: tuple[str, ...]) -> None:
    url = reverse(name, args=[*WORDS.get(name, ()), *(1 for _ in ROWS[name])])
    method = "get" if PERMISSIONS[name].get is not None else "post"
    watch = Watch(world)
    actor = "admin" if PERMISSIONS[name].sees & {"admin"} else "secretary_a"
    for number in numbers:
        answer = getattr(world.clients[actor], method)(url.replace("/1/", f"/{number}/"))
        assert answer.status_code == 404, number
    assert not watch.saw_a_change


@pytest.mark.parametrize("name", ["plan_task_done", "match_claim"])
def test_second_id_of_another_pair_is_not_found(name: str, world: World):
    """An id inside the address of one's own row must belong to that row, or at least to one's own pair."""

    own = world.rows[ROWS[name][0]]
    foreign = PlanTaskFactory() if name == "plan_task_done" else ResourceFactory()
    watch = Watch(world)
    assert world.clients["secretary_b"].post(reverse(name, args=[own.pk, foreign.pk])).status_code == 404
    assert not watch.saw_a_change


def test_rights_end_with_the_next_request(world: World):
    """A seat that ended yesterday, a pairing that ended, gives nothing any more; nobody logs in anew."""
    person = world.people["secretary_b"]
    client = logged_in(person)
    url = reverse("demand_edit", args=[world.rows["demand"].pk])
    resource = reverse("resource_detail", args=[world.rows["resource"].pk])
    assert (client.get(url).status_code, client.get(resource).status_code) == (200, 200)
    world.rows["pairing"].state = "ended"
    world.rows["pairing"].save()
    assert (client.get(url).status_code, client.get(resource).status_code) == (200, 404)
    person.memberships.update(starts_on="2020-01-01", ends_on="2020-12-31")
    assert client.get(url).status_code == 404
