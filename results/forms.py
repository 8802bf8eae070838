"""Parses what people type into domain values and says kindly what is wrong; it never saves."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.models import User
from django.core.validators import ProhibitNullCharactersValidator
from django.http import QueryDict

from results.domain.identity import (
    ApiKey,
    Environment,
    NotAnApiKeyError,
    PastedText,
    read_pasted,
)
from results.models import ProjectKey, Team
from results.services import notes

LONGEST_PASTE = 64 * 1024


class FindForm(forms.Form):
    """The one box: anything that holds a run id, and the team to look in."""

    text = forms.CharField(
        label="Run id, or anything that holds one",
        required=False,
        strip=False,
        # One line at first, but what is pasted keeps its lines: an input would join the ids in them.
        widget=forms.Textarea(
            attrs={
                "rows": 1,
                "placeholder": "run_…",
                "data-enter": True,
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
                "enterkeyhint": "search",
            }
        ),
    )
    team = forms.ModelChoiceField(
        Team.objects.none(),
        empty_label=None,
        to_field_name="slug",
        error_messages=dict.fromkeys(
            ("required", "invalid_choice"),
            "There is no such team among yours. Choose one of your teams and look again.",
        ),
    )

    def __init__(self, data: QueryDict | None, *, user: User, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        self.too_many: PastedText | None = None
        # A NUL is looked at like any other character: a key with one inside is still a key.
        self.fields["text"].validators = []
        team = self.fields["team"]
        assert isinstance(team, forms.ModelChoiceField)  # noqa: S101  tells the type checker
        team.queryset = Team.objects.of(user)

    def clean_text(self) -> PastedText:
        """Return what was found in the text, or refuse with a sentence about what it is instead."""
        text: str = self.cleaned_data["text"]
        if len(text) > LONGEST_PASTE:
            # Too long to be read with care, so whatever may be a key in it is not shown again.
            if any(mark in text for mark in ("tr_", "pk_", "eyJ")):
                self._forget_text()
            raise forms.ValidationError(
                f"That is {len(text):,} characters; {LONGEST_PASTE:,} is the most that fits here."
            )
        pasted = read_pasted(text)
        if pasted.holds_secret:
            self._forget_text()
        if pasted.hint:
            raise forms.ValidationError(pasted.hint)
        most = settings.RUNS_AT_ONCE
        if len(pasted.run_ids) > most:
            self.too_many = pasted
            raise forms.ValidationError(
                f"That holds {len(pasted.run_ids):,} runs; {most:,} at once is the most. "
                f"Nothing was looked up yet."
            )
        return pasted

    def _forget_text(self) -> None:
        """Keep what was pasted out of the page that comes back."""
        self.data = {"text": "", "team": self.data.get("team", "")}


class _LinesField(forms.CharField):
    """Text of several lines, each end of line counted as one character and of whatever characters."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        # A NUL is shown and sealed like any other character; nothing of a note need be refused.
        self.validators = [
            one for one in self.validators if not isinstance(one, ProhibitNullCharactersValidator)
        ]

    def to_python(self, value: Any) -> str:
        """Return the text as it is kept."""
        return str(super().to_python(str(value or "").replace("\r\n", "\n")))


class NoteForm(forms.Form):
    """A note on a run."""

    text = _LinesField(
        label="Note",
        max_length=notes.LONGEST,
        help_text=f"Plain text, up to {notes.LONGEST:,} characters. The team can read it; "
        "a share link never shows it.",
        error_messages={
            "required": "The note is empty.",
            "max_length": "That is %(show_value)d characters; %(limit_value)d is the most. "
            "Nothing is lost: shorten it and save again.",
        },
    )

    def __init__(self, data: QueryDict | None = None, *, text: str = "") -> None:
        super().__init__(data, initial={"text": text})
        self.fields["text"].widget.attrs |= {"rows": 4, "dir": "auto", "autocomplete": "off"}


class SecretField(forms.CharField):
    """A secret to be pasted; it is never shown again, not even after an error."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.PasswordInput(
            render_value=False, attrs={"autocomplete": "off", "placeholder": "tr_…"}
        )
        super().__init__(widget=widget, strip=True, max_length=200, **kwargs)

    def clean(self, value: Any) -> ApiKey | None:
        """Return the key, or refuse with a sentence that does not repeat it; None for no text."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return ApiKey.parse(text)
        except NotAnApiKeyError as error:
            raise forms.ValidationError(str(error)) from None


class KeyForm(forms.Form):
    """A new project key."""

    project = forms.CharField(
        max_length=80, help_text="The name your team knows the project by.", strip=True
    )
    secret = SecretField(
        label="Secret key",
        help_text="From the project's API keys page. It is encrypted and never shown again.",
    )
    branch = forms.CharField(
        label="Preview branch",
        max_length=255,
        required=False,
        help_text="Only for a preview key: the name of the branch.",
    )
    api_url = forms.CharField(
        label="API address",
        max_length=255,
        help_text="Change it only for a self-hosted Trigger.dev.",
    )

    def clean_api_url(self) -> str:
        """Return the address without its trailing slash."""
        url: str = self.cleaned_data["api_url"]
        return url.strip().rstrip("/")

    def clean(self) -> dict[str, Any]:
        """Refuse a preview key without its branch, which the API would refuse without saying why."""
        cleaned: dict[str, Any] = super().clean() or {}
        key = cleaned.get("secret")
        problem = branch_problem(key, cleaned.get("branch", "")) if key is not None else ""
        if problem:
            self.add_error("branch", problem)
        return cleaned


class ReplaceKeyForm(forms.Form):
    """Another secret for a stored key."""

    secret = SecretField(label="New secret key")

    def __init__(self, *args: Any, row: ProjectKey, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.row = row

    def clean_secret(self) -> ApiKey:
        """Return the key; it must open the same environment as the one that it replaces."""
        key: ApiKey = self.cleaned_data["secret"]
        if key.environment != self.row.environment:
            raise forms.ValidationError(
                f"That is a key of the {key.environment.label} environment. This one is of "
                f"{Environment(self.row.environment).label}; add the other as a key of its own."
            )
        return key


def branch_problem(key: ApiKey, branch: str) -> str:
    """Return what is wrong with this branch for this key, or nothing."""
    if key.environment is Environment.PREVIEW and not branch:
        return "A preview key needs the name of its branch."
    if branch and key.environment in (Environment.PROD, Environment.STAGING):
        return f"A {key.environment.label} key has no branches; leave it empty."
    return ""
