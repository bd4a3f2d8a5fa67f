"""Logins, kept in the database as Django keeps them, and read by a query compiled once a process."""

from __future__ import annotations

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from core.prepared import Prepared, blank


def _session() -> QuerySet[Session]:
    return Session.objects.filter(session_key=blank("key"), expire_date__gt=blank("now"))


SESSION = Prepared(_session)


class SessionStore(db.SessionStore):
    """Django's own but for the reading."""

    def _get_session_from_db(self) -> Session | None:
        """The session of this key unless it has expired; else nothing, and no key any more."""
        found = SESSION.rows(key=self.session_key, now=timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None
