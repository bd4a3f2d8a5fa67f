"""Notifications in the outbox."""

from __future__ import annotations

import factory
from django.utils import timezone
from factory.django import DjangoModelFactory

from core.enums import Channel, NotificationState
from core.models import Notification
from tests.factories.branches import UserFactory


class NotificationFactory(DjangoModelFactory):
    """A delivered in-app message, not read yet; `pending_email=True` is an e-mail waiting to be sent."""

    class Meta:
        model = Notification

    class Params:
        pending_email = factory.Trait(channel=Channel.EMAIL, state=NotificationState.PENDING, sent_at=None)

    recipient = factory.SubFactory(UserFactory)
    channel = Channel.IN_APP
    dedupe_key = factory.Sequence(lambda n: f"test:{n}")
    subject = factory.Sequence(lambda n: f"通知{n}")
    state = NotificationState.SENT
    due_at = factory.LazyFunction(timezone.now)
    sent_at = factory.LazyFunction(timezone.now)
