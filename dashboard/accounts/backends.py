"""Who a name and a password belong to: the name as it is spelt, or the only one spelt like it."""

from __future__ import annotations

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import User


class PasswordBackend(AuthenticationBackend):  # type: ignore[misc]
    """django-allauth's own lets in neither of two people whose names differ only in capitals."""

    def _authenticate_by_username(self, username: str, password: str) -> User | None:
        """Return the person, when the password is theirs."""
        alike = list(User.objects.filter(username__iexact=username)[:2])
        exact = User.objects.filter(username=username).first()
        person = exact or (alike[0] if len(alike) == 1 else None)
        found: User | None = self._check_password(person, password)
        return found
