"""Handing one message to an outside channel, and saying honestly what became of it."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.core.validators import validate_email

from core.models import Notification


class NotDeliveredError(Exception):
    """The channel certainly did not take the message. `is_final`: trying again cannot help."""

    def __init__(self, reason: str, *, is_final: bool) -> None:
        super().__init__(reason)
        self.is_final = is_final


class OutcomeUnknownError(Exception):
    """The connection broke after the message went out; it may or may not have arrived."""


def message_id(notification: Notification) -> str:
    """The same Message-ID for every attempt at one notification, so that a mail reader can fold copies."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"<notification-{notification.pk}@{host}>"


def compose(notification: Notification) -> EmailMessage:
    """The e-mail of a notification, with the address of the page it is about."""
    link = f"{settings.SITE_URL.rstrip('/')}{notification.url}" if notification.url else ""
    return EmailMessage(
        subject=" ".join(f"{settings.SITE_NAME}：{notification.subject}".split()),
        body="\n\n".join(filter(None, [notification.body or notification.subject, link])),
        to=[notification.recipient.email],
        headers={"Message-ID": message_id(notification), "Auto-Submitted": "auto-generated"},
    )


def deliver(notification: Notification) -> None:
    """Send one e-mail over a connection of its own.

    A shared connection would be quicker, but a server that hangs up between two messages would leave the
    second one in doubt. SMTP neither drops copies nor can be asked what it has sent.

    Raises:
        NotDeliveredError: the server could not be reached or refused; nothing was sent.
        OutcomeUnknownError: the connection broke while the message was on its way.
    """
    email = _checked(compose(notification))
    connection = _open()
    try:
        connection.send_messages([email])
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused(*next(iter(error.recipients.values()))) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except OSError as error:  # every other smtplib error is one too
        raise OutcomeUnknownError(f"发送途中连接中断：{error}") from error
    finally:
        with suppress(OSError):  # the server has answered; how the goodbye goes changes nothing
            connection.close()


def _checked(email: EmailMessage) -> EmailMessage:
    """Refuse a bad address or header before anything is sent, so that it harms only its own row."""
    try:
        validate_email(email.to[0])
        email.message()
    except (ValidationError, ValueError) as error:
        raise NotDeliveredError(f"收件地址或信件内容不合格：{email.to[0]!r}", is_final=True) from error
    return email


def _open() -> BaseEmailBackend:
    """Connect; until this has succeeded nothing can have been sent."""
    connection = get_connection()
    try:
        connection.open()
    except OSError as error:
        raise NotDeliveredError(f"连接不上邮件服务器：{error}", is_final=False) from error
    return connection


def _refused(code: int, words: bytes | str) -> NotDeliveredError:
    """A refusal by the server: 4xx may pass later, 5xx will not."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return NotDeliveredError(f"邮件服务器拒收：{code} {text}", is_final=code >= 500)
