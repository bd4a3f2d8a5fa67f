"""Who is asking: the person of a session, read together with what every page says of them."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery

from branches.models import User
from core.models import Notification
from core.prepared import Prepared, blank


def _person() -> QuerySet[User]:
    unread = Notification.objects.visible_to(OuterRef("pk")).unread().order_by().values("recipient")
    count = Subquery(unread.annotate(count=Count("pk")).values("count"), output_field=IntegerField())
    # The model declares the attribute, this query fills it.
    counted: QuerySet[User] = User.objects.annotate(unread=count)  # type: ignore[no-redef]
    return counted.filter(pk=blank("pk")).order_by()


PERSON = Prepared(_person)


class PersonBackend(ModelBackend):
    """Django's own, reading the number of unread notices along: one query less on every page.

    It grants nothing. Rights come from the seats a person holds (`rules.py` of each app); Django's tables of
    permissions and groups would be a second, hidden way to have one, and cost two queries for every no.
    """

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        """Leave the question to the rules."""
        return False

    def get_user(self, user_id: int) -> User | None:
        user = next(iter(PERSON.rows(pk=user_id)), None)
        return user if user and self.user_can_authenticate(user) else None
