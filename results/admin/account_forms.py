"""How an operator sets somebody's password or takes it away; it must not know who the operator is."""

from __future__ import annotations

from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import User
from django.utils import timezone

from results.services import personal_tokens


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[type-arg]  # it takes none at run time
    """Ends what the person's scripts come with, whichever of the two it is."""

    def save(self, commit: bool = True) -> User:
        """Tell of a password that was taken away: of that Django tells no validator."""
        person: User = super().save(commit)
        if not person.has_usable_password():
            personal_tokens.end_all(user=person, why="password taken away", now=timezone.now())
        return person
