"""Backups of an instance that real processes write to, restored elsewhere: nothing is lost, nothing leaks."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import stat
import subprocess
import sys
import tarfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from dashboard import local_secrets
from tests.browser.conftest import ROOT, free_port, own_stores

OTHER_RING = {"VAULT_KEYS_FILE": "", "VAULT_KEYS": "k9:" + "B" * 43 + "="}
SEED = """
from datetime import datetime, timedelta
from django.contrib.sessions.models import Session
from django.utils import timezone
from results.models import *
from results.services import audit, sharing
from tests import make
alice = make.make_user(name="alice")
team = make.make_team(owner=alice)
make.make_key(team=team)
for number in range(30):
    make.make_result(team=team, run_id=f"run_first{number}", output=b'{"said":"CANARYOUTPUT"}')
made = sharing.share(result=StoredResult.objects.get(run_id="run_first0"), by=alice, now=timezone.now())
Session.objects.create(
    session_key="CANARYSESSION" * 2, session_data="x", expire_date=timezone.now() + timedelta(days=1)
)
print(made.token)
"""
WRITE = """
import signal
from results.models import Team
from tests import make
team = Team.objects.get()
number = 0
asked_to_end = []
# What was stored is told, also the last of it.
signal.signal(signal.SIGTERM, lambda *_: asked_to_end.append(True))
while not asked_to_end:
    make.make_result(team=team, run_id=f"run_more{number}", output=b'"%d"' % number)
    number += 1
    print(number, flush=True)
"""
COUNT = """
from results.models import *
from results.services import sealing
team = Team.objects.get()
bodies = [sealing.open_body(one, team=team) for one in StoredResult.objects.all()]
keys = [sealing.open_secret(one, sealing.data_key(team)).reveal() for one in ProjectKey.objects.all()]
print(len(bodies), all(one["output"] for one in bodies), len(keys))
"""


@dataclass
class Place:
    """An instance without a server: a folder, its secrets and a database of its own."""

    folder: Path
    stores: dict[str, str] = field(default_factory=dict)
    secrets: Path | None = None

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        return (
            kept
            | {
                "DJANGO_SETTINGS_MODULE": "dashboard.settings",
                "DATABASE_URL": f"sqlite:///{self.folder}/runlens.sqlite3",
                "STATIC_ROOT": f"{self.folder}/static",
                "ALLOWED_HOSTS": "localhost",
                "AUDIT_STDOUT": "0",
                "TRIGGER_API_URL": "http://127.0.0.1:1",
                "TRIGGER_ALLOWED_HOSTS": "127.0.0.1:1",
            }
            | local_secrets.make(self.secrets or self.folder)
            | self.stores
        )

    def run(self, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=ROOT,
            env=self.environment | extra,
            capture_output=True,
            text=True,
            check=False,
        )

    def manage(self, *words: str, **extra: str) -> str:
        done = self.run(*words, **extra)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str, **extra: str) -> str:
        return self.manage("shell", "-v", "0", "-c", code, **extra)

    def refused(self, *words: str, **extra: str) -> str:
        done = self.run(*words, **extra)
        assert done.returncode == 1, done.stdout
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.fixture(scope="module")
def stores() -> Iterator[Any]:
    with ExitStack() as stack:
        yield lambda: stack.enter_context(own_stores())


@dataclass
class Full:
    """A seeded instance and the backup that was made of it while it was written to."""

    place: Place
    token: str
    file: Path
    told: str
    written: tuple[int, int]


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory, stores: Any) -> Full:
    place = Place(tmp_path_factory.mktemp("full"), stores())
    place.manage("migrate", "--verbosity", "0")
    token = place.shell(SEED).strip()
    file = place.folder / "backup.tar"
    with subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", WRITE],
        cwd=ROOT,
        env=place.environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as writer:
        assert writer.stdout is not None
        before = int(writer.stdout.readline())
        told = place.manage("backup", str(file))
        writer.terminate()
        after = [before, *map(int, writer.stdout.read().split())][-1]
    return Full(place, token, file, told, (before, after))


@pytest.fixture
def elsewhere(full: Full, tmp_path: Path, stores: Any) -> Place:
    """Another instance with an empty database and the same secrets."""
    return Place(tmp_path, stores(), secrets=full.place.folder)


def manifest_of(file: Path) -> dict[str, Any]:
    with tarfile.open(file) as tar:
        member = tar.extractfile("manifest.json")
        assert member is not None
        told: dict[str, Any] = json.loads(member.read())
        return told


def test_a_backup_under_writes_is_one_moment_and_only_its_owner_reads_it(full: Full) -> None:
    before, after = full.written
    told = manifest_of(full.file)

    assert before < after, "nothing was written meanwhile"
    stored = told["rows"]["results_storedresult"]
    assert 30 + before <= stored <= 30 + after
    assert told["rows"]["results_resultbody"] == stored
    assert f"{stored:,} results of 1 teams" in full.told
    assert stat.S_IMODE(full.file.stat().st_mode) == 0o600
    assert sorted(path.name for path in full.file.parent.glob(".*")) == []
    assert any(name.startswith("results.00") for name in told["migrations"])


def test_t9_t10_no_secret_is_in_a_backup(full: Full) -> None:
    held = full.file.read_bytes()
    ring = (full.place.folder / "vault_keys").read_text().strip()
    encoded = ring.partition(":")[2]
    secrets = [encoded, (full.place.folder / "secret_key").read_text().strip(), full.token]
    secrets += ["CANARYOUTPUT", "CANARYSESSION", "TestKey0000000000000A1b2"]

    for secret in secrets:
        assert secret.encode() not in held, secret
    assert base64.b64decode(encoded) not in held


SEALED = """
import hashlib
from results.models import *
rows = [*ResultBody.objects.order_by("pk").values_list(), *Team.objects.values_list("wrapped_key")]
print(hashlib.sha256(repr(rows).encode()).hexdigest())
"""


def test_everything_opens_elsewhere_and_is_closed_while_the_ring_is_away(
    full: Full, elsewhere: Place
) -> None:
    said = elsewhere.manage("restore", str(full.file))
    elsewhere.manage("collectstatic", "-v", "0", "--no-input")

    stored = manifest_of(full.file)["rows"]["results_storedresult"]
    assert f"{stored:,} results of 1 teams are back" in said
    assert "opens everything" in said
    assert elsewhere.shell(COUNT).split() == [str(stored), "True", "1"]
    status, page = read_share(elsewhere, full.token)
    assert status == 200
    assert "CANARYOUTPUT" in page

    before = elsewhere.shell(SEALED)
    status, page = read_share(elsewhere, full.token, **OTHER_RING)
    assert status == 200
    assert "CANARYOUTPUT" not in page
    assert "cannot be opened" in page
    assert elsewhere.shell(SEALED) == before

    status, page = read_share(elsewhere, full.token)
    assert "CANARYOUTPUT" in page


def read_share(place: Place, token: str, **extra: str) -> tuple[int, str]:
    """Start the server, read the link, end the server."""
    port = free_port()
    with subprocess.Popen(
        [
            *(sys.executable, "-m", "dashboard.server"),
            *("127.0.0.1", str(port), "1", "0"),
        ],
        cwd=ROOT,
        env=place.environment | {"ROUNDS_IN_WEB": "0"} | extra,
    ) as server:
        try:
            for _ in range(900):
                try:
                    with urllib.request.urlopen(f"http://localhost:{port}/s/{token}/") as answer:
                        return answer.status, answer.read().decode()
                except urllib.error.HTTPError as refused:
                    return refused.code, refused.read().decode()
                except (urllib.error.URLError, ConnectionError):
                    time.sleep(0.1)
            raise AssertionError("the server did not start")
        finally:
            server.terminate()


def test_t10_a_restore_without_the_ring_says_so_and_brings_everything_all_the_same(
    full: Full, elsewhere: Place
) -> None:
    done = elsewhere.run("restore", str(full.file), **OTHER_RING)

    assert done.returncode == 0, done.stderr
    assert "The key ring lacks k1" in done.stderr
    stored = manifest_of(full.file)["rows"]["results_storedresult"]
    assert elsewhere.shell(COUNT).split() == [str(stored), "True", "1"]
    events = "print(*AuditEvent.objects.filter(action__startswith='backup').values_list('action'))"
    assert "backup.restored" in elsewhere.shell(f"from results.models import AuditEvent; {events}")


def test_a_database_with_something_in_it_is_replaced_only_on_demand(
    full: Full, elsewhere: Place
) -> None:
    elsewhere.manage("migrate", "--verbosity", "0")
    elsewhere.shell("from tests import make; make.make_team(name='Mine', owner=None)")

    assert "--replace" in elsewhere.refused("restore", str(full.file))
    teams = "from results.models import Team; print(*Team.objects.values_list('name', flat=True))"
    assert elsewhere.shell(teams).strip() == "Mine"

    elsewhere.manage("restore", str(full.file), "--replace")
    assert elsewhere.shell(teams).strip() == "Acme"


def test_an_earlier_schema_is_migrated_and_one_with_more_tables_gives_way(
    elsewhere: Place,
) -> None:
    elsewhere.manage("migrate", "results", "0007", "--verbosity", "0")
    file = elsewhere.folder / "old.tar"
    elsewhere.manage("backup", str(file))
    assert "results.0008_retention" not in manifest_of(file)["migrations"]
    elsewhere.manage("migrate", "--verbosity", "0")

    elsewhere.manage("restore", str(file), "--replace")

    assert "[ ]" not in elsewhere.manage("showmigrations", "results")


def test_a_file_that_is_not_whole_changes_nothing(
    full: Full, elsewhere: Place, tmp_path: Path
) -> None:
    held = bytearray(full.file.read_bytes())
    held[len(held) // 2] ^= 0xFF
    (tmp_path / "broken.tar").write_bytes(held)

    assert "corrupt" in elsewhere.refused("restore", str(tmp_path / "broken.tar"))
    assert elsewhere.run("migrate", "--check").returncode == 1, "the database was touched"


def changed(file: Path, into: Path, **facts: Any) -> Path:
    """The same backup with another manifest."""
    told = json.dumps(manifest_of(file) | facts).encode()
    with tarfile.open(file) as tar, tarfile.open(into, "w") as out:
        for member in tar:
            content: Any = tar.extractfile(member)
            if member.name == "manifest.json":
                content, member.size = io.BytesIO(told), len(told)
            out.addfile(member, content)
    return into


def test_a_newer_schema_another_engine_and_another_format_are_refused(
    full: Full, elsewhere: Place, tmp_path: Path
) -> None:
    known = manifest_of(full.file)
    newer = [*known["migrations"], "results.9999_of_tomorrow"]
    other = "postgresql" if known["engine"] == "sqlite" else "sqlite"
    for facts, told in (
        ({"migrations": newer, "version": "99.0"}, r"newer version \(99.0\).*9999_of_tomorrow"),
        ({"engine": other}, "this instance runs on"),
        ({"format": 2}, "format 2"),
    ):
        file = changed(full.file, tmp_path / "changed.tar", **facts)
        assert re.search(told, elsewhere.refused("restore", str(file), "--replace")), facts
    assert elsewhere.run("migrate", "--check").returncode == 1, "the database was touched"


def test_a_name_that_is_taken_and_a_folder_that_is_not_there_are_said(full: Full) -> None:
    before = full.file.read_bytes()

    assert "exists; name a new file" in full.place.refused("backup", str(full.file))
    assert full.file.read_bytes() == before
    nowhere = full.place.folder / "nowhere" / "b.tar"
    assert "cannot be written" in full.place.refused("backup", str(nowhere))
    assert "cannot be read" in full.place.refused("restore", str(nowhere))


def test_without_the_clients_of_postgresql_it_says_which_to_install(full: Full) -> None:
    if not full.place.stores:
        pytest.skip("this instance runs on another database")
    file = full.place.folder / "second.tar"

    said = full.place.refused("backup", str(file), PATH="/nonexistent")

    assert "pg_dump is not on the PATH" in said
    assert not file.exists()


def test_the_commands_of_the_page_work_as_they_stand(
    full: Full, elsewhere: Place, tmp_path: Path
) -> None:
    page = (ROOT / "docs/backup.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 4

    def told(block: str, place: Place) -> str:
        script = block.replace("/var/backups/runlens", str(tmp_path / "backups"))
        script = script.replace(".venv/bin/python", sys.executable)
        done = subprocess.run(
            ["sh", "-eu", "-c", script],
            cwd=ROOT,
            env=place.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    make_one, every_night, restore, replace = blocks
    assert "read back and whole" in told(make_one, full.place)
    assert told(every_night, full.place) == "", "a crontab, whose line is a comment here"
    said = told(restore, elsewhere)
    assert "opens everything" in said
    assert "unbroken" in said
    assert "are back" in told(replace, elsewhere)
