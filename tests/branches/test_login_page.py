"""Signing in."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests.factories.branches import UserFactory

pytestmark = pytest.mark.django_db


def test_login_with_a_name_longer_than_any_is_refused_as_a_form_fault(client):
    response = client.post(reverse("login"), {"username": "x" * 300, "password": "shan-gu-you-feng"})

    assert response.status_code == 200
    assert response.context["form"].errors == {"username": ["用户名或密码不对。"]}


def test_login_with_a_wrong_password_says_that_attempts_are_counted(client):
    user = UserFactory()

    response = client.post(reverse("login"), {"username": user.username, "password": "wrong"})

    assert response.context["form"].non_field_errors() == [
        "用户名或密码不对，请核对密码的大小写后再试；连续输错会暂停登录。"
    ]


def test_login_with_the_right_password_leads_to_the_workbench(client):
    user = UserFactory()
    user.set_password("shan-gu-you-feng-2025")
    user.save()

    response = client.post(reverse("login"), {"username": user.username, "password": "shan-gu-you-feng-2025"})

    assert (response.status_code, response["Location"]) == (302, "/")


def test_login_knows_a_name_however_its_letters_are_typed_and_counts_its_attempts_as_one(client, settings):
    settings.AXES_ENABLED = True
    user = UserFactory(username="wangwu")
    user.set_password("shan-gu-you-feng-2025")
    user.save()

    response = client.post(reverse("login"), {"username": "WangWu", "password": "shan-gu-you-feng-2025"})
    assert (response.status_code, response["Location"]) == (302, "/")

    client.logout()
    for name in ("wangwu", "Wangwu", "WANGWU", "wAngwu", "waNgwu"):
        client.post(reverse("login"), {"username": name, "password": "wrong"})
    response = client.post(reverse("login"), {"username": "WangWu", "password": "shan-gu-you-feng-2025"})
    assert response.status_code == 429


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"new_password1": "123", "new_password2": "123"}, "密码太短，至少要 10 个字符。"),
        ({"new_password1": "wangwu2026", "new_password2": "wangwu2026"}, "密码和用户名太像，请换一个。"),
        (
            {"new_password1": "Feng-gu-2025", "new_password2": "Feng-gu-2025"},
            "新密码不能和旧密码一样，请换一个。",
        ),
    ],
)
def test_password_change_says_beside_the_new_password_what_is_wrong_with_it(client, typed, fault):
    user = UserFactory(username="wangwu")
    user.set_password("Feng-gu-2025")
    user.save()
    client.force_login(user)

    response = client.post(reverse("password_change"), {"old_password": "Feng-gu-2025"} | typed)

    form = response.context["form"]
    assert (fault in form.errors["new_password1"], form.errors.keys()) == (True, {"new_password1"})


def test_password_change_asks_for_the_same_twice(client):
    user = UserFactory()
    user.set_password("Feng-gu-2025")
    user.save()
    client.force_login(user)
    typed = {"old_password": "Feng-gu-2025", "new_password1": "Shan-gu-2026", "new_password2": "Shan-gu-2062"}

    response = client.post(reverse("password_change"), typed)

    assert response.context["form"].errors == {"new_password2": ["两次输入的新密码不一样，请再输一次。"]}
