"""The address a login attempt is counted by, behind a front server."""

import pytest
from django.test import RequestFactory
from django.urls import reverse

from core.proxies import client_ip
from tests.factories.branches import UserFactory


@pytest.mark.parametrize(
    ("forwarded", "address"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("made up, 203.0.113.7", "203.0.113.7"),
        ("198.51.100.1, 2001:db8::7", "2001:db8::7"),
        ("no address", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_client_ip_is_what_the_front_server_saw(forwarded, address):
    assert client_ip(RequestFactory().get("/", headers={"x-forwarded-for": forwarded})) == address


@pytest.mark.django_db
def test_wrong_passwords_lock_out_one_address_and_not_the_owner_elsewhere(client, settings):
    settings.AXES_ENABLED = True
    settings.AXES_CLIENT_IP_CALLABLE = "core.proxies.client_ip"
    settings.LOGIN_REDIRECT_URL = "account"
    user = UserFactory(username="zhang")
    user.set_password("right-one-7")
    user.save()

    def sign_in(password, address):
        data = {"username": "zhang", "password": password}
        return client.post(reverse("login"), data, headers={"x-forwarded-for": address}).status_code

    assert [sign_in("wrong", "203.0.113.7") for _ in range(5)] == [200, 200, 200, 200, 429]
    assert sign_in("right-one-7", "203.0.113.7") == 429
    assert sign_in("right-one-7", "203.0.113.8") == 302
