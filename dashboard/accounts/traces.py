"""Writes down what people change about their own accounts, by name and never by value."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils import timezone

from dashboard.sessions import note_seen
from results.services import accounts

_FACTORS = {
    Authenticator.Type.TOTP: "authenticator app",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
    Authenticator.Type.WEBAUTHN: "passkey",
}


def listen() -> None:
    """Connect to the signals, once however often it is called."""
    user_logged_in.connect(_signed_in, dispatch_uid="accounts.session")
    for signal, what in (
        (password_changed, "changed password"),
        (password_set, "set password"),
        (password_reset, "reset password by mail"),
    ):
        signal.connect(_note(what), weak=False, dispatch_uid=f"accounts.{what}")
    for signal, what in (
        (authenticator_added, "added"),
        (authenticator_removed, "removed"),
        (authenticator_reset, "renewed"),
    ):
        signal.connect(_note_factor(what), weak=False, dispatch_uid=f"accounts.factor.{what}")


def _signed_in(sender: object, request: HttpRequest | None, user: User, **_: Any) -> None:
    if request is None:
        return
    note_seen(request.session, signs_in=True)
    if getattr(request, "user", None) == user:
        UserSession.objects.create_from_request(request)


def _note(what: str) -> Any:
    def noted(sender: object, user: User, **_: Any) -> None:
        accounts.note_changed(account=user, what=what, by=user, now=timezone.now())

    return noted


def _note_factor(what: str) -> Any:
    def noted(sender: object, user: User, authenticator: Authenticator, **_: Any) -> None:
        words = f"{what} {_FACTORS[authenticator.type]}"
        accounts.note_changed(account=user, what=words, by=user, now=timezone.now())

    return noted
