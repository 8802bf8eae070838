"""Makes backups and restores them; it must not know how a database is copied or a file is laid out.

The key ring is never part of a backup: what is sealed stays sealed, and opens where the ring is.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader

from results import vault
from results.models.audit import Action
from results.services import audit, backup_file, database_copies, ring_report
from results.services.backup_file import BadFileError, Manifest
from results.services.database_copies import CopyError

_ENGINES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


class NotBackedUpError(Exception):
    """There is no backup; the message says why."""


class NotRestoredError(Exception):
    """Nothing was changed; the message says why."""


@dataclass(frozen=True, slots=True)
class Ring:
    """What this instance's ring opens of a database; ``missing`` names the master keys it lacks."""

    problem: str
    missing: list[str]

    @property
    def opens_everything(self) -> bool:
        """Whether nothing stays closed."""
        return not self.problem and not self.missing


def back_up(*, file: Path, version: str, now: datetime) -> Manifest:
    """Write a verified backup to a new file; raises NotBackedUpError.

    Others go on writing; what is in the file is the database at one moment.
    """
    try:
        with backup_file.new_file(file) as partial, _folder_in(file.parent) as folder:
            data = Path(folder, f"database.{database_copies.suffix()}")
            copied = database_copies.copy_out(data)
            manifest = Manifest(
                format=backup_file.FORMAT,
                version=version,
                made_at=now,
                engine=connection.vendor,
                migrations=copied.migrations,
                rows=copied.rows,
                data=data.name,
                bytes=data.stat().st_size,
                sha256=backup_file.digest_of(data),
            )
            backup_file.pack(partial, manifest, data)
            data.unlink()
            # What was written, not what was meant to be.
            backup_file.unpack(partial, data)
    except (BadFileError, CopyError) as error:
        raise NotBackedUpError(str(error)) from None
    # A backup is also made before migrations that the audit itself may need.
    with suppress(DatabaseError):
        audit.note(team=None, by=None, action=Action.BACKUP_MADE, subject=file.name, now=now)
    return manifest


def restore(*, file: Path, replace: bool) -> Manifest:
    """Put what is in a backup in the place of an empty database; raises NotRestoredError.

    With ``replace`` what is there goes. Migrations that came after the backup are still to be
    applied; then `note_restored` tells the audit.
    """
    try:
        manifest = backup_file.read_manifest(file)
        _check(manifest)
        if not replace and not database_copies.is_empty():
            raise NotRestoredError(
                "There is something in this database; --replace puts the backup in its place."
            )
        with _folder_in(_scratch()) as folder:
            data = Path(folder, f"database.{database_copies.suffix()}")
            backup_file.unpack(file, data)
            database_copies.copy_in(data)
    except (BadFileError, CopyError) as error:
        raise NotRestoredError(str(error)) from None
    there = database_copies.row_counts(manifest.rows)
    if different := sorted(name for name, rows in manifest.rows.items() if there.get(name) != rows):
        # Somebody wrote in the same moment: everything is there, and something beside it.
        raise NotRestoredError(
            f"It was restored, and then {', '.join(different)} changed: end every process of this "
            "instance and restore again with --replace."
        )
    return manifest


def note_restored(*, manifest: Manifest, now: datetime) -> None:
    """Tell the audit of the restored database what happened to it."""
    subject = f"as of {manifest.made_at.isoformat(timespec='seconds')}"
    audit.note(team=None, by=None, action=Action.BACKUP_RESTORED, subject=subject, now=now)


def ring() -> Ring:
    """Return whether this instance's ring opens what the database holds; it changes nothing."""
    try:
        return Ring("", ring_report.missing_key_ids())
    except vault.VaultError as error:
        return Ring(str(error), [])


def _check(manifest: Manifest) -> None:
    """Raise NotRestoredError for another kind of database and for a schema that is not known here."""
    if manifest.engine != connection.vendor:
        there, here = (_ENGINES.get(one, one) for one in (manifest.engine, connection.vendor))
        raise NotRestoredError(
            f"It is a backup of {there}; this instance runs on {here}. "
            "Restore it there, and move teams with `manage.py export`."
        )
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    if newer := [name for name in manifest.migrations if name not in known]:
        raise NotRestoredError(
            f"It was made by a newer version ({manifest.version}): this one does not know "
            f"{newer[-1]}. Restore it with that version or a later one."
        )


def _scratch() -> Path | None:
    """Where to unpack: beside a database that is a file, because there has to be room for it."""
    name = Path(str(connection.settings_dict["NAME"]))
    return name.parent if connection.vendor == "sqlite" else None


def _folder_in(folder: Path | None) -> tempfile.TemporaryDirectory[str]:
    """A folder that only we can read and that goes again; raises BadFileError."""
    try:
        return tempfile.TemporaryDirectory(prefix=".runlens-", dir=folder)
    except OSError as error:
        raise BadFileError(f"{folder} cannot be written: {error.strerror}.") from None
