"""Makes the secrets of an instance as files that only their owner can read; it prints no secret.

`python -m dashboard.local_secrets FOLDER`; files that exist are kept as they are. With
`--database HOST` also a password for a PostgreSQL there, the address that holds it, and the token of
`/metrics`.
"""

from __future__ import annotations

import base64
import os
import secrets
import sys
from pathlib import Path


def make(folder: Path) -> dict[str, str]:
    """Return the settings that name the files, after making those that are missing."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {
        "SECRET_KEY_FILE": (folder / "secret_key", secrets.token_urlsafe(60)),
        "VAULT_KEYS_FILE": (
            folder / "vault_keys",
            f"k1:{base64.b64encode(os.urandom(32)).decode()}",
        ),
    }
    for path, content in files.values():
        write_once(path, content)
    return {name: str(path.resolve()) for name, (path, _) in files.items()}


def make_grown(folder: Path, host: str) -> dict[str, str]:
    """Return the settings that name the files of an instance with a database of its own."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    password = write_once(folder / "database_password", secrets.token_urlsafe(32))
    address = folder / "database_url"
    write_once(address, f"postgres://runlens:{password}@{host}/runlens")
    token = folder / "metrics_token"
    write_once(token, secrets.token_urlsafe(32))
    return {
        "DATABASE_URL_FILE": str(address.resolve()),
        "METRICS_TOKEN_FILE": str(token.resolve()),
    }


def write_once(path: Path, content: str) -> str:
    """Write a file of mode 0600 unless it exists; return what it holds."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content + "\n")
    return content


def main(folder: str, *options: str) -> None:
    """Make them and print which settings name them."""
    named = make(Path(folder))
    if options[:1] == ("--database",):
        named |= make_grown(Path(folder), options[1])
    for setting, where in named.items():
        sys.stdout.write(f"{setting}={where}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
