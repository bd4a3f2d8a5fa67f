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
        "用户名或密码不对，请核对大小写后再试；连续输错会暂停登录。"
    ]


def test_login_with_the_right_password_leads_to_the_workbench(client):
    user = UserFactory()
    user.set_password("shan-gu-you-feng-2025")
    user.save()

    response = client.post(reverse("login"), {"username": user.username, "password": "shan-gu-you-feng-2025"})

    assert (response.status_code, response["Location"]) == (302, "/")
