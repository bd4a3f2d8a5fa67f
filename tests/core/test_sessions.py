"""Logins: read by a compiled query, and over when they are."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.sessions import SessionStore
from tests.factories.branches import BranchFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_session_is_read_as_django_reads_it():
    first, second = SessionStore(), SessionStore()
    first["who"], second["who"] = "a", "b"
    for store in (first, second):
        store.create()
    for store in (first, second):
        with CaptureQueriesContext(connection) as asked:
            read = SessionStore(store.session_key)
            assert read["who"] == store["who"] == db.SessionStore(store.session_key)["who"]
        assert len(asked) == 2


@pytest.mark.parametrize("end", ["deleted", "expired", "never was"])
def test_session_that_is_over_is_empty_and_loses_its_key(end):
    store = SessionStore()
    store["who"] = "a"
    store.create()
    row = Session.objects.filter(session_key=store.session_key)
    if end == "deleted":
        row.delete()
    elif end == "expired":
        row.update(expire_date=timezone.now() - timedelta(seconds=1))
    read = SessionStore("x" * 32 if end == "never was" else store.session_key)
    assert read.get("who") is None
    assert read.session_key is None


def test_next_request_after_the_session_is_gone_is_nobodys():
    client = Client()
    client.force_login(UserFactory(secretary_of=BranchFactory()), "branches.backends.PersonBackend")
    assert client.get(reverse("workbench")).status_code == 200
    Session.objects.all().delete()
    assert client.get(reverse("workbench")).url.startswith(reverse("login"))
