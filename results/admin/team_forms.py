"""Forms of the owners' site for teams and roles: they say why not; the services write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone

from results.models import Membership, Role, Team
from results.services import retention, roles

# The stubs' class takes a parameter, Django's own does not.
if TYPE_CHECKING:
    _TeamForm = forms.ModelForm[Team]
    _RoleForm = forms.ModelForm[Membership]
else:
    _TeamForm = _RoleForm = forms.ModelForm


class TeamForm(_TeamForm):
    """The settings of a team."""

    keep_days = forms.IntegerField(
        label="Days to keep a result",
        required=False,
        min_value=1,
        max_value=3_650,
        help_text="Counted from the day it was stored here. Empty keeps results for ever.",
    )
    delete_older = forms.BooleanField(
        label="Delete what is older",
        required=False,
        help_text="Only needed when results would be deleted by what you change.",
    )
    hide_outputs = forms.BooleanField(
        label="Viewers do not see payloads and outputs",
        required=False,
        help_text="They see states, times and what kind of error ended a run.",
    )

    class Meta:
        model = Team
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["keep_days"] = self.instance.keep_days
        self.initial["hide_outputs"] = not self.instance.viewers_see_outputs

    def clean(self) -> dict[str, Any]:
        """Ask again when results would be deleted."""
        cleaned: dict[str, Any] = super().clean() or {}
        days = cleaned.get("keep_days")
        if "keep_days" in self.changed_data and not cleaned.get("delete_older"):
            number = retention.overdue(self.instance, days=days, now=timezone.now()).count()
            if number:
                kind = "result is" if number == 1 else "results are"
                self.add_error(
                    "delete_older",
                    f"{number:,} stored {kind} older than that and would be deleted for good. "
                    f"Tick this to agree.",
                )
        return cleaned


class RoleForm(_RoleForm):
    """Another role for a member."""

    class Meta:
        model = Membership
        fields = ("role",)

    def clean_role(self) -> str:
        """Keep the last owner of a team."""
        role: str = self.cleaned_data["role"]
        if role != Role.OWNER and roles.is_last_owner(self.instance):
            raise forms.ValidationError(str(roles.LastOwnerError()))
        return role
