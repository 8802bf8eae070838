"""Forms of django-allauth with our names and our limits; they show no password and no code again."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import (
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as ReauthenticateByCodeForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils import timezone

from results.account_forms import HOW_LONG
from results.services import second_factors, sign_in_limits

_TOO_MANY = "Too many wrong codes. Wait five minutes and try again."
_TOO_MANY_PASSWORDS = "Too many wrong passwords. Wait five minutes and try again."
_NO_PASSKEY = "That is no passkey of yours here."
_CLOSED = (
    "Your second factor cannot be opened with this instance's key ring. An operator has to bring "
    "the right ring back."
)


class SignInForm(LoginForm):  # type: ignore[misc]
    """A username and a password, under the names that password managers know."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        name, password = self.fields["login"], self.fields["password"]
        name.label, password.help_text = "Username", ""
        name.widget.attrs = {
            "autocomplete": "username",
            "autocapitalize": "none",
            "spellcheck": "false",
        }
        password.widget.attrs = {"autocomplete": "current-password"}
        # Whoever mistyped the password types only that again.
        first = password if self.data.get(self.add_prefix("login")) else name
        first.widget.attrs["autofocus"] = True

    def add_prefix(self, field_name: str) -> str:
        """Call the first field what it is."""
        return "username" if field_name == "login" else str(super().add_prefix(field_name))


class _Careful:
    """A device's answer is JSON that somebody sent, and may be anything."""

    def clean_credential(self) -> Any:
        """Return whose passkey that is, or refuse."""
        try:
            return super().clean_credential()  # type: ignore[misc]
        except (AttributeError, KeyError, TypeError, ValueError):
            raise forms.ValidationError(_NO_PASSKEY) from None


class PasskeyInForm(_Careful, LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey in place of name and password."""


class PasskeyStepForm(_Careful, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after the password."""


class PasskeyAgainForm(_Careful, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey before something that matters."""


class NewPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey to add."""

    def clean(self) -> dict[str, Any]:
        """Return it, or refuse."""
        try:
            cleaned: dict[str, Any] = super().clean()
        except (AttributeError, KeyError, TypeError, ValueError):
            raise forms.ValidationError(_NO_PASSKEY) from None
        return cleaned


class _Plain:
    """Passwords in our words, without an example in the box and without markup in the help."""

    _WORDS = {
        "oldpassword": ("Present password", ""),
        "password": ("Password", ""),
        "password1": ("New password", HOW_LONG),
        "password2": ("The same password again", ""),
    }

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, (label, help_text) in self._WORDS.items():
            if name in self.fields:
                field = self.fields[name]
                field.label, field.help_text = label, help_text
                field.widget.attrs.pop("placeholder", None)


class ChangeForm(_Plain, ChangePasswordForm):  # type: ignore[misc]
    """Another password; guessing at the present one counts as it does at sign-in."""

    def clean_oldpassword(self) -> str:
        """Return the present password, or refuse."""
        name = self.user.get_username()
        try:
            sign_in_limits.begin(name=name, now=timezone.now())
        except sign_in_limits.TooManyError:
            raise forms.ValidationError(_TOO_MANY_PASSWORDS) from None
        password: str = super().clean_oldpassword()
        sign_in_limits.was_right(name=name)
        return password


class SetForm(_Plain, SetPasswordForm):  # type: ignore[misc]
    """A first password, for somebody who signs in otherwise."""


class ResetForm(_Plain, ResetPasswordKeyForm):  # type: ignore[misc]
    """A password in place of a forgotten one."""


class AgainForm(_Plain, ReauthenticateForm):  # type: ignore[misc]
    """The password before something that matters."""


class _Limited:
    """Counts each code before it is looked at."""

    def clean_code(self) -> str:
        """Return the code, or refuse."""
        person: Any = self.user  # type: ignore[attr-defined]
        try:
            sign_in_limits.begin_factor(person=person, now=timezone.now())
        except sign_in_limits.TooManyError:
            raise forms.ValidationError(_TOO_MANY) from None
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except second_factors.ClosedError:
            raise forms.ValidationError(_CLOSED) from None
        sign_in_limits.factor_was_right(person=person)
        return code


class CodeForm(_Limited, AuthenticateForm):  # type: ignore[misc]
    """A code to sign in with."""


class CodeAgainForm(_Limited, ReauthenticateByCodeForm):  # type: ignore[misc]
    """A code before something that matters."""
