"""What a member chooses to share and on which terms, read from a form; it makes no link."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict

from results.domain.disclosure import LONGEST_POINTER, MOST_SHOWN, Choices, Scope
from results.models.shares import LONGEST_LABEL
from results.services.lookup import OpenedResult
from results.services.sharing import LONGEST_PASSCODE, Terms

SHORTEST_PASSCODE = 6
LONGEST_DAYS = 3_650
_FINDING = re.compile(r"[A-Za-z0-9_-]{16}")
_DAYS = (1, 7, 30, 90)


def _spans() -> list[tuple[str, str]]:
    days = sorted({*_DAYS, settings.SHARE_DAYS})
    return [
        ("1h", "1 hour"),
        *((f"{count}d", f"{count} day{'' if count == 1 else 's'}") for count in days),
        ("date", "until the end of a day"),
        ("never", "never: it stays open until somebody revokes it or the result is deleted"),
    ]


class ShareForm(forms.Form):
    """Scope, what else comes along, until when, for whom, and a passcode."""

    scope = forms.ChoiceField(label="What to share", widget=forms.RadioSelect)
    pointer = forms.CharField(
        label="Which part",
        required=False,
        strip=False,
        max_length=LONGEST_POINTER,
        help_text="A JSON pointer such as /order/items/0. “Share” beside a value fills it in.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    payload = forms.BooleanField(label="Payload: what the run was given", required=False)
    metadata = forms.BooleanField(label="Metadata", required=False)
    tags = forms.BooleanField(label="Tags", required=False)
    expires = forms.ChoiceField(label="It opens for")
    date = forms.DateField(
        label="Which day (UTC), if it is until one",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    label = forms.CharField(
        label="Who is it for?",
        required=False,
        max_length=LONGEST_LABEL,
        help_text="Only the team reads it, in the list of links.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    asks_passcode = forms.BooleanField(label="Ask for a passcode", required=False)
    passcode = forms.CharField(
        label="Passcode",
        required=False,
        strip=False,
        min_length=SHORTEST_PASSCODE,
        max_length=LONGEST_PASSCODE,
        help_text="Send it another way than the link. It is kept as a hash and never shown again.",
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )

    def __init__(
        self,
        data: QueryDict | None = None,
        *,
        opened: OpenedResult,
        asked: QueryDict | None = None,
        now: datetime,
    ) -> None:
        start: dict[str, Any] = {"scope": Scope.WHOLE.value, "expires": f"{settings.SHARE_DAYS}d"}
        if asked:
            start |= {name: asked[name] for name in ("scope", "pointer") if name in asked}
        super().__init__(data, initial=start)
        self._now = now
        self._lists = data or QueryDict()
        scopes = {Scope.WHOLE: "The whole result: output, error and times"}
        if opened.output is not None:
            scopes[Scope.PART] = "One part of the output, and nothing else"
        if opened.error is not None:
            scopes[Scope.ERROR] = "The error, and nothing else"
        for name, choices in (
            ("scope", [(scope.value, words) for scope, words in scopes.items()]),
            ("expires", _spans()),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # noqa: S101  tells the type checker
            field.choices = choices

    @property
    def choices(self) -> Choices:
        """What was chosen, or as much of it as can be read."""
        told: Any = self.cleaned_data if self.is_bound else self.initial
        scope = told.get("scope", Scope.WHOLE.value)
        offered = [id_ for id_ in self._lists.getlist("offered") if _FINDING.fullmatch(id_)]
        kept = set(self._lists.getlist("mask"))
        return Choices(
            scope=Scope(scope) if scope in set(Scope) else Scope.WHOLE,
            pointer=told.get("pointer", "")[:LONGEST_POINTER],
            payload=bool(told.get("payload")),
            metadata=bool(told.get("metadata")),
            tags=bool(told.get("tags")),
            shown=frozenset(id_ for id_ in offered[:MOST_SHOWN] if id_ not in kept),
        ).kept_narrow()

    @property
    def terms(self) -> Terms:
        """On which terms; the form must be valid."""
        told = self.cleaned_data
        never = told["expires"] == "never"
        return Terms(
            expires_at=None if never else self._end(),
            never_expires=never,
            label=told["label"],
            passcode=told["passcode"] if told["asks_passcode"] else "",
        )

    def _end(self) -> datetime:
        span = self.cleaned_data["expires"]
        if span == "date":
            return datetime.combine(self.cleaned_data["date"], time.max, tzinfo=UTC)
        count = int(span[:-1])
        return self._now + (timedelta(hours=count) if span[-1] == "h" else timedelta(days=count))

    def clean(self) -> dict[str, Any]:
        """Refuse what does not go together, above all a passcode that was meant and is not there."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("scope") == Scope.PART and told.get("pointer") == "":
            self.add_error("pointer", "Name the part, or share the whole result.")
        if told.get("expires") == "date" and "date" not in self.errors:
            date = told.get("date")
            latest = (self._now + timedelta(days=LONGEST_DAYS)).date()
            if date is None or not self._now.date() <= date <= latest:
                self.add_error("date", "Choose a day from today on, at most ten years ahead.")
        if told.get("asks_passcode") and not told.get("passcode") and "passcode" not in self.errors:
            self.add_error("passcode", "Type the passcode, or do not ask for one.")
        if told.get("passcode") and not told.get("asks_passcode"):
            self.add_error("asks_passcode", "Tick this for the passcode to be asked, or empty it.")
        return told


class PasscodeForm(forms.Form):
    """Another passcode for a link that was made; empty asks for none."""

    passcode = forms.CharField(
        required=False, strip=False, min_length=SHORTEST_PASSCODE, max_length=LONGEST_PASSCODE
    )
