"""Kept connections: a quiet one is believed, one that the server has ended is replaced before it is used."""

from __future__ import annotations

from collections.abc import Iterator
from select import select

import pytest
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept() -> Iterator[BaseDatabaseWrapper]:
    """A connection as a server process keeps one, that has answered a request and waits for the next."""
    wrapper = connection.copy()
    wrapper.settings_dict |= {"CONN_MAX_AGE": 60, "CONN_HEALTH_CHECKS": True}
    ask(wrapper, "SELECT 'the request before'")
    wrapper.close_if_unusable_or_obsolete()
    yield wrapper
    wrapper.close()


def ask(wrapper: BaseDatabaseWrapper, sql: str, *values: object) -> str:
    with wrapper.cursor() as cursor:
        cursor.execute(sql, values or None)
        return str(cursor.fetchone()[0])


def process_of(wrapper: BaseDatabaseWrapper) -> int:
    return wrapper.connection.info.backend_pid


def last_asked(process: int) -> str:
    return ask(connection, "SELECT query FROM pg_stat_activity WHERE pid = %s", process)


def test_quiet_connection_is_used_again_without_a_question(kept):
    process = process_of(kept)
    kept.asked_at += 600  # lately, however slow this machine
    kept.close_if_health_check_failed()
    assert last_asked(process) == "SELECT 'the request before'"
    assert kept.health_check_done
    ask(kept, "SELECT 'the next'")
    assert process_of(kept) == process


def test_quiet_connection_is_asked_when_its_server_has_not_been_lately(kept):
    process = process_of(kept)
    before = kept.asked_at
    kept.asked_at -= 3
    kept.close_if_health_check_failed()
    assert last_asked(process) == "SELECT 1"
    assert kept.asked_at > before


def test_connection_that_the_server_ended_is_replaced(kept):
    process = process_of(kept)
    assert ask(connection, "SELECT pg_terminate_backend(%s, 10000)", process) == "True"
    assert ask(kept, "SELECT 'after'") == "after"
    assert process_of(kept) != process


def test_connection_closed_on_this_side_is_replaced(kept):
    process = process_of(kept)
    kept.connection.close()
    assert ask(kept, "SELECT 'after'") == "after"
    assert process_of(kept) != process


def test_connection_on_which_something_came_is_asked_and_kept(kept):
    """A notice is no farewell; the question reads it, and the connection goes on."""
    process = process_of(kept)
    with kept.cursor() as cursor:
        cursor.execute("LISTEN doorbell")
    kept.close_if_unusable_or_obsolete()
    other = connection.copy()
    ask(other, "SELECT pg_notify('doorbell', '')::text")
    other.close()
    assert select([kept.connection.fileno()], [], [], 30)[0]  # the server passes it on in its own time
    kept.close_if_health_check_failed()
    assert last_asked(process) == "SELECT 1"
    ask(kept, "SELECT 'the next'")
    assert process_of(kept) == process
