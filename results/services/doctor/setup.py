"""How the instance is set up: its address, its proxy, its files and folders; it asks no store."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.http.request import validate_host

from results.services.doctor.findings import Finding, fail, ok, warn

_LEAST_FREE = 500 * 1024 * 1024
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def look() -> Iterator[Finding]:
    """One finding after the other."""
    if settings.DEBUG:
        yield fail("debug", "DEBUG is on: pages of errors show code", "Unset DEBUG.")
    yield site_url()
    yield proxy()
    yield from secret_files()
    yield from folders()


def is_loopback(url: str) -> bool:
    """Whether only this machine reaches the address."""
    return (urlsplit(url).hostname or "") in _LOOPBACK


def site_url() -> Finding:
    """Whether the address that people use is safe, and is answered."""
    url, host = settings.SITE_URL, urlsplit(settings.SITE_URL).hostname or ""
    if not validate_host(host, settings.ALLOWED_HOSTS):
        return fail(
            "site address",
            f"{url} is answered with 400: ALLOWED_HOSTS does not list {host}",
            f"Add {host} to ALLOWED_HOSTS, or leave it unset.",
        )
    if url.startswith("http://") and not is_loopback(url):
        return warn(
            "site address",
            f"{url} is plain http: passwords and results cross the network readable",
            "Put a proxy with TLS in front and set SITE_URL to its https address.",
        )
    return ok("site address", url)


def proxy() -> Finding:
    """What is believed of a proxy in front."""
    https, proto = settings.SITE_URL.startswith("https://"), settings.TRUST_PROXY_PROTO
    believed = [
        name
        for name, is_on in (
            ("X-Forwarded-Proto", proto),
            (
                f"X-Forwarded-For ({settings.TRUSTED_PROXIES} from the right)",
                settings.TRUSTED_PROXIES,
            ),
            ("X-Request-ID", settings.TRUST_REQUEST_ID),
        )
        if is_on
    ]
    said = f"believed: {', '.join(believed) or 'nothing'}"
    if https and not proto:
        return warn(
            "proxy headers",
            f"{said}; with an https address every request still looks like http",
            "Have the proxy set X-Forwarded-Proto itself, then set TRUST_PROXY_PROTO=1.",
        )
    if https and not settings.TRUSTED_PROXIES:
        return warn(
            "proxy headers",
            f"{said}; every visitor has the proxy's address in the activity and in limits",
            "Set TRUSTED_PROXIES to the number of proxies in front.",
        )
    return ok("proxy headers", said)


def secret_files() -> Iterator[Finding]:
    """Whether secrets that lie in files can be read by their owner alone."""
    for one in settings.ENVIRONMENT:
        path = Path(one.source)
        if not one.is_secret or not path.is_absolute():
            continue
        if path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):
            yield warn(
                f"file of {one.name}",
                f"{path} can be read by others on this machine",
                f"chmod 600 {path}",
            )
        else:
            yield ok(f"file of {one.name}", f"{path} is closed to others")


def folders() -> Iterator[Finding]:
    """Whether what has to be written can be."""
    wanted = {"static files": settings.STATIC_ROOT, "temporary files": Path(tempfile.gettempdir())}
    if connection.vendor == "sqlite":
        wanted["database folder"] = Path(connection.settings_dict["NAME"]).parent
    if settings.METRICS_TOKEN:
        wanted["metrics folder"] = settings.METRICS_DIR
    for name, folder in wanted.items():
        yield _folder(name, folder)


def _folder(name: str, folder: Path) -> Finding:
    there = next(one for one in (folder, *folder.parents) if one.exists())
    try:
        with tempfile.TemporaryFile(dir=there):
            free = shutil.disk_usage(there).free
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        return fail(name, f"{folder} cannot be written: {reason}", "Let this user write there.")
    if free < _LEAST_FREE:
        return warn(name, f"{folder} has {free // 1024**2:,} MiB left", "Make room.")
    return ok(name, f"{folder} can be written")
