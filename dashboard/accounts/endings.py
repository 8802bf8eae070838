"""What ends with a password: Django tells validators of every new one, whoever set it and however.

Hashing the same password anew, as Django does after an upgrade, is no new one. It knows no form.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils import timezone

from results.services import personal_tokens


class PersonalTokensEnd:
    """Ends the person's tokens; it judges no password."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Accept every password."""

    def password_changed(self, password: str, user: User | None = None) -> None:
        """End the tokens of whoever has another password now."""
        if user is not None and user.pk is not None:
            personal_tokens.end_all(user=user, now=timezone.now())

    def get_help_text(self) -> str:
        """Say what a new password does, beside what it has to be."""
        return "A new password ends the person's personal tokens."
