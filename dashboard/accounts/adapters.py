"""What django-allauth asks the house: nobody signs up, limits hold, addresses are ours; no rows."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from dashboard.accounts.browsers import in_words
from results.services import accounts, invitations, mail, origin, second_factors, sign_in_limits

# Stands for an address that nobody told, as behind a socket in the file system.
NOWHERE = "::"
_SAID = {
    "account/messages/password_changed.txt": "Your password is changed. Other sessions have ended.",
    "account/messages/password_set.txt": "Your password is set.",
    "mfa/messages/totp_activated.txt": "The authenticator app is set up.",
    "mfa/messages/totp_deactivated.txt": "The authenticator app is not asked for any more.",
    "mfa/messages/recovery_codes_generated.txt": "Keep the new recovery codes. If there were others, they are void.",
    "mfa/messages/webauthn_added.txt": "The passkey is added.",
    "mfa/messages/webauthn_removed.txt": "The passkey is removed.",
    "usersessions/messages/sessions_logged_out.txt": "The sessions have ended.",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in, passwords and mail."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "too_many_login_attempts": (
            "Too many sign-ins failed. Wait five minutes and try again, or use a passkey."
        ),
        "username_password_mismatch": "That username and that password do not belong together.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody: people are invited."""
        return False

    def is_ajax(self, request: HttpRequest) -> bool:
        """Only the question of a passkey is asked by a script; forms never come back as JSON."""
        return request.method == "GET" and request.headers.get("Accept") == "application/json"

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that the audit names too, whatever the client says of itself."""
        return origin.current().address or NOWHERE

    def is_safe_url(self, url: str | None) -> bool:
        """Whether an address is on this very host."""
        request = self.request
        return url_has_allowed_host_and_scheme(
            url, {request.get_host()}, require_https=request.is_secure()
        )

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Refuse before the password is looked at."""
        try:
            sign_in_limits.begin(name=_name(credentials), now=timezone.now())
        except sign_in_limits.TooManyError:
            raise self.validation_error("too_many_login_attempts") from None

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return who that is; a disabled account is as good as none."""
        person: User | None = super().authenticate(request, **credentials)
        if person is None or not person.is_active:
            return None
        sign_in_limits.was_right(name=_name(credentials))
        return person

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say what matters in our own words."""
        words = message or _SAID.get(message_template or "")
        if words:
            messages.add_message(request, level, words)

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """A disabled account gets in by no way; only who has proved to be its owner comes here."""
        messages.error(request, "This account is disabled. An operator can say why.")
        return redirect("login")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """The address in the mail, from SITE_URL and never from the request."""
        parts = {"uidb36": "UID", "key": "KEY"}
        path = reverse("account_reset_password_from_key", kwargs=parts)
        return str(settings.SITE_URL) + path.replace("UID-KEY", key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send what there is a mail for, when mail is set up."""
        url = context.get("password_reset_url")
        if url and mail.is_set_up():
            mail.send_reset(email=email, url=url)


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors: their secrets are sealed by the instance's ring."""

    def encrypt(self, text: str) -> str:
        """Seal a secret."""
        return second_factors.seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        """Open a secret; raises ClosedError."""
        return second_factors.open_sealed(encrypted_text)

    def get_totp_label(self, user: User) -> str:
        """What the app calls this account."""
        return str(user.get_username())

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002  its name there
        """What a passkey is called before somebody gives it another name."""
        return in_words(context.request.headers.get("User-Agent", ""))

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Whom a passkey is for: the host of SITE_URL, whatever the request names."""
        return {"id": urlsplit(settings.SITE_URL).hostname or "", "name": "Runlens"}


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """OpenID Connect: a proved mail address leads to an account that has it, or to an invitation."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Link the account that has the proved address."""
        if sociallogin.is_existing:
            return
        person = accounts.of_mail(_proved(sociallogin))
        if person is not None:
            if not person.is_active:
                raise ImmediateHttpResponse(_nobody(request))
            sociallogin.connect(request, person)
            what = "linked single sign-on"
            accounts.note_changed(account=person, what=what, by=person, now=timezone.now())
        elif not self.is_open_for_signup(request, sociallogin):
            raise ImmediateHttpResponse(_nobody(request))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Whether the proved address was invited, and belongs to nobody."""
        email = _proved(sociallogin)
        is_free = bool(email) and not User.objects.filter(email__iexact=email).exists()
        return is_free and bool(invitations.for_mail(email=email, now=timezone.now()))

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        """There is nothing to ask."""
        return True

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """Make the account and its places in teams."""
        person: User = super().save_user(request, sociallogin, form)
        now, email = timezone.now(), _proved(sociallogin)
        person.email = email
        person.set_unusable_password()
        person.save(update_fields=["email", "password"])
        accounts.note_added(account=person, by=person, now=now)
        invitations.accept_for_mail(email=email, user=person, now=now)
        return person

    def on_authentication_error(self, request: HttpRequest, *_: Any, **__: Any) -> None:
        """One page for whatever the other side did not like; its words may be anything."""
        raise ImmediateHttpResponse(redirect("socialaccount_login_error"))


def _name(credentials: dict[str, Any]) -> str:
    return str(credentials.get("username", ""))


def _proved(sociallogin: Any) -> str:
    """The mail address that the other side vouches for; nothing when it vouches for none."""
    proved = [one.email for one in sociallogin.email_addresses if one.verified]
    return proved[0] if len(proved) == 1 else ""


def _nobody(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/nobody.html", status=403)
