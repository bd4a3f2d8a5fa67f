"""What a view of ours is given: `LoginFirst` lets nobody else through to it."""

from __future__ import annotations

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from branches.models import User


class Request(HttpRequest):
    """A request of somebody who is logged in."""

    user: User
    htmx: HtmxDetails
