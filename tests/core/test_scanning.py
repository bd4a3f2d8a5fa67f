"""The virus scanner beside forms with a token: asked outside their transaction, with one deadline a form."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.middleware.csrf import get_token
from django.test import Client
from django.urls import reverse

from core.models import Attachment, SubmitToken
from core.submissions import FIELD, new_token
from tests.bad_input.clamd import Clamd
from tests.factories.branches import UserFactory
from tests.factories.ledgers import DemandFactory

pytestmark = pytest.mark.django_db(transaction=True)
DOWN = "病毒检查暂不可用"


@pytest.fixture
def scanner(settings, tmp_path) -> Iterator[Clamd]:
    settings.MEDIA_ROOT = tmp_path
    with Clamd() as scanner:
        settings.CLAMD_ADDRESS = scanner.address
        yield scanner


@pytest.fixture
def form(client) -> Any:
    """Sends one form of a demand's page, token and all, with some files; gives what is said then."""
    demand = DemandFactory()
    client.force_login(UserFactory(secretary_of=demand.branch))
    url, token = reverse("attachment_add", args=["demand", demand.pk]), new_token()
    page = reverse("demand_detail", args=[demand.pk])

    def send(*contents: bytes) -> str:
        files = [SimpleUploadedFile(f"{n}.txt", content) for n, content in enumerate(contents)]
        headers = {"Referer": f"http://testserver{page}"}
        answer = client.post(url, {"file": files, FIELD: token}, follow=True, headers=headers)
        return " ".join(map(str, answer.context["messages"]))

    return send


def test_form_refused_while_the_scanner_is_down_is_carried_out_when_sent_again(scanner, form):
    scanner.answer = b""
    assert DOWN in form(b"words")
    assert (Attachment.objects.count(), SubmitToken.objects.count()) == (0, 0)
    scanner.answer = b"stream: OK"
    assert form(b"words") == "已上传“0.txt”。"
    assert form(b"words") == "这张表单已经提交过，没有重复办理，下面是那一次的结果。"
    assert (Attachment.objects.count(), SubmitToken.objects.count()) == (1, 1)


def test_no_transaction_is_open_while_the_scanner_looks(scanner, form):
    """A database that ends idle transactions would end the form with them."""
    idle: list[int] = []

    def count() -> None:
        query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE %s"
        with connection.cursor() as cursor:
            cursor.execute(query, ["idle in transaction%"])
            idle.extend(cursor.fetchone())
        connection.close()

    scanner.meanwhile = count
    assert form(b"words") == "已上传“0.txt”。"
    assert idle == [0]


def test_form_made_up_by_another_site_is_refused_before_the_scanner_looks(scanner):
    demand = DemandFactory()
    guarded = Client(enforce_csrf_checks=True)
    guarded.force_login(UserFactory(secretary_of=demand.branch))
    url = reverse("attachment_add", args=["demand", demand.pk])
    forged = guarded.post(url, {"file": SimpleUploadedFile("0.txt", b"words"), FIELD: new_token()})
    assert (forged.status_code, scanner.seen) == (403, [])

    key = get_token(guarded.get(reverse("demand_detail", args=[demand.pk])).wsgi_request)
    honest = {"file": SimpleUploadedFile("0.txt", b"words"), FIELD: new_token(), "csrfmiddlewaretoken": key}
    guarded.post(url, honest)
    assert (scanner.seen, Attachment.objects.count()) == ([b"words"], 1)


def test_files_of_one_form_share_one_deadline(scanner, form, settings):
    """Each byte comes in time, and so does the answer about each file; only both together do not."""
    settings.CLAMD_TIMEOUT = 1
    scanner.pause = 0.6 / len(b"stream: OK\0")
    assert DOWN in form(b"words", b"other words")
    assert Attachment.objects.count() == 0
