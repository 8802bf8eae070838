"""`export`: everything of a team in files that only their owner can read, and no secret in them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.utils import timezone

from results.domain.status import State
from results.models import AuditEvent, ProjectKey, ResultBody, Team
from results.services import sharing
from tests import make

EXACT = b'{"n": 12345678901234567890.10,"n":2}'


@pytest.fixture
def full(team: Team, alice: User) -> Team:
    make.make_key(team=team)
    result = make.make_result(team=team, output=EXACT, details=b'{"costInCents": 1.10}')
    make.make_result(team=team, run_id="run_failed1", state=State.FAILED, error=b'{"m": 1e400}')
    make.make_result(team=team, run_id="run_text1", output=b"hi \xff", output_type="text/plain")
    sharing.share(result=result, by=alice, now=timezone.now())
    make.make_result(team=make.make_team(name="Other"), run_id="run_other1", output=b"ELSEWHERE")
    return team


def export(folder: Path) -> str:
    out = io.StringIO()
    call_command("export", str(folder), team="acme", stdout=out, stderr=out)
    return out.getvalue()


def test_everything_of_the_team_is_written_as_it_was_sent(full: Team, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "acme"

    assert export(folder) == f"3 results of Acme are in {folder}.\n"

    results = folder / "results"
    assert sorted(file.name for file in results.iterdir()) == [
        "run_failed1.json",
        "run_stored1.json",
        "run_stored1.output.json",
        "run_text1.json",
        "run_text1.output.txt",
    ]
    assert (results / "run_stored1.output.json").read_bytes() == EXACT
    assert (results / "run_text1.output.txt").read_bytes() == b"hi \xff"
    stored = (results / "run_stored1.json").read_bytes()
    assert b'"details":{"costInCents": 1.10}' in stored
    assert json.loads(stored)["output_file"] == "run_stored1.output.json"
    assert b'"error":{"m": 1e400}' in (results / "run_failed1.json").read_bytes()
    told = json.loads((folder / "team.json").read_bytes())
    assert (told["slug"], told["results"], told["not_opened"]) == ("acme", 3, [])
    assert {one["user"]: one["role"] for one in told["members"]} == {
        "alice": "owner",
        "bob": "viewer",
    }
    assert len(told["share_links"]) == 1
    assert AuditEvent.objects.get(action="team.exported").subject == "acme"


def test_t9_keys_are_there_only_by_hint_and_links_without_tokens(
    full: Team, alice: User, tmp_path: Path
) -> None:
    link = sharing.share(result=full.results.first(), by=alice, now=timezone.now())  # type: ignore[arg-type]

    export(tmp_path / "acme")

    written = b"".join(f.read_bytes() for f in (tmp_path / "acme").rglob("*") if f.is_file())
    told = json.loads((tmp_path / "acme" / "team.json").read_bytes())
    assert told["keys"][0]["key"] == "tr_dev_••••A1b2"
    assert make.KEY[:20].encode() not in written
    assert str(link.token).encode() not in written
    assert b"ELSEWHERE" not in written


def test_only_the_owner_of_the_files_can_read_them(full: Team, tmp_path: Path) -> None:
    folder = tmp_path / "acme"
    folder.mkdir(mode=0o755)

    export(folder)

    for path in (folder, *folder.rglob("*")):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path


def test_a_folder_that_is_not_empty_is_left_as_it_is(full: Team, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine", encoding="utf-8")

    with pytest.raises(CommandError, match="is not empty"):
        export(tmp_path)

    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_a_place_that_cannot_be_written_is_said(full: Team, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with pytest.raises(CommandError, match="cannot be written"):
        export(tmp_path / "file" / "acme")


def test_an_unknown_team_is_said(tmp_path: Path, db: None) -> None:
    with pytest.raises(CommandError, match="no team acme"):
        export(tmp_path)


def test_what_does_not_open_is_named_and_the_rest_is_written(full: Team, tmp_path: Path) -> None:
    body = ResultBody.objects.get(result__run_id="run_text1")
    broken = make.damaged(body.sealed_output)
    ResultBody.objects.filter(pk=body.pk).update(sealed_output=broken)

    with pytest.raises(CommandError, match="1 values do not open"):
        export(tmp_path / "acme")

    told = json.loads((tmp_path / "acme" / "team.json").read_bytes())
    assert told["not_opened"][0].startswith("run_text1: results.output: ")
    assert (tmp_path / "acme/results/run_stored1.output.json").read_bytes() == EXACT


def test_t10_a_wrong_ring_writes_nothing(full: Team, tmp_path: Path, settings: Any) -> None:
    settings.VAULT_KEYS = "k1:" + "B" * 43 + "="

    with pytest.raises(CommandError, match="cannot be opened"):
        export(tmp_path / "acme")

    assert not (tmp_path / "acme").exists()
    assert ProjectKey.objects.exists()
