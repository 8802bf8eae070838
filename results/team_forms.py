"""Forms of a team's settings: webhook, tokens, retention, source code; they save nothing."""

from __future__ import annotations

from django import forms

from results.domain.source_links import LONGEST as LONGEST_ADDRESS
from results.domain.source_links import NotASourceAddressError, parse_source_address
from results.models.personal_tokens import LONGEST_LABEL


class WebhookForm(forms.Form):
    """Where a team wants to be told of runs that end."""

    url = forms.CharField(
        label="Address",
        max_length=2_000,
        widget=forms.TextInput(
            attrs={
                "type": "url",
                "inputmode": "url",
                "placeholder": "https://…",
                "autocomplete": "off",
                "spellcheck": "false",
            }
        ),
        help_text="It may be a secret itself, so it is kept encrypted.",
    )
    enabled = forms.BooleanField(label="Send deliveries", required=False, initial=True)


class TokenForm(forms.Form):
    """A personal token: what it is for, and for how long."""

    label = forms.CharField(
        label="What is it for?",
        max_length=LONGEST_LABEL,
        widget=forms.TextInput(attrs={"placeholder": "nightly report", "autocomplete": "off"}),
        help_text="So that you know later which one to revoke.",
    )
    days = forms.TypedChoiceField(
        label="It works for",
        choices=[(7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "a year")],
        coerce=int,
        initial=30,
    )


class RetentionForm(forms.Form):
    """For how many days results are kept; empty is for ever."""

    keep_days = forms.IntegerField(
        label="Days to keep a result",
        required=False,
        min_value=1,
        max_value=3_650,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        help_text="Counted from the day it was stored here. Leave it empty to keep results for ever.",
    )
    # Which number of days was confirmed: another one has to be confirmed anew.
    confirmed = forms.CharField(required=False, widget=forms.HiddenInput, max_length=8)

    @property
    def is_confirmed(self) -> bool:
        """Whether the same number was sent before and agreed to."""
        agreed: bool = self.cleaned_data["confirmed"] == str(self.cleaned_data["keep_days"])
        return agreed

    def asking_again(self) -> RetentionForm:
        """The same form, which confirms its number of days when it is sent once more."""
        days = self.cleaned_data["keep_days"]
        return RetentionForm(initial={"keep_days": days, "confirmed": days})


class SourceForm(forms.Form):
    """Where the team's source code is read."""

    address = forms.CharField(
        label="Address of a file",
        required=False,
        max_length=LONGEST_ADDRESS,
        widget=forms.TextInput(
            attrs={
                "placeholder": "https://github.com/acme/jobs/blob/main/{path}#L{line}",
                "inputmode": "url",
                "autocomplete": "off",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
        help_text="{path} and {line} take the places of the frame’s own; so do {column} and "
        "{project}, the name that your team gave the project here. Empty: no links.",
    )

    def clean_address(self) -> str:
        """Return the address, or refuse with a sentence; nothing for no links."""
        text: str = self.cleaned_data["address"]
        if not text:
            return ""
        try:
            return parse_source_address(text)
        except NotASourceAddressError as error:
            raise forms.ValidationError(str(error)) from None
