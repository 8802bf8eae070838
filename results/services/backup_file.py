"""The file that a backup is: a tar of a manifest and one copy of the database; it knows no database.

Written under another name, read back, and only then given its own: a file of that name is whole.
"""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

FORMAT = 1
_MANIFEST = "manifest.json"
_LARGEST_MANIFEST = 1024 * 1024
_PIECE = 1024 * 1024


class BadFileError(Exception):
    """The file is no whole backup, or cannot be written; the message says why."""


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a backup. ``migrations`` are all that were applied, ``rows`` counts by table.

    ``data`` names the copy of the database in the tar. Neither the key ring nor any other secret of
    the instance is part of a backup.
    """

    format: int
    version: str
    made_at: datetime
    engine: str
    migrations: Sequence[str]
    rows: Mapping[str, int]
    data: str
    bytes: int
    sha256: str


@contextmanager
def new_file(file: Path) -> Iterator[Path]:
    """Give a name beside ``file`` to write to, which becomes ``file`` if nothing is raised.

    Raises BadFileError when there is such a file, or when it cannot be written.
    """
    if file.exists():
        raise BadFileError(f"{file} exists; name a new file.")
    partial = file.with_name(f".{file.name}.{os.getpid()}.partial")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield partial
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        partial.rename(file)
        _sync_folder(file.parent)
    except OSError as error:
        raise BadFileError(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        partial.unlink(missing_ok=True)


def pack(into: Path, manifest: Manifest, data: Path) -> None:
    """Write the manifest and the copy of the database into a file that is there and empty."""
    with into.open("wb") as out, tarfile.open(fileobj=out, mode="w") as tar:
        told = msgspec.json.format(msgspec.json.encode(manifest), indent=2)
        _add(tar, _MANIFEST, io.BytesIO(told), len(told), manifest.made_at)
        with data.open("rb") as copy:
            _add(tar, manifest.data, copy, manifest.bytes, manifest.made_at)


def digest_of(file: Path) -> str:
    """Return the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def read_manifest(file: Path) -> Manifest:
    """Return the manifest; raises BadFileError. The data is not looked at."""
    with _opened(file) as tar:
        return _manifest(tar)


def unpack(file: Path, into: Path) -> Manifest:
    """Write the copy of the database to ``into``, byte for byte as it was made; raises BadFileError."""
    with _opened(file) as tar:
        manifest = _manifest(tar)
        member = tar.next()
        if member is None or not member.isfile() or member.name != manifest.data:
            raise BadFileError(f"{file} is cut: the copy of the database is not in it.")
        source, digest, size = tar.extractfile(member), hashlib.sha256(), 0
        descriptor = os.open(into, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            while source is not None and (piece := source.read(_PIECE)):
                digest.update(piece)
                size += len(piece)
                out.write(piece)
    if (size, digest.hexdigest()) != (manifest.bytes, manifest.sha256):
        raise BadFileError(f"{file} is corrupt: its SHA-256 is not the one that it was made with.")
    return manifest


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(file, mode="r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError):
        raise BadFileError(f"{file} is no backup, or it is cut.") from None
    except OSError as error:
        raise BadFileError(f"{file} cannot be read: {error.strerror}.") from None


def _manifest(tar: tarfile.TarFile) -> Manifest:
    member = tar.next()
    if member is None or member.name != _MANIFEST or member.size > _LARGEST_MANIFEST:
        raise BadFileError("It is no backup: a manifest does not come first.")
    told = tar.extractfile(member)
    content = told.read() if told is not None else b""
    try:
        form = msgspec.json.decode(content, type=dict[str, object]).get("format")
        if form != FORMAT:
            raise BadFileError(f"It is a backup of format {form}; this version reads {FORMAT}.")
        return msgspec.json.decode(content, type=Manifest)
    except msgspec.MsgspecError:
        raise BadFileError("It is no backup: its manifest cannot be read.") from None


def _add(tar: tarfile.TarFile, name: str, content: IO[bytes], size: int, at: datetime) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode, entry.mtime = size, 0o600, int(at.timestamp())
    tar.addfile(entry, content)


def _sync_folder(folder: Path) -> None:
    # Not every system lets a folder be synced; the name is then safe a moment later.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
