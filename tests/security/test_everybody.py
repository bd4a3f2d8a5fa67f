"""Every route × everybody: who sees, who writes, that nobody else does, and what strangers learn by it.

The world holds a canary in every text of the pair's rows, and whole phone numbers to be masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.once import kept_for_the_module
from tests.security.canaries import (
    CANARY,
    OPEN_MODELS,
    READERS,
    UNUSED_MODELS,
    hall_words,
    in_the_hall,
    own_models,
    share_with_the_county,
    sow,
    texts_of,
)
from tests.security.headers import check_headers
from tests.security.permissions import ACTORS, PERMISSIONS
from tests.security.targets import ROWS, address
from tests.security.walk import Walk
from tests.security.world import batch_of, build, fingerprint, readable

pytestmark = pytest.mark.django_db
READ = [name for name, rule in PERMISSIONS.items() if rule.get is not None]
UNSAFE = [name for name, rule in PERMISSIONS.items() if rule.post is not None]


@pytest.fixture(scope="module")
def sown_walk(django_db_setup, django_db_blocker) -> Iterator[tuple[Walk, set[str], re.Pattern[str]]]:
    with kept_for_the_module(django_db_blocker):
        world = build()
        sown, numbers = sow(world), share_with_the_county(world)
        world.rows["batch"] = batch_of(world.rows["branch_b"], world.rows["aspect"])
        world.untouched = fingerprint()
        yield Walk(world), sown, numbers


@pytest.fixture
def walk(sown_walk, db: None) -> Walk:
    return sown_walk[0]


@pytest.fixture
def numbers(sown_walk) -> re.Pattern[str]:
    """Every phone number that only the pair and the office read whole."""
    return sown_walk[2]


@pytest.mark.parametrize("name", READ)
def test_get_shows_the_page_to_those_of_the_table_and_writes_nothing(name: str, walk: Walk):
    rule = PERMISSIONS[name]
    answers = {actor: walk.ask("get", name, actor) for actor in ACTORS}
    for answer in answers.values():
        check_headers(answer, is_private=True)  # of the page, and of its refusals
        assert answer.text
        assert not answer.has_written
    statuses = {actor: answer.status for actor, answer in answers.items()}
    seen = {actor for actor, status in statuses.items() if status == 200}
    hidden = {actor for actor, status in statuses.items() if status == 404}
    refused = {actor for actor, status in statuses.items() if status in {403, 409}}
    assert (seen, hidden) == (set(rule.get or ()), set(ACTORS) - rule.sees), statuses
    assert seen | hidden | refused == set(ACTORS), statuses


@pytest.mark.parametrize("name", UNSAFE)
def test_post_has_an_effect_for_those_of_the_table_only(name: str, walk: Walk):
    rule = PERMISSIONS[name]
    answers = {actor: walk.ask("post", name, actor) for actor in ACTORS}
    statuses = {actor: answer.status for actor, answer in answers.items()}
    assert set(statuses.values()) <= {200, 302, 403, 404, 409, 422}, statuses
    wrote = {actor for actor, answer in answers.items() if answer.has_written}
    hidden = {actor for actor, status in statuses.items() if status == 404}
    assert (wrote, hidden) == (set(rule.post or ()), set(ACTORS) - rule.sees)


def leaks(walk: Walk, actor: str, pattern: re.Pattern[str]) -> dict[str, set[str]]:
    """Where a page, or the answer to a form, holds what matches `pattern`."""
    found = {address(name, walk.world): walk.ask("get", name, actor).text for name in READ}
    for name in UNSAFE:
        if "stranger" not in PERMISSIONS[name].post:
            found[f"POST {address(name, walk.world)}"] = walk.ask("post", name, actor).text
    return {url: words for url, text in found.items() if (words := set(pattern.findall(text)))}


def test_every_text_of_a_pair_holds_a_canary(sown_walk, walk: Walk):
    expected = {model._meta.label for model in own_models() if texts_of(model)}
    assert sown_walk[1] == expected - OPEN_MODELS - UNUSED_MODELS


@pytest.mark.parametrize("actor", READERS)
def test_stranger_reads_no_canary_and_no_whole_number(actor: str, walk: Walk, numbers: re.Pattern[str]):
    """What a branch shares with the whole county is no canary; its number is masked, in its history too."""
    found = leaks(walk, actor, re.compile(f"{CANARY.pattern}|{numbers.pattern}"))
    hall = hall_words(walk.world) if actor == "stranger" else set()
    assert in_the_hall(found) == hall
    assert found == {}
    client, shared = walk.world.clients[actor], walk.world.rows["shared"]
    page = readable(client.get(reverse("resource_detail", args=[shared.pk])))
    assert "137****6666" in page
    assert numbers.findall(page) == []


def test_stranger_reads_no_more_by_searching_and_filtering(walk: Walk, numbers: re.Pattern[str]):
    """A search, and filters that could widen what a list shows."""
    client, rows = walk.world.clients["stranger"], walk.world.rows
    pattern = re.compile(f"{CANARY.pattern}|{numbers.pattern}")
    wider = (
        "?q=canary&show=held&state=ended&view=board&side=given",
        f"?pairing={rows['pairing'].pk}&branch={rows['branch_a'].pk}",
    )
    urls = [address(name, walk.world) for name in READ if name not in {*ROWS, *UNSAFE}]
    pages = [url + query for url in urls if "?" not in url for query in wider]
    found = {url: words for url in pages if (words := set(pattern.findall(readable(client.get(url)))))}
    assert in_the_hall(found) <= hall_words(walk.world)
    assert found == {}


def test_canaries_are_found_where_they_may_be_read(walk: Walk):
    """Positive control: the same search finds them as soon as the reader is one of the pair."""
    found = leaks(walk, "secretary_a", CANARY)
    kinds = {word.split("-")[1] for words in found.values() for word in words}
    assert kinds >= {
        "resource", "demand", "claim", "planorder", "activity", "actionitem", "pairing", "notification",
    }  # fmt: skip


@pytest.mark.parametrize(("actor", "kind"), [("secretary_b", "resource"), ("secretary_a", "demand")])
def test_partner_reads_no_draft(actor: str, kind: str, walk: Walk):
    draft = walk.world.rows[f"draft_{kind}"].pk
    canary = re.compile(rf"canary-{kind}-\w+-{draft}\b")
    pages = [name for name in READ if f"draft_{kind}" not in ROWS.get(name, ())]
    assert {name for name in pages if canary.search(walk.ask("get", name, actor).text)} == set()


def test_auditor_reads_no_whole_number(walk: Walk, numbers: re.Pattern[str]):
    """Neither on the pages of the rows nor in the audit trail."""
    assert leaks(walk, "auditor", numbers) == {}
    assert "137****6666" in walk.ask("get", "audit_list", "auditor").text
