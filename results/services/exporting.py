"""Writes all that a team stored to files of its own, opened; it reads one result at a time.

Project keys are in it only by their hints, share links without their tokens.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.contrib.auth.models import User
from django.db import models

from results import vault
from results.models import (
    Membership,
    ProjectKey,
    ResultBody,
    ShareLink,
    StoredResult,
    Team,
    Tombstone,
)
from results.models.audit import Action
from results.services import audit, sealing

_PAGE = 200
_SUFFIXES = {
    "application/json": "json",
    "application/super+json": "super.json",
    "application/store": "pointer.txt",
    "text/plain": "txt",
}
# Columns that say nothing outside this instance, or more than a file should.
_LEFT_OUT = frozenset({"team", "key", "digest", "claim", "fingerprint", "passcode"})


class NotExportedError(Exception):
    """Nothing was written; the message says why."""


@dataclass(slots=True)
class Exported:
    """How much was written, and what could not be opened: `run id: why`."""

    results: int = 0
    closed: list[str] = field(default_factory=list)


def export(*, team: Team, folder: Path, by: User | None, now: datetime) -> Exported:
    """Write the team's results into an empty or new folder; raises NotExportedError.

    `team.json` is written last: without it the export is not whole. Only whoever runs this can read
    the files.
    """
    try:
        opened = sealing.data_key(team)
    except vault.VaultError as error:
        raise NotExportedError(f"The team's secrets cannot be opened: {error}.") from None
    _make_folder(folder)
    done = Exported()
    (folder / "results").mkdir(mode=0o700)
    audit.note(team=team, by=by, action=Action.TEAM_EXPORTED, subject=team.slug, now=now)
    for result in _all(StoredResult.objects.filter(team=team)):
        _write_result(folder / "results", result, opened, done)
        done.results += 1
    for model in {column.model for column in sealing.SEALED_COLUMNS if column.exported}:
        if model is not ResultBody:
            _write_rows(folder, model, team, opened, done)
    _write(folder / "team.json", _json(_team(team, done, now)))
    return done


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise NotExportedError(f"{folder} is not empty; name a new folder.")
        folder.chmod(0o700)
    except OSError as error:
        raise NotExportedError(f"{folder} cannot be written: {error.strerror}.") from None


def _write_result(
    folder: Path, result: StoredResult, opened: vault.DataKey, done: Exported
) -> None:
    facts = _plain(result)
    body = ResultBody.objects.filter(pk=result.pk).first()
    for column in sealing.SEALED_COLUMNS:
        if column.model is not ResultBody:
            continue
        name = column.column.removeprefix("sealed_")
        content = _open(column, body, opened, result.run_id, done)
        if name == "output":
            facts["output_file"] = _write_output(folder, result, content)
        else:
            facts[name] = _as_json(content)
    _write(folder / f"{result.run_id}.json", _json(facts))


def _write_output(folder: Path, result: StoredResult, content: bytes | None) -> str | None:
    """Write an output byte for byte as it was sent; returns the file's name."""
    if content is None:
        return None
    kind = (result.output_type or "").partition(";")[0].strip().lower()
    name = f"{result.run_id}.output.{_SUFFIXES.get(kind, 'bin')}"
    _write(folder / name, content)
    return name


def _write_rows(
    folder: Path, model: type[models.Model], team: Team, opened: vault.DataKey, done: Exported
) -> None:
    """Write every row of another kind that holds something sealed, one JSON object a line."""
    columns = [one for one in sealing.SEALED_COLUMNS if one.model is model and one.exported]
    name = columns[0].purpose.partition(".")[0]
    lines = []
    for row in _all(columns[0].rows.filter(**{columns[0].team: team.pk})):
        facts = _plain(row)
        for column in columns:
            content = _open(column, row, opened, f"{name} {row.pk}", done)
            facts[column.column.removeprefix("sealed_")] = (
                None if content is None else content.decode("utf-8", "replace")
            )
        lines.append(_json(facts))
    _write(folder / f"{name}.jsonl", b"".join(line + b"\n" for line in lines))


def _open(
    column: sealing.SealedColumn,
    row: models.Model | None,
    opened: vault.DataKey,
    name: str,
    done: Exported,
) -> bytes | None:
    if row is None or getattr(row, column.column) is None:
        return None
    try:
        return column.open(row, opened)
    except vault.VaultError as error:
        done.closed.append(f"{name}: {column.purpose}: {error}")
        return None


def _team(team: Team, done: Exported, now: datetime) -> dict[str, Any]:
    return {
        "name": team.name,
        "slug": team.slug,
        "exported_at": now,
        "keep_days": team.keep_days,
        "results": done.results,
        "not_opened": done.closed,
        "members": [
            {"user": one.user.get_username(), "role": one.role}
            for one in Membership.objects.filter(team=team).select_related("user")
        ],
        "keys": [_plain(key) | {"key": key.hint} for key in ProjectKey.objects.of(team)],
        "share_links": [_plain(link) for link in ShareLink.objects.of(team)],
        "deleted_results": [_plain(one) for one in Tombstone.objects.filter(team=team)],
    }


def _all(rows: models.QuerySet[Any]) -> Iterator[Any]:
    """All rows, some at a time, so that results that are stored meanwhile disturb nothing."""
    after: Any = None
    while page := list(
        (rows if after is None else rows.filter(pk__gt=after)).order_by("pk")[:_PAGE]
    ):
        yield from page
        after = page[-1].pk


def _plain(row: models.Model) -> dict[str, Any]:
    """The columns of a row that are readable anyway."""
    fields = row._meta.concrete_fields  # noqa: SLF001  Django's documented way to ask
    return {
        one.name: getattr(row, one.attname)
        for one in fields
        if one.name not in _LEFT_OUT and not isinstance(one, models.BinaryField)
    }


def _as_json(content: bytes | None) -> Any:
    """JSON as it is, so that every number keeps its spelling; anything else as text."""
    if content is None:
        return None
    try:
        # Without turning numbers into floats, which would refuse some and change others.
        msgspec.json.decode(content, type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return content.decode("utf-8", "replace")
    return msgspec.Raw(content)


def _json(facts: Mapping[str, Any]) -> bytes:
    return msgspec.json.encode(facts)


def _write(file: Path, content: bytes) -> None:
    """Write a new file that only its owner can read; never follows or replaces what is there."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
