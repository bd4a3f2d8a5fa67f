"""Error pages say what happened, keep what was typed and lead on."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse

from branches.models import User
from tests.factories.branches import BranchFactory, UserFactory

MARK = b'data-page="error"'  # static/app.js keeps what was sent when it meets this
PASSWORD = "error-pages-lead-on-2026"


@pytest.fixture
def secretary(db) -> User:
    user = UserFactory(username="keeps", secretary_of=BranchFactory())
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def strict(secretary) -> Client:
    client = Client(enforce_csrf_checks=True)
    client.force_login(secretary)
    return client


def next_of(answer) -> dict[str, str]:
    """What the login page that an answer leads to sends along."""
    return {"next": parse_qs(urlsplit(answer["Location"]).query)["next"][0]}


@pytest.mark.django_db
def test_stray_host_is_told_to_the_log_in_one_line(client, caplog):
    assert client.get("/", headers={"Host": "elsewhere.example"}).status_code == 400
    [record] = [each for each in caplog.records if each.name == "django.security.DisallowedHost"]
    assert "elsewhere.example" in record.getMessage()
    assert record.exc_info is None


def test_expired_form_leads_back_to_itself(strict):
    form = reverse("demand_new")
    answer = strict.post(form, {"title": "助老"}, headers={"Referer": f"http://testserver{form}"})
    assert answer.status_code == 403
    assert MARK in answer.content
    assert f'href="{form}"' in answer.content.decode()
    assert "您填的内容还在这台设备上" in answer.content.decode()


def test_expired_form_never_leads_to_another_site(strict):
    answer = strict.post(reverse("demand_new"), headers={"Referer": "http://elsewhere.example/form/"})
    assert "elsewhere" not in answer.content.decode()


def test_expired_fragment_is_told_where_the_person_looks(strict):
    answer = strict.post(reverse("demand_new"), headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Retarget"]) == (409, "#flash")
    assert "请刷新页面再试" in answer.content.decode()


def test_address_of_a_button_opened_like_a_page_leads_on(client, secretary):
    client.force_login(secretary)
    answer = client.get(reverse("match_run_new"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert MARK in answer.content
    assert "回到工作台" in answer.content.decode()


def test_login_lost_at_the_press_of_a_button_ends_at_the_workbench(client, secretary):
    lost = client.post(reverse("match_run_new"))
    data = {"username": secretary.username, "password": PASSWORD, "next": reverse("match_run_new")}
    answer = client.post(lost["Location"], data)
    came_from = {"Referer": f"http://testserver{lost['Location']}"}
    answer = client.get(answer["Location"], headers=came_from)
    assert (answer.status_code, answer["Location"]) == (302, reverse("workbench"))


def test_form_sent_after_its_login_was_lost_leads_back_to_the_page_it_stood_on(client, secretary):
    page, address = reverse("matching") + "?side=given", reverse("match_run_new")
    lost = client.post(address, headers={"Referer": f"http://testserver{page}"})
    answer = client.post(
        lost["Location"], {"username": secretary.username, "password": PASSWORD} | next_of(lost)
    )
    assert (answer.status_code, answer["Location"]) == (302, page)
    lost = Client().post(address, headers={"Referer": "http://elsewhere.example/form/"})
    assert "elsewhere" not in lost["Location"]


def test_page_of_a_fault_keeps_what_was_typed_too():
    page = render_to_string("500.html").encode()
    assert MARK in page
    assert b"/static/app.js" in page
