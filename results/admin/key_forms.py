"""Forms of the operators' site for project keys: they store through the service or say why not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.models import User
from django.utils import timezone

from results.forms import SecretField, branch_problem
from results.models import ProjectKey
from results.services import keys

# The stubs' class takes a parameter, Django's own does not.
if TYPE_CHECKING:
    _KeyModelForm = forms.ModelForm[ProjectKey]
else:
    _KeyModelForm = forms.ModelForm


class _StoringForm(_KeyModelForm):
    """Valid only once the service has stored the key, so that a refusal is an error of the form."""

    by: User | None = None

    class Meta:
        model = ProjectKey
        fields: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        """Store what was typed, when it is whole."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and cleaned.get("secret") is not None:
            try:
                self.store(cleaned)
            except keys.NotStoredError as error:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return cleaned

    def store(self, cleaned: dict[str, Any]) -> None:
        """Hand the key to the service; raises NotStoredError."""
        raise NotImplementedError

    def save(self, commit: bool = True) -> ProjectKey:
        """The service has saved the row."""
        return self.instance

    def _save_m2m(self) -> None:
        """A key belongs to no lists."""

    def save_m2m(self) -> None:
        """What Django's admin calls after `save`."""
        self._save_m2m()


class NewKeyForm(_StoringForm):
    """A new key for any team."""

    secret = SecretField(label="Secret key")

    class Meta:
        model = ProjectKey
        fields = ("team", "project", "branch", "api_url")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("api_url", keys.default_api_url())
        self.order_fields(["team", "project", "secret", "branch", "api_url"])

    def store(self, cleaned: dict[str, Any]) -> None:
        """Store the key as the team's members would."""
        problem = branch_problem(cleaned["secret"], cleaned["branch"])
        if problem:
            raise keys.NotStoredError(problem, field="branch")
        self.stored = keys.store(
            team=cleaned["team"],
            project=cleaned["project"],
            api_url=cleaned["api_url"].strip().rstrip("/"),
            branch=cleaned["branch"],
            key=cleaned["secret"],
            by=self.by,
            now=timezone.now(),
        )

    def save(self, commit: bool = True) -> ProjectKey:
        """Return the row that the service made."""
        super().save(commit)
        self.instance = self.stored
        return self.stored


class OtherSecretForm(_StoringForm):
    """Another secret for a stored key; left empty, nothing changes."""

    secret = SecretField(
        label="New secret key", required=False, help_text="Leave it empty to keep the stored one."
    )

    def store(self, cleaned: dict[str, Any]) -> None:
        """Replace the secret."""
        secret = cleaned["secret"]
        if secret.environment != self.instance.environment:
            raise keys.NotStoredError(
                f"That is a key of the {secret.environment.label} environment."
            )
        keys.replace(row=self.instance, key=secret, by=self.by, now=timezone.now())
