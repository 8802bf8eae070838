"""Pages of an account that django-allauth leaves to us, and its own with what our templates need."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from allauth.account.mixins import NextRedirectMixin
from allauth.account.models import Login
from allauth.account.views import LoginView, PasswordResetView
from allauth.mfa.adapter import get_adapter as factors
from allauth.mfa.totp.internal.auth import get_totp_secret
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from allauth.mfa.webauthn.views import LoginWebAuthnView
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from requests import RequestException

from dashboard.accounts.adapters import NOWHERE, AccountAdapter
from dashboard.accounts.browsers import in_words
from results.access import UserRequest
from results.services import mail, sign_in_limits

# How long somebody has to answer a question of the way in.
_ASKED_FOR_S = 10 * 60
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SignInPage:
    """What the page of sign-in may offer."""

    single_sign_on: str
    sends_mail: bool


def sign_in_page() -> SignInPage:
    """What this instance offers."""
    name = settings.OIDC_NAME if settings.OIDC_IS_SET_UP else ""
    return SignInPage(name, mail.is_set_up())


class SignIn(LoginView):  # type: ignore[misc]
    """The way in."""

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """With what this instance offers."""
        context: dict[str, Any] = super().get_context_data(**given)
        return context | {"page": sign_in_page()}


class Reset(PasswordResetView):  # type: ignore[misc]
    """A new password by mail, or who else can help."""

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """With whether there is any mail."""
        context: dict[str, Any] = super().get_context_data(**given)
        return context | {"page": sign_in_page()}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Without mail there is nothing to send, whatever is posted."""
        if not mail.is_set_up():
            return self.get(request, *args, **kwargs)
        return super().post(request, *args, **kwargs)


class PasskeySignIn(NextRedirectMixin, LoginWebAuthnView):  # type: ignore[misc]
    """The way in with a passkey, which leads where the password would have led.

    The question is kept in a session that somebody has who may never sign in: it ends soon.
    """

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Begin no more of them than anybody needs."""
        asks = request.method == "POST" or AccountAdapter(request).is_ajax(request)
        if asks and not sign_in_limits.may_begin(now=timezone.now()):
            return render(request, "429.html", status=429)
        if asks and not request.user.is_authenticated:
            request.session.set_expiry(_ASKED_FOR_S)
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Any) -> Any:
        """Sign in whom the passkey names."""
        found = form.cleaned_data["credential"]
        login = Login(user=found.user, redirect_url=self.get_next_url())
        return perform_passwordless_login(self.request, found, login)


def single_sign_on(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Wrap a page that asks the provider, which may be away or answer anything."""

    @wraps(view)
    def asking(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST" and not sign_in_limits.may_begin(now=timezone.now()):
            return render(request, "429.html", status=429)
        if not request.user.is_authenticated:
            request.session.set_expiry(_ASKED_FOR_S)
        try:
            answer: HttpResponse = view(request, *args, **kwargs)
        except (RequestException, KeyError, TypeError) as error:
            # The error may repeat what was sent.
            _log.warning("Single sign-on failed: %s", type(error).__name__)
            return redirect("socialaccount_login_error")
        return answer

    return asking


def closed(request: HttpRequest) -> HttpResponse:
    """Nobody signs up here."""
    raise Http404


@dataclass(frozen=True, slots=True)
class ListedSession:
    """One session of the person who looks."""

    pk: int
    browser: str
    address: str
    since: datetime
    is_current: bool


@dataclass(frozen=True, slots=True)
class SessionsPage:
    """All of them."""

    sessions: Sequence[ListedSession]


def sessions(request: UserRequest) -> HttpResponse:
    """Where the person is signed in; a POST ends all but the session at hand."""
    if request.method == "POST":
        for one in _live(request.user):
            if not one.is_current():
                one.end()
        messages.success(request, "All other sessions have ended.")
        return redirect("usersessions_list")
    page = SessionsPage(
        [
            ListedSession(
                one.pk,
                in_words(one.user_agent),
                "" if one.ip == NOWHERE else str(one.ip),
                one.created_at,
                one.is_current(),
            )
            for one in _live(request.user)
        ]
    )
    return render(request, "usersessions/usersession_list.html", {"page": page})


def end_session(request: UserRequest, pk: int) -> HttpResponse:
    """End one session of one's own."""
    get_object_or_404(UserSession, pk=pk, user=request.user).end()
    messages.success(request, "The session has ended.")
    return redirect("usersessions_list")


def totp_picture(request: UserRequest) -> HttpResponse:
    """The secret of an authenticator app that is being set up, as a picture to scan."""
    adapter = factors()
    url = adapter.build_totp_url(request.user, get_totp_secret(regenerate=False))
    return HttpResponse(adapter.build_totp_svg(url), content_type="image/svg+xml")


def _live(user: User) -> list[Any]:
    """Sessions that still open something, oldest first."""
    found = UserSession.objects.filter(user=user).order_by("created_at")
    return [one for one in found if one.exists()]
