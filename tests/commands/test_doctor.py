"""`doctor`: one line for each thing, what to do when it is not fine, status 1 when one fails, no secret."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils import timezone

from dashboard.env import Told
from results.models import Team
from results.sandbox.server import Sandbox
from results.services.doctor import outside, setup, stores
from results.services.doctor.findings import Finding


def told(*arguments: str) -> dict[str, dict[str, str]]:
    """What it says, by name; it may end with status 1."""
    said = io.StringIO()
    with suppress(CommandError):
        call_command("doctor", "--json", *arguments, stdout=said)
    return {one["name"]: one for one in json.loads(said.getvalue())}


def verdicts(found: dict[str, dict[str, str]]) -> dict[str, str]:
    return {name: one["verdict"] for name, one in found.items()}


@contextmanager
def database_away() -> Iterator[None]:
    def fail(*_: object) -> None:
        raise OperationalError("CANARY connection lost")

    with connection.execute_wrapper(fail):
        yield


def test_an_instance_that_works_has_nothing_to_be_mended(team: Team, api: Sandbox) -> None:
    said = io.StringIO()

    call_command("doctor", stdout=said)

    lines = said.getvalue().splitlines()
    assert {"database", "migrations", "key ring", "cache", "clock"} <= {
        line[6:26].strip() for line in lines
    }
    assert not [line for line in lines if line.startswith("fail")]


def test_a_database_that_is_away_ends_with_status_1_and_what_to_do(
    db: None, capsys: pytest.CaptureFixture[str]
) -> None:
    with database_away(), pytest.raises(CommandError, match="To be mended: database"):
        call_command("doctor", "--offline")

    said = capsys.readouterr().out
    assert "does not answer: CANARY connection lost" in said
    assert "Start it, or correct DATABASE_URL." in said


def test_a_ring_that_opens_nothing_is_found(team: Team, settings: Any) -> None:
    settings.VAULT_KEYS = "k9:" + "B" * 43 + "="

    found = told("--offline")

    assert found["key ring"]["verdict"] == "fail"
    assert "k1" in found["key ring"]["said"]
    assert "BBBB" not in json.dumps(found)


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("DELETE FROM django_migrations WHERE app = 'results'", "are not applied"),
        (
            (
                "INSERT INTO django_migrations (app, name, applied)"
                " VALUES ('results', '9999_later', '2026-01-01')"
            ),
            "made by a later release",
        ),
    ],
)
def test_tables_of_another_release_are_found(db: None, sql: str, says: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)

    found = told("--offline")["migrations"]

    assert found["verdict"] == "fail"
    assert says in found["said"]


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 46, 1), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_a_sqlite_that_may_damage_a_file_is_known(version: tuple[int, ...], is_safe: bool) -> None:
    assert stores.wal_may_be_reset(version) is not is_safe


def test_a_connection_with_other_settings_than_ours_is_found(db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite has them")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA secure_delete=OFF")
        try:
            found = told("--offline")["sqlite settings"]
        finally:
            cursor.execute("PRAGMA secure_delete=ON")

    assert found["verdict"] == "fail"
    assert "secure_delete is not 1" in found["said"]


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ({"SITE_URL": "https://runs.example", "ALLOWED_HOSTS": ["runs.example"]}, "ok"),
        ({"SITE_URL": "http://localhost:8000", "ALLOWED_HOSTS": ["localhost"]}, "ok"),
        ({"SITE_URL": "http://runs.example", "ALLOWED_HOSTS": ["runs.example"]}, "warn"),
        ({"SITE_URL": "https://runs.example", "ALLOWED_HOSTS": ["other.example"]}, "fail"),
    ],
)
def test_the_address_of_the_site_is_judged(
    settings: Any, given: dict[str, Any], verdict: str
) -> None:
    for name, value in given.items():
        setattr(settings, name, value)

    assert setup.site_url().verdict == verdict


@pytest.mark.parametrize(
    ("url", "proto", "proxies", "verdict"),
    [
        ("http://localhost:8000", False, 0, "ok"),
        ("https://runs.example", True, 1, "ok"),
        ("https://runs.example", False, 0, "warn"),
        ("https://runs.example", True, 0, "warn"),
    ],
)
def test_what_is_believed_of_a_proxy_is_told_and_judged(
    settings: Any, url: str, proto: bool, proxies: int, verdict: str
) -> None:
    settings.SITE_URL, settings.TRUST_PROXY_PROTO = url, proto
    settings.TRUSTED_PROXIES = proxies

    found = setup.proxy()

    assert found.verdict == verdict
    assert ("X-Forwarded-Proto" in found.said.partition(";")[0]) is proto


@pytest.mark.parametrize(("mode", "verdict"), [(0o600, "ok"), (0o640, "ok"), (0o644, "warn")])
def test_a_secret_in_a_file_that_others_can_read_is_found(
    settings: Any, tmp_path: Path, mode: int, verdict: str
) -> None:
    file = tmp_path / "ring"
    file.write_text("CANARY", encoding="utf-8")
    file.chmod(mode)
    settings.ENVIRONMENT = (Told("VAULT_KEYS", "", "••••", str(file), is_secret=True),)

    [found] = setup.secret_files()

    assert found.verdict == verdict
    assert "CANARY" not in found.said


def test_a_folder_that_cannot_be_written_is_found(settings: Any) -> None:
    settings.STATIC_ROOT = Path("/proc/nowhere")

    assert {one.name: one.verdict for one in setup.folders()}["static files"] == "fail"


def test_a_cache_that_does_not_answer_is_found(db: None, settings: Any) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://:CANARY@127.0.0.1:1/0",
        }
    }

    [found] = stores.shared_cache()

    assert found.verdict == "fail"
    assert "CANARY" not in found.said


def look_outside(**given: Any) -> list[Finding]:
    return list(outside.look(now=given.get("now", timezone.now)))


def test_an_api_that_cannot_be_reached_is_found(settings: Any) -> None:
    settings.TRIGGER_API_URL = "http://127.0.0.1:1"

    [found] = look_outside()

    assert (found.verdict, found.said) == ("fail", "127.0.0.1:1: refused the connection")


@pytest.mark.parametrize(
    ("hours", "seconds", "verdict"),
    [(0, 0, "ok"), (0, 20, "warn"), (2, 0, "fail"), (-2, 0, "fail")],
)
def test_a_clock_that_is_wrong_is_found(
    api: Sandbox, hours: int, seconds: int, verdict: str
) -> None:
    off = timedelta(hours=hours, seconds=seconds)

    found = {one.name: one for one in look_outside(now=lambda: timezone.now() + off)}

    assert found["clock"].verdict == verdict
    assert found["api"].verdict == "warn"
    assert "plain http" in found["api"].said


def test_nobody_outside_is_asked_when_told_so(db: None, api: Sandbox) -> None:
    assert "api" not in told("--offline")
    assert not api.calls


def test_no_key_is_sent_and_nothing_secret_is_told(team: Team, api: Sandbox, settings: Any) -> None:
    found = json.dumps(told())

    assert settings.VAULT_KEYS.partition(":")[2] not in found
    assert settings.SECRET_KEY not in found
    assert all(call.key is None for call in api.calls)
