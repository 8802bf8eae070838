"""Rotations that are killed at random moments, twenty times, while results come in: nothing is lost."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from results.models import AuditEvent, FormerKey, ProjectKey, ShareLink, StoredResult, Team
from results.services import generations, lookup, ring_report, rotation, sealing
from tests import make
from tests.services.rotating import HALF_WAY, output_of

ROOT = Path(__file__).resolve().parents[2]
KILLS = 20
KEYS = [f"m{n}:" + base64.b64encode(bytes([n]) * 32).decode() for n in range(1, KILLS + 3)]
# The newest first: each ring opens all that the ones before it sealed.
RINGS = [",".join(reversed(KEYS[:number])) for number in range(2, KILLS + 3)]


def environment(ring: str) -> dict[str, str]:
    """A process of the product on the very database of this test."""
    at = connection.settings_dict
    url = (
        f"sqlite:///{at['NAME']}"
        if connection.vendor == "sqlite"
        else f"postgres://{at['USER']}:{at['PASSWORD']}@{at['HOST']}:{at['PORT']}/{at['NAME']}"
    )
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "dashboard.settings",
        "DATABASE_URL": url,
        "VAULT_KEYS": ring,
        "RINGS": "\n".join(RINGS),
        # What these processes print is counted; the audit has its own tests.
        "AUDIT_STDOUT": "0",
    }


@pytest.mark.django_db(transaction=True)
def test_t10_twenty_killed_rotations_under_load_lose_nothing(
    alice: User, tmp_path: Path, settings: Any
) -> None:
    settings.VAULT_KEYS = KEYS[0]
    teams = [make.make_team(name=name, owner=alice) for name in ("Acme", "Beta")]
    for team in teams:
        make.make_key(team=team)
        for number in range(15):
            run_id = f"run_first{number}"
            make.make_result(team=team, run_id=run_id, output=output_of(run_id))
    command = [sys.executable, "-m", "tests.services.rotating"]
    stored = tmp_path / "stored"

    with (
        stored.open("wb") as out,
        subprocess.Popen(
            [*command, "writer"],
            cwd=ROOT,
            env=environment(",".join(KEYS)),
            stdin=subprocess.PIPE,
            stdout=out,
        ) as writer,
    ):
        killer = subprocess.run(
            [*command, "killer", str(KILLS)],
            cwd=ROOT,
            env=environment(RINGS[0]),
            capture_output=True,
            text=True,
            check=False,
            timeout=250,
        )
        writer.communicate(timeout=60)

    assert killer.returncode == 0, killer.stderr
    looks = [json.loads(line) for line in killer.stdout.splitlines()]
    assert len(looks) >= KILLS
    assert [look["closed"] for look in looks if look["closed"]] == []
    half_way = sum(look["generations"] > len(teams) for look in looks)
    assert half_way >= HALF_WAY, "some died half-way"

    # With the newest master key alone: every other one was droppable.
    settings.VAULT_KEYS = RINGS[-1].partition(",")[0]
    assert ring_report.status().is_whole
    # What came in while the last rotation ended may be sealed by a key that it replaced.
    for _ in rotation.tidy_steps(now=timezone.now() + 2 * rotation.KEPT_FOR):
        pass
    assert not FormerKey.objects.exists()
    written = stored.read_text(encoding="utf-8").split()
    assert len(written) >= 5
    assert StoredResult.objects.count() == 30 + len(written)
    for result in StoredResult.objects.select_related("team"):
        opened = lookup.open_result(result=result, team=result.team)
        assert opened.output is not None, result.run_id
        assert opened.output.data == output_of(result.run_id)
    assert {f"run_w{number}" for number in range(len(written))} == set(written)
    for key in ProjectKey.objects.select_related("team"):
        assert sealing.open_secret(key, sealing.data_key(key.team)).reveal() == make.KEY
        assert key.fingerprint is not None
    for link in ShareLink.objects.select_related("team"):
        assert len(sealing.open_token(link, sealing.data_key(link.team))) == 43
    newest = dict(Team.objects.values_list("pk", "key_generation"))
    assert {pair for pair, count in generations.counted().items() if count} == set(newest.items())
    replaced = AuditEvent.objects.filter(action="vault.data_key_replaced").count()
    assert replaced == sum(newest.values()) - len(teams), "every new key was written down once"
