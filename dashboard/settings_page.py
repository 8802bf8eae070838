"""docs/settings.md, made from the settings as they are read: `python -m dashboard.settings_page`; it sets none.

Names, defaults and what is secret come from the code; what each setting means stands here, and the
page cannot be made while one lacks its meaning.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path

from dashboard import env

ROOT = Path(__file__).resolve().parent.parent

MEANINGS = {
    "This instance": {
        "DEBUG": "`1` only while developing",
        "DATA_DIR": "one folder for everything: database, files, and secrets, which are made in its `secrets/` at the first start when `DATABASE_URL` is not set",
        "SECRET_KEY": "signs sessions and forms; at least 50 characters",
        "SITE_URL": "where people reach this instance; share links are made from it",
        "ALLOWED_HOSTS": "host names that requests may name, comma-separated; the host of `SITE_URL` if not set",
    },
    "The server": {
        "HOST": "the address it listens on; `0.0.0.0` for all",
        "PORT": "the port it listens on",
        "WORKERS": "how many processes serve pages; each has four threads",
        "STOP_DELAY_S": "how many seconds a server that is asked to end (SIGTERM) still serves, while `/health/ready` says that it leaves; behind a proxy that asks there, a little more than its interval",
    },
    "Stores": {
        "DATABASE_URL": "or `postgres://user:password@host/name`",
        "CACHE_URL": "or `redis://host:6379/0`, shared by all workers",
        "VAULT_KEYS": "master keys, `k2:<base64>,k1:<base64>` of 32 bytes each; the first seals, all open ([more](key-ring.md))",
        "STATIC_ROOT": "where style sheets and scripts are collected at the start",
    },
    "Accounts and mail": {
        "ADMIN_USERNAME": "the first operator, made at the first start instead of printing a link",
        "ADMIN_PASSWORD": "their password",
        "MAIL_URL": "`smtp+starttls://user:password@host:587`, `smtps://…` or `smtp://…`; without it no mail is sent",
        "MAIL_FROM": "whom mail comes from",
        "OIDC_SERVER_URL": "the OpenID Connect issuer to sign on with",
        "OIDC_CLIENT_ID": "this instance's client there",
        "OIDC_CLIENT_SECRET": "its secret",
        "OIDC_NAME": "what the button calls it",
    },
    "Trigger.dev": {
        "TRIGGER_API_URL": "the API address that a new key gets",
        "TRIGGER_ALLOWED_HOSTS": "other API hosts that a key may name, `host` or `host:port`; only these may be private or plain http",
        "TRIGGER_STORE_HOSTS": "hosts of large outputs; `.suffix` matches below it, only a whole host may be private or plain http",
        "OUTPUT_MAX_BYTES": "the largest answer that is read",
        "FIRST_LOOK_WAIT_MS": "how long the first page of a run waits for a quick answer",
        "UNKNOWN_RUN_MINUTES": "how long a run that no key knows is asked about again",
        "PENDING_RUN_MINUTES": "how long an unfinished run is asked about while nothing changes; *Resume checking* starts anew",
        "KEY_CALLS_PER_MINUTE": "how many calls a minute Runlens makes with one key; the API allows 1,500, your own code included",
        "KEY_CALLS_AT_ONCE": "how many of them may come at once; the API allows 750",
        "RUNS_AT_ONCE": "how many runs may be looked up by one paste, 250 at the most: their ids have to fit into an address",
        "LOOKUPS_PER_MINUTE": "how many new runs, or pastes that hold new ones, one person may look up within a minute; `0` is no limit. What is stored or being asked about is not counted",
        "SHARE_DAYS": "how long a share link opens unless its maker chooses otherwise",
    },
    "Watches and webhooks": {
        "WATCH_HOURS": "how long a run is watched with no page open, at the most",
        "WATCHES_PER_TEAM": "how many runs a team may watch at once",
        "WEBHOOK_ALLOWED_HOSTS": "hosts that webhooks may name, `host` or `host:port`; only these may be private or plain http. Empty: any public https host",
        "ROUNDS_IN_WEB": "`0` where `manage.py watch` runs: a web server then only serves pages",
    },
    "Behind a proxy": {
        "TRUST_PROXY_PROTO": "`1` behind a proxy that always sets `X-Forwarded-Proto` itself",
        "TRUSTED_PROXIES": "how many proxies in front add to `X-Forwarded-For`; `0`: the other end of the connection is the client",
        "TRUST_REQUEST_ID": "`1` behind a proxy that always sets `X-Request-ID` itself",
    },
    "Logs and metrics": {
        "LOG_FORMAT": "`json`: one object a line on standard error",
        "LOG_LEVEL": "`DEBUG`, `INFO`, `WARNING`, `ERROR` or `CRITICAL`; requests are told at `INFO`, probes and files at `DEBUG`",
        "AUDIT_STDOUT": "`0` keeps the audit's JSON lines off standard output",
        "SLOW_QUERY_MS": "a database query that takes longer is logged, without its values; `0`: none is",
        "METRICS_TOKEN": "whoever sends it as `Authorization: Bearer …` may read `/metrics`; at least 20 characters. Empty: there is no such page",
        "METRICS_DIR": "where the processes of one machine count together",
    },
}

_TOP = """# Settings

All from the environment. A value that cannot be used ends the start with one clear line. Each marked *secret* may also be given as a file: `NAME_FILE=/path`. `manage.py config` prints what is in force, secrets masked. This page is made from the code: `make settings-page`.
"""
_DERIVED = {
    "SITE_URL": "`http://localhost:8000`, with the port in `PORT`",
    "ALLOWED_HOSTS": "the host of `SITE_URL`",
}


def page(told: Sequence[env.Told]) -> str:
    """Return the page; raises KeyError for a setting whose meaning is missing, or that is read no more."""
    by_name = {one.name: one for one in told}
    parts = [_TOP]
    for title, meanings in MEANINGS.items():
        rows = [
            f"| `{name}` | {_default(by_name.pop(name))} | {text} |"
            for name, text in meanings.items()
        ]
        parts.append(
            "\n".join([f"## {title}\n", "| name | default | meaning |", "|---|---|---|", *rows, ""])
        )
    if by_name:
        raise KeyError(f"say in {__name__} what these mean: {', '.join(by_name)}")
    return "\n".join(parts)


def _default(one: env.Told) -> str:
    shown = one.default.replace(f"{ROOT}/", "")
    words = _DERIVED.get(one.name) or (
        f"`{shown}`" if shown else "none" if one.is_secret else "empty"
    )
    return f"{words}, *secret*" if one.is_secret else words


def main() -> None:
    """Read the settings as if nothing but the two secrets that must be there were set, and print."""
    os.environ.clear()
    os.environ["SECRET_KEY"] = os.environ["VAULT_KEYS"] = secrets.token_urlsafe(60)
    from dashboard import settings  # noqa: PLC0415  it reads the environment made above

    sys.stdout.write(page(settings.ENVIRONMENT))


if __name__ == "__main__":
    main()
