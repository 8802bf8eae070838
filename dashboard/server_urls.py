"""Reads where the servers are that an instance uses: database, cache and mail; it knows no setting by name."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

import dj_database_url

from dashboard import env


def mail_server(name: str) -> dict[str, object]:
    """Return Django's mail settings from `smtp://`, `smtp+starttls://` or `smtps://`; may be empty.

    The address holds a password, so no message repeats it.
    """
    url = env.secret(name, default="")
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    try:
        parts = urlsplit(url)
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host, parts = None, None, urlsplit("")
    ports = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
    if parts.scheme not in ports or not host or parts.path.strip("/"):
        raise env.refuse(
            f"{name} must be smtp+starttls://user:password@host:587, or smtps:// or smtp://."
        )
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": host,
        "EMAIL_PORT": port or ports[parts.scheme],
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_TLS": parts.scheme == "smtp+starttls",
        "EMAIL_USE_SSL": parts.scheme == "smtps",
        # A mail server that does not answer must not hold a page for long.
        "EMAIL_TIMEOUT": 5,
    }


def database(name: str, *, default: str) -> dj_database_url.DBConfig:
    """Return Django's database settings from a URL; SQLite is opened for concurrent use.

    IMMEDIATE transactions are required there: a deferred one that reads first and writes later
    fails with "database is locked" at once, whatever the busy timeout.
    """
    url = env.secret(name, default=default)
    try:
        config = dj_database_url.parse(url, conn_max_age=None)
    except (dj_database_url.ParseError, dj_database_url.UnknownSchemeError, ValueError):
        raise env.refuse(f"{name} must be sqlite:///path or postgres://user@host/name.") from None
    file = str(config["NAME"] or "")
    if not file or (config["ENGINE"] == "django.db.backends.sqlite3" and ":memory:" in file):
        # Every connection would have an empty database of its own.
        raise env.refuse(f"{name} names no database: sqlite:///path or postgres://user@host/name.")
    if config["ENGINE"] == "django.db.backends.sqlite3":
        _make_folder_of(name, file)
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 5,
            "init_command": (
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; "
                # What is deleted is overwritten, so that a stolen file does not hold it.
                "PRAGMA secure_delete=ON;"
            ),
        }
    elif config["ENGINE"] == "django.db.backends.postgresql":
        config["CONN_HEALTH_CHECKS"] = True
    else:
        raise env.refuse(f"{name} must be sqlite:///path or postgres://user@host/name.")
    return config


def _make_folder_of(name: str, file: str) -> None:
    if Path(file).is_dir():
        raise env.refuse(f"{name}: the SQLite file is a folder.")
    try:
        Path(file).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise env.refuse(
            f"{name}: the folder of the SQLite file cannot be made: {type(error).__name__}."
        ) from None


def cache(name: str, *, default: str) -> dict[str, object]:
    """Return Django's cache settings from `locmem://` or a `redis://` address."""
    url = env.secret(name, default=default)
    scheme = url.partition("://")[0]
    if scheme == "locmem":
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    if scheme in ("redis", "rediss") and _is_redis(url):
        # A slow cache must never be slower than doing without it.
        options = {"socket_timeout": 0.2, "socket_connect_timeout": 0.2}
        return {
            "BACKEND": "dashboard.caches.PassingRedisCache",
            "LOCATION": url,
            "KEY_PREFIX": "runlens",
            "OPTIONS": options,
        }
    raise env.refuse(f"{name} must be locmem:// or redis://host:port/number.")


def _is_redis(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # The client would quietly take another word than a number for database 0.
    number = parts.path.strip("/")
    return env.is_host(parts.netloc.rpartition("@")[2]) and (not number or number.isdecimal())
