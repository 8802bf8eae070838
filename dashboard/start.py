"""`python -m dashboard.start`: the one way in which an instance starts, here, in a container and under systemd.

Makes what is missing, refuses what is wrong in one line, migrates as the only one who does, collects
the files, and becomes the server. It holds no rule of the product.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard import env, local_secrets

ROOT = Path(__file__).resolve().parent.parent
_NAMED = ("SECRET_KEY", "SECRET_KEY_FILE", "VAULT_KEYS", "VAULT_KEYS_FILE")
_ELSEWHERE = ("DATABASE_URL", "DATABASE_URL_FILE")


def main() -> None:
    """Prepare everything, then become the server; the process keeps its id."""
    make_secrets()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    prepare()
    from django.conf import settings  # noqa: PLC0415  the environment is complete only now

    words = (settings.HOST, settings.PORT, settings.WORKERS, settings.STOP_DELAY_S)
    say(f"serving {settings.SITE_URL} on {settings.HOST}:{settings.PORT}")
    sys.stdout.flush()
    command = [sys.executable, "-m", "dashboard.server", *map(str, words)]
    os.chdir(ROOT)
    os.execv(sys.executable, command)  # noqa: S606  our own interpreter and our own arguments


def make_secrets() -> None:
    """Make the secrets of an instance that has a folder and was told nothing else, once.

    Never beside a database that is there already: a new ring would open nothing of it.
    """
    folder = os.environ.get("DATA_DIR")
    if not folder or any(os.environ.get(name) for name in (*_NAMED, *_ELSEWHERE)):
        return
    secrets, database = Path(folder) / "secrets", Path(folder) / "runlens.sqlite3"
    lacking = [name for name in ("secret_key", "vault_keys") if not (secrets / name).exists()]
    if not lacking:
        return
    if "vault_keys" in lacking and database.exists():
        raise env.refuse(
            f"{secrets / 'vault_keys'} is missing although there is a database: bring the key ring "
            "back, because a new one would open nothing that is stored."
        )
    try:
        local_secrets.make(secrets)
    except OSError as error:
        raise env.refuse(f"{secrets} cannot be written: {type(error).__name__}.") from None
    say(f"made new secrets in {secrets}; keep vault_keys apart from your backups")


def prepare() -> None:
    """Check, migrate and collect; ends the start with one line when it cannot be."""
    import django  # noqa: PLC0415  settings are read from the environment made above
    from django.conf import settings  # noqa: PLC0415  the same
    from django.core.management import call_command  # noqa: PLC0415  the same
    from django.core.management.base import CommandError, SystemCheckError  # noqa: PLC0415
    from django.db import Error, connections  # noqa: PLC0415

    from results.services import measuring, schema  # noqa: PLC0415  models are ready after set-up

    django.setup(set_prefix=False)
    try:
        # A check opens a transaction of its own, which a migration can keep out for too long.
        with schema.alone(waiting=lambda: say("waiting for another process that migrates")):
            call_command("check", databases=["default"])
            found = schema.migrate()
    except SystemCheckError as error:
        raise env.refuse(" ".join(str(error).split())) from None
    except (Error, OSError) as error:
        raise env.refuse(f"the database cannot be used: {' '.join(str(error).split())}") from None
    if found.too_new:
        raise env.refuse(f"{found.too_new}.")
    if found.pending:
        say(f"applied {len(found.pending)} migrations")
    connections.close_all()
    with alone_in(settings.STATIC_ROOT):
        call_command("collectstatic", verbosity=0, interactive=False)
    try:
        call_command("setuplink", at_start=True)
    except CommandError as error:
        raise env.refuse(str(error)) from None
    measuring.forget_the_dead()


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Let no other start write the folder meanwhile."""
    folder.mkdir(parents=True, exist_ok=True)
    with folder.with_name(f"{folder.name}.lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def say(text: str) -> None:
    """Tell the operator, on standard error, where logs go."""
    sys.stderr.write(f"runlens: {text}\n")


if __name__ == "__main__":
    main()
