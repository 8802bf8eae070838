"""The file of a backup: read back byte for byte, or refused with the reason."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path

import msgspec
import pytest

from results.services import backup_file
from results.services.backup_file import BadFileError, Manifest
from tests import make

DATA = os.urandom(3_000_000)


def written(folder: Path, name: str = "backup.tar") -> tuple[Path, Manifest]:
    file, data = folder / name, folder / "data"
    data.write_bytes(DATA)
    manifest = Manifest(
        format=backup_file.FORMAT,
        version="1.2.3",
        made_at=make.NOW,
        engine="sqlite",
        migrations=["results.0001_initial"],
        rows={"results_team": 2},
        data="database.sqlite3",
        bytes=len(DATA),
        sha256=backup_file.digest_of(data),
    )
    with backup_file.new_file(file) as partial:
        backup_file.pack(partial, manifest, data)
    return file, manifest


def test_what_was_packed_is_unpacked_byte_for_byte_for_its_owner_alone(tmp_path: Path) -> None:
    file, manifest = written(tmp_path)
    old_mask = os.umask(0)
    try:
        assert backup_file.unpack(file, tmp_path / "out") == manifest
    finally:
        os.umask(old_mask)

    assert backup_file.read_manifest(file) == manifest
    assert (tmp_path / "out").read_bytes() == DATA
    for path in (file, tmp_path / "out"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_was_changed_or_cut_anywhere_is_refused(tmp_path: Path) -> None:
    held = written(tmp_path)[0].read_bytes()
    places = [0, 100, 300, 513, 700, 1030, 2000, len(held) // 2, 3_000_000]
    contents = [held[:at] + bytes([held[at] ^ 0xFF]) + held[at + 1 :] for at in places]
    contents += [held[:at] for at in (0, 1, 511, 512, 600, 1024, 1536, 2_000_000)]

    for content in contents:
        (tmp_path / "broken.tar").write_bytes(content)
        with pytest.raises(BadFileError, match=r"no backup|corrupt|cut"):
            backup_file.unpack(tmp_path / "broken.tar", tmp_path / "out")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    _, manifest = written(tmp_path)
    for name, content in {"text": b"x" * 5000, "nul": bytes(20_000)}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadFileError, match="no backup"):
            backup_file.read_manifest(tmp_path / name)
    later = msgspec.structs.replace(manifest, format=99)
    with backup_file.new_file(tmp_path / "later.tar") as partial:
        backup_file.pack(partial, later, tmp_path / "data")
    with pytest.raises(BadFileError, match="format 99"):
        backup_file.read_manifest(tmp_path / "later.tar")


def test_no_name_is_taken_twice_and_nothing_is_left_of_what_failed(tmp_path: Path) -> None:
    file, _ = written(tmp_path)
    before = file.read_bytes()

    with pytest.raises(BadFileError, match="exists"):
        written(tmp_path)
    with pytest.raises(ZeroDivisionError):
        _fail_half_way(tmp_path / "b.tar")
    with pytest.raises(BadFileError, match=re.escape("cannot be written: No such file")):
        written(tmp_path, "nowhere/b.tar")

    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup.tar", "data"]


def _fail_half_way(file: Path) -> None:
    with backup_file.new_file(file) as partial:
        partial.write_bytes(b"half")
        raise ZeroDivisionError
