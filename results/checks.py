"""System checks: what would make this instance unsafe or useless; it mends nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core import checks
from django.db import connections

from results import vault
from results.domain.problems import AddressRefused
from results.services import asking
from results.services.doctor import setup, stores


def ring_problem() -> str:
    """Return what is wrong with the text of the key ring, or nothing; it never repeats any of it.

    Without a ring nothing sealed opens and nothing can be stored.
    """
    try:
        vault.parsed_ring(settings.VAULT_KEYS)
    except vault.RingError as error:
        return f"VAULT_KEYS is malformed: {error}. Make one with: make secrets"
    return ""


@checks.register(checks.Tags.security)
def api_address_may_be_asked(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """The API address that every new key gets is one that this instance may ask."""
    try:
        asking.http().rules.check_api(settings.TRIGGER_API_URL)
    except AddressRefused as refusal:
        message = f"TRIGGER_API_URL cannot be asked: {refusal.reason}."
        return [checks.Warning(message, id="results.W001")]
    return []


@checks.register(checks.Tags.security, deploy=True)
def site_is_reached_safely(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Passwords and results do not cross a network readable."""
    url = settings.SITE_URL
    if url.startswith("https://") or setup.is_loopback(url):
        return []
    message = f"SITE_URL is plain http and not of this machine alone: {url}."
    hint = "Put a proxy with TLS in front and set SITE_URL to its https address."
    return [checks.Warning(message, hint=hint, id="results.W002")]


@checks.register(checks.Tags.security, deploy=True)
def processes_share_a_cache(
    app_configs: Sequence[Any] | None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """Many processes on PostgreSQL, perhaps on many machines, have one cache."""
    is_grown = "postgresql" in settings.DATABASES["default"]["ENGINE"]
    if not is_grown or "redis" in str(settings.CACHES["default"]["BACKEND"]):
        return []
    message = f"There is no shared cache. {stores.ALONE}."
    return [checks.Warning(message, hint="Set CACHE_URL to a Redis.", id="results.W003")]


@checks.register(checks.Tags.database)
def sqlite_is_sound(
    app_configs: Sequence[Any] | None, *, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[checks.CheckMessage]:
    """The library that holds the database has no known fault that may damage it."""
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor == "sqlite":
            version = connection.get_database_version()
            if stores.wal_may_be_reset(version):
                told = ".".join(str(part) for part in version)
                message = f"SQLite {told} {stores.RESET_BUG}."
                return [checks.Warning(message, hint=stores.RESET_MEND, id="results.W004")]
    return []
