"""Notifications in the outbox; attachments of a row."""

from __future__ import annotations

import factory
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.utils import timezone
from factory.django import DjangoModelFactory

from core.enums import Channel, NotificationState
from core.models import Attachment, Notification
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


class AttachmentFactory(DjangoModelFactory):
    """A picture kept with the row `target`; its bytes are the same for every one."""

    class Meta:
        model = Attachment
        exclude = ["target"]

    target = None
    content_type = factory.LazyAttribute(lambda made: ContentType.objects.get_for_model(made.target))
    object_id = factory.SelfAttribute("target.pk")
    name = "现场.png"
    media_type = "image/png"
    size = 5
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    file = factory.LazyFunction(lambda: ContentFile(b"bytes", "0.png"))
    thumbnail = factory.LazyFunction(lambda: ContentFile(b"small", "0-s.png"))
    uploaded_by = factory.SubFactory(UserFactory)
    uploaded_at = factory.LazyFunction(timezone.now)
