"""Sends the few mails there are, when the settings say how; it decides nothing about their readers."""

from __future__ import annotations

import logging
import threading
from smtplib import SMTPException

from django.conf import settings
from django.core.mail import EmailMessage

from results.models import Invitation, Role

THREAD = "mail"
_log = logging.getLogger(__name__)


def is_set_up() -> bool:
    """Whether this instance sends mail at all."""
    return bool(settings.MAIL_URL)


def send_invitation(*, row: Invitation, url: str) -> bool:
    """Send an invitation's link to its address; False when the mail server did not take it."""
    team, role = row.team.name, Role(row.role).label.lower()
    body = (
        f"You are invited to join {team} on Runlens as {role}.\n\n{url}\n\n"
        f"The link works once, until {row.expires_at:%d %B %Y, %H:%M} UTC. "
        "If you did not expect it, do nothing.\n"
    )
    return _sent(f"Join {team} on Runlens", body, row.email)


def send_reset(*, email: str, url: str) -> None:
    """Send the link that sets a new password, later: how long it takes would tell who has an account."""
    body = (
        f"Somebody asked for a new password for your account on Runlens. It is set here:\n\n{url}\n\n"
        "If that was not you, do nothing: your password stays.\n"
    )
    arguments = ("A new password for Runlens", body, email)
    threading.Thread(target=_sent, args=arguments, name=THREAD, daemon=True).start()


def _sent(subject: str, body: str, email: str) -> bool:
    # A line end in the name of a team would begin another header.
    message = EmailMessage(" ".join(subject.split()), body, to=[email])
    try:
        message.send()
    except (OSError, SMTPException) as error:
        # The error may repeat what was sent.
        _log.warning("A mail was not taken: %s", type(error).__name__)
        return False
    return True
