"""The Django application that fits django-allauth to this house; it has no rows of its own."""

from __future__ import annotations

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Signing in."""

    name = "dashboard.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to what people change about their accounts."""
        from dashboard.accounts import traces  # noqa: PLC0415  models are not ready before

        traces.listen()
