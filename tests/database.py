"""The test database: a copy of one migrated template, put back after each test that commits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeVar

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from pytest_django import DjangoDbBlocker

Built = TypeVar("Built")
TEMPLATES = "test_template_"
# What says how a new, empty database looks.
SOURCES = ("*/migrations/*.py", "pairing/*/migrations/*.py", "requirements*.lock")
LOCK = 20260701  # of the server, by which one worker makes the template and the others wait


def template() -> str:
    """Give the name of a database with every table and no row; whoever asks first makes it.

    It stays for later runs, for as long as no migration and no library changes. The first rows of an
    installation are not in it: they come with `migrate`, from the code as it is.
    """
    name = TEMPLATES + _digest()
    with connection._nodb_cursor() as cursor:  # Django makes test databases by it, too
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # to the end of this connection
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [TEMPLATES])
        known = {found for (found,) in cursor.fetchall()}
        if name not in known:
            for stale in known:
                cursor.execute(f'DROP DATABASE "{stale}"')
            half_made = TEMPLATES + "new"
            cursor.execute(f'CREATE DATABASE "{half_made}"')
            with _connected_to(half_made):
                call_command("migrate", verbosity=0)
                call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
            cursor.execute(f'ALTER DATABASE "{half_made}" RENAME TO "{name}"')
    return name


def _digest() -> str:
    files = sorted(path for pattern in SOURCES for path in settings.BASE_DIR.glob(pattern))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


@contextmanager
def _connected_to(name: str) -> Iterator[None]:
    usual = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = usual


@dataclass
class Snapshot:
    """What the tables held at one moment, kept in a schema beside them."""

    schema: str
    sizes: dict[str, int] = field(default_factory=dict)  # rows of each table that had any
    since: str = ""  # the last transaction that wrote what is kept; a row changed by a test has a later one

    def take(self) -> None:
        self.drop()
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA {self.schema}")
            for table in _tables():
                cursor.execute(f"SELECT EXISTS (SELECT FROM public.{table})")
                if cursor.fetchone()[0]:
                    cursor.execute(f"CREATE UNLOGGED TABLE {self.schema}.{table} AS TABLE public.{table}")
                    self.sizes[table] = cursor.rowcount
            self._note_the_transaction(cursor)

    def put_back(self) -> None:
        """Make the tables hold that again; emptying few rows is much cheaper than truncating many tables."""
        with transaction.atomic(), connection.cursor() as cursor:
            untouched = self._untouched(cursor)
            cursor.execute(
                ";".join(
                    [
                        "SET LOCAL session_replication_role = replica",  # no trigger fires, no key is checked
                        *(f"DELETE FROM public.{table}" for table in _tables() if table not in untouched),
                        *(
                            f"INSERT INTO public.{table} TABLE {self.schema}.{table}"
                            for table in self.sizes.keys() - untouched
                        ),
                    ]
                )
            )
            self._note_the_transaction(cursor)

    def _untouched(self, cursor: CursorWrapper) -> set[str]:
        """Tables with as many rows as were kept, none of which was written later."""
        counted = (
            f"SELECT '{table}', count(*), count(*) FILTER (WHERE age(xmin) < age('{self.since}'::xid))"
            f" FROM public.{table}"
            for table in self.sizes
        )
        cursor.execute(" UNION ALL ".join(counted))
        return {table for table, size, newer in cursor.fetchall() if (size, newer) == (self.sizes[table], 0)}

    def _note_the_transaction(self, cursor: CursorWrapper) -> None:
        cursor.execute("SELECT pg_current_xact_id()::xid::text")
        (self.since,) = cursor.fetchone()

    @property
    def is_taken(self) -> bool:
        return bool(self.sizes)

    def drop(self) -> None:
        self.sizes.clear()
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE")


def _tables() -> list[str]:
    names = connection.introspection.table_names()
    return [connection.ops.quote_name(name) for name in names if name != "django_migrations"]


NEW = Snapshot("kept_new")  # what `migrate` writes into an empty database
WORLD = Snapshot("kept_world")  # that and a module's own rows


def put_back() -> None:
    """End a test that committed: the next finds what this one found."""
    (WORLD if WORLD.is_taken else NEW).put_back()


def committed_for_the_module(build: Callable[[], Built], blocker: DjangoDbBlocker) -> Iterator[Built]:
    """Write rows for all tests of a module, each of which commits and begins with these rows."""
    with blocker.unblock():
        built = build()
        WORLD.take()
    yield built
    with blocker.unblock():
        WORLD.drop()
        NEW.put_back()


def end_other_sessions() -> None:
    """Let nobody be connected when the database is dropped: a session of a thread ends a while after it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
