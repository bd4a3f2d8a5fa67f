"""Headers of every answer, and the life of a session: login, lock-out, logout, deactivation."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import sys
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from branches.services.users import user_change_password
from core.embedded import places
from tests.factories.branches import BranchFactory, UserFactory
from tests.security.headers import check_headers
from tests.security.targets import address
from tests.security.world import World
from tests.test_production_settings import COMPLETE

pytestmark = pytest.mark.django_db
PASSWORD = "correct-horse-2026"
WRONG = "wrong-horse-2026"


def test_headers_of_errors(world: World, monkeypatch: pytest.MonkeyPatch):
    client = world.clients["secretary_b"]
    client.raise_request_exception = False
    check_headers(client.get("/no/such/page/"), is_private=True)
    check_headers(client.put(reverse("workbench")), is_private=True)
    check_headers(client.post(reverse("demand_new"), {"title": "长" * 2_000_000}), is_private=True)
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = client.cookies
    check_headers(strict.post(reverse("demand_new")), is_private=True)
    monkeypatch.setattr("pairing.workbench.views.todos_of", lambda *_args, **_options: 1 / 0)
    broken = client.get(reverse("workbench"))
    client.raise_request_exception = True
    assert (broken.status_code, b"ZeroDivisionError" in broken.content) == (500, False)
    check_headers(broken, is_private=False)


@pytest.mark.parametrize("path", ["healthz", "readyz", "login"])
def test_headers_of_public_pages(path: str, world: World):
    answer = world.clients["anonymous"].get(reverse(path))
    check_headers(answer, is_private=True)  # none of them may stay in a cache either


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "testserver.evil.example", "testserver@evil"]
)
def test_foreign_host_is_refused(host: str, world: World):
    answer = world.clients["secretary_b"].get(reverse("workbench"), headers={"Host": host})
    assert answer.status_code == 400


def test_forwarded_host_is_not_believed(world: World):
    answer = world.clients["anonymous"].get(
        reverse("workbench"), headers={"X-Forwarded-Host": "evil.example"}
    )
    assert "evil" not in answer.headers["Location"]


# ---- under production settings

SHOW = """
import django
from django.conf import settings
django.setup()
names = ("SESSION_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "SESSION_COOKIE_NAME",
         "SESSION_COOKIE_PATH", "SESSION_COOKIE_DOMAIN", "CSRF_COOKIE_SECURE", "CSRF_COOKIE_NAME", "DEBUG",
         "SECURE_SSL_REDIRECT", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_CONTENT_TYPE_NOSNIFF",
         "AXES_ENABLED")
print({name: getattr(settings, name) for name in names}, settings.SECURE_HSTS_SECONDS >= 31536000)
from django.core.management import call_command
call_command("check", deploy=True, fail_level="WARNING", verbosity=0)
"""


def test_production_cookies_and_deployment_check():
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SHOW],
        env=COMPLETE
        | {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "pairing.settings_production",
            "SECRET_KEY": secrets.token_urlsafe(60),
        },
        cwd=places.ROOT,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    expected: dict[str, Any] = {
        "SESSION_COOKIE_SECURE": True,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_NAME": "__Host-session",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_COOKIE_DOMAIN": None,
        "CSRF_COOKIE_SECURE": True,
        "CSRF_COOKIE_NAME": "__Host-csrf",
        "DEBUG": False,
        "SECURE_SSL_REDIRECT": True,
        "SECURE_HSTS_INCLUDE_SUBDOMAINS": True,
        "SECURE_CONTENT_TYPE_NOSNIFF": True,
        "AXES_ENABLED": True,
    }
    assert done.stdout.splitlines()[0] == f"{expected} True"


# ---- the life of a session


@pytest.fixture
def person(db):
    user = UserFactory(secretary_of=BranchFactory())
    user.set_password(PASSWORD)
    user.save()
    return user


def login(client: Client, username: str, password: str = PASSWORD, **options: Any) -> HttpResponse:
    return client.post(reverse("login"), {"username": username, "password": password}, **options)


def test_login_gives_a_new_session_and_a_new_csrf_token(person):
    client = Client(enforce_csrf_checks=True)
    page = client.get(reverse("login"))
    planted, token = "x" * 32, page.cookies["csrftoken"].value
    client.cookies["sessionid"] = planted
    data = {"username": person.username, "password": PASSWORD, "csrfmiddlewaretoken": token}
    answer = client.post(reverse("login"), data)
    assert answer.status_code == 302
    cookie = answer.cookies["sessionid"]
    assert cookie.value != planted
    assert answer.cookies["csrftoken"].value != token
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_logout_kills_the_session_on_the_server(person):
    client = Client()
    login(client, person.username)
    stolen = client.cookies["sessionid"].value
    client.post(reverse("logout"))
    assert Session.objects.filter(session_key=stolen).count() == 0
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get(reverse("workbench")).status_code == 302


def test_logout_by_get_is_refused(person):
    client = Client()
    login(client, person.username)
    assert client.get(reverse("logout")).status_code == 405
    assert client.get(reverse("workbench")).status_code == 200


def test_password_change_ends_every_other_session(person):
    here, there = Client(), Client()
    login(here, person.username)
    login(there, person.username)
    data = {
        "old_password": PASSWORD,
        "new_password1": "quite-another-2026",
        "new_password2": "quite-another-2026",
    }
    assert here.post(reverse("password_change"), data).status_code == 302
    assert [client.get(reverse("workbench")).status_code for client in (here, there)] == [200, 302]


def test_password_reset_by_the_admin_ends_the_session(person):
    client = Client()
    login(client, person.username)
    user_change_password(user=person, password="given-anew-2026")
    assert client.get(reverse("workbench")).status_code == 302


def test_deactivated_person_is_refused_at_the_next_request_and_at_the_login(person):
    client = Client()
    login(client, person.username)
    person.is_active = False
    person.save()
    assert client.get(reverse("workbench")).status_code == 302
    assert login(client, person.username).status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"]
)
def test_login_never_leads_to_another_site(target: str, person):
    client = Client()
    answer = client.post(
        f"{reverse('login')}?next={target}",
        {"username": person.username, "password": PASSWORD, "next": target},
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    again = client.get(f"{reverse('login')}?next={target}")
    assert (again.status_code, again.headers["Location"]) == (302, "/")


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        ("https://evil.example/x", "/"),
        ("//evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("\\\\evil", "/"),
        (
            "http://testserver//evil.example/x?y",
            "/%2Fevil.example/x?y",
        ),  # the browser reads // as another site
    ],
)
def test_refusal_never_leads_to_another_site(referer: str, back: str, world: World):
    answer = world.clients["secretary_a"].post(
        address("plan_order_confirm", world), {"version": "x"}, headers={"Referer": referer}
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, back)


def test_notification_never_leads_to_another_site(world: World):
    message = world.rows["message"]
    type(message).objects.filter(pk=message.pk).update(url="//evil.example/")
    answer = world.clients["secretary_a"].post(address("notification_open", world))
    assert not answer.headers["Location"].startswith(("//", "http"))


# ---- guessing passwords


@pytest.fixture
def lock(settings):
    settings.AXES_ENABLED = True


def fail(username: str, times: int, ip: str = "192.0.2.7", **headers: str) -> HttpResponse:
    for _ in range(times):
        answer = login(Client(), username, WRONG, REMOTE_ADDR=ip, headers=headers)
    return answer


def test_five_failures_lock_the_account_from_that_address(lock, person):
    assert fail(person.username, 4).status_code == 200
    assert fail(person.username, 1).status_code == 429
    locked = login(Client(), person.username, REMOTE_ADDR="192.0.2.7")
    assert (locked.status_code, "sessionid" in locked.cookies) == (429, False)
    check_headers(locked, is_private=False)


def test_lock_of_one_address_does_not_shut_the_person_out(lock, person):
    """Who knows a name cannot lock its owner out: the owner comes from another address."""
    fail(person.username, 6)
    assert login(Client(), person.username, REMOTE_ADDR="198.51.100.9").status_code == 302


def test_lock_is_not_escaped_by_a_forwarded_address_or_another_case(lock, person):
    for number in range(6):
        answer = fail(person.username, 1, **{"X-Forwarded-For": f"203.0.113.{number}"})
    assert answer.status_code == 429


def test_unknown_account_and_wrong_password_answer_alike(lock, person):
    known = fail(person.username, 1).content.decode()
    unknown = fail("nobody-here", 1).content.decode()
    tokens = re.compile(r'value="[^"]*"')
    assert tokens.sub("", known) == tokens.sub("", unknown)


def test_password_is_never_echoed_or_stored(lock, person):
    answer = fail(person.username, 1)
    assert WRONG not in answer.content.decode()
    assert WRONG not in str(list(AccessAttempt.objects.values()))


def test_session_ends_after_half_a_day():
    assert settings.SESSION_COOKIE_AGE <= 12 * 3600
