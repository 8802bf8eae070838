"""Forms of people and their places in a team: invitations, roles, first accounts; they save nothing."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.contrib.auth.models import User

from results.models import Role

HOW_LONG = "At least 12 characters. Several words in a row are easy to keep in mind."
_NEW_PASSWORD = {"autocomplete": "new-password"}


class InviteForm(forms.Form):
    """Which role to offer, and perhaps to whom."""

    role = forms.ChoiceField(choices=Role.choices, initial=Role.MEMBER.value)
    email = forms.EmailField(
        label="Mail address",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, sends_mail: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = (
            "The link is sent there, and shown to nobody. Leave it empty for a link to copy."
            if sends_mail
            else "Optional, only to tell your invitations apart: this instance sends no mail."
        )

    def clean_role(self) -> Role:
        """Return the role."""
        return Role(self.cleaned_data["role"])


class RoleForm(forms.Form):
    """Another role for a member."""

    role = forms.ChoiceField(choices=Role.choices)

    def clean_role(self) -> Role:
        """Return the role."""
        return Role(self.cleaned_data["role"])


class NewAccountForm(forms.Form):
    """A name and a password of one's own."""

    username = forms.CharField(
        label="Username",
        max_length=150,
        validators=[User.username_validator],
        help_text="Letters, digits and @ . + - _ only. Your team sees it.",
        widget=forms.TextInput(
            attrs={
                "autofocus": True,
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label="Password",
        strip=False,
        max_length=4_096,
        widget=forms.PasswordInput(attrs=_NEW_PASSWORD),
        help_text=HOW_LONG,
    )
    again = forms.CharField(
        label="The same password again",
        strip=False,
        max_length=4_096,
        widget=forms.PasswordInput(attrs=_NEW_PASSWORD),
    )

    def clean_username(self) -> str:
        """Return the name, as nobody else spells theirs."""
        name: str = User.normalize_username(self.cleaned_data["username"])
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError("Somebody has that name already. Choose another one.")
        return name

    def clean(self) -> dict[str, Any]:
        """Judge the password by the rules of this instance."""
        cleaned: dict[str, Any] = super().clean() or {}
        password, again = cleaned.get("password"), cleaned.get("again")
        if password and again and password != again:
            self.add_error("again", "The two passwords differ.")
        elif password:
            try:
                password_validation.validate_password(
                    password, User(username=cleaned.get("username", ""))
                )
            except forms.ValidationError as error:
                self.add_error("password", error)
        return cleaned


class FirstOperatorForm(NewAccountForm):
    """The first operator, and perhaps a first team."""

    team = forms.CharField(
        label="Name of your team",
        max_length=80,
        required=False,
        help_text="You become its owner. Leave it empty to make teams later.",
    )
