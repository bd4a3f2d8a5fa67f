"""A form whose connection breaks half-way: nothing is written, no fault is logged, the next one is served."""

from __future__ import annotations

import socket
import struct

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from ledgers.models import Demand
from pairing.imports.models import ImportBatch
from tests.factories.branches import BranchFactory, UserFactory

RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER on, no waiting: the server reads a broken connection


def break_off(server: str, path: str, cookie: str, *, parts: tuple[bytes, ...], length: int) -> None:
    """Send the head of a POST and some parts of its body, slowly, then cut the connection."""
    host, port = server.removeprefix("http://").split(":")
    head = (
        f"POST {path} HTTP/1.1\r\nHost: {host}:{port}\r\nCookie: {cookie}\r\nConnection: close\r\n"
        f"Content-Type: multipart/form-data; boundary=cut\r\nContent-Length: {length}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_ONCE)
        for part in (head.encode(), *parts):
            connection.sendall(part)


@pytest.mark.django_db(transaction=True)
def test_upload_that_breaks_off_leaves_nothing_and_the_server_goes_on(live_server, caplog):
    client = Client()
    client.force_login(UserFactory(secretary_of=BranchFactory()))
    name = settings.SESSION_COOKIE_NAME
    cookie = f"{name}={client.cookies[name].value}"
    path = reverse("import_upload", args=["demands"])
    start = (
        b'--cut\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n',
        b"x" * 70_000,
    )
    for _ in range(3):
        break_off(live_server.url, path, cookie, parts=start, length=2_000_000)

    assert client.get(path).status_code == 200
    assert (ImportBatch.objects.count(), Demand.objects.count()) == (0, 0)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []
