"""A stolen database opens nothing: every table and every byte is searched for what was sealed."""

from __future__ import annotations

import base64
import logging
import traceback
from pathlib import Path
from urllib.parse import quote

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone
from django.views.debug import ExceptionReporter

from results import courier
from results.domain.identity import ApiKey
from results.models import Team
from results.sandbox.server import Sandbox
from results.sandbox.world import Attempt, Environment, Run
from results.services import answers, keys, sharing
from tests.services.looking import look, result_of

SECRET = "Q7wKx2VnB5tLz9RfYc3HsMdPg8J"
KEY = f"tr_dev_{SECRET}"
OUTPUT = "the-output-canary-4815162342"
ERROR = "the-error-canary-2718281828"
PAYLOAD = "the-payload-canary-3141592653"


def spellings(text: str) -> set[bytes]:
    """The text as it could be found lying about: plain, encoded, and any part of twelve signs."""
    raw = text.encode()
    parts = {raw[at : at + 12] for at in range(len(raw) - 11)}
    return parts | {
        raw.hex().encode(),
        quote(text).encode(),
        *(base64.b64encode(b"x" * shift + raw)[4:-4] for shift in range(3)),
    }


@pytest.fixture
def canaries(live: Sandbox, team: Team, alice: User) -> list[str]:
    """A key, a succeeded and a failed run, and a share link, all through the product's own verbs."""
    live.world.add_environment(Environment(name="canary", slug="dev", key=KEY))
    done = Attempt(status="COMPLETED", output=f'"{OUTPUT}"', output_type="application/json")
    error = {"type": "STRING_ERROR", "raw": ERROR}
    for run in (
        Run(
            id="run_canary1",
            environment="canary",
            status="COMPLETED_SUCCESSFULLY",
            payload=f'"{PAYLOAD}"',
            attempts=(done,),
        ),
        Run(
            id="run_canary2",
            environment="canary",
            status="COMPLETED_WITH_ERRORS",
            error=error,
            attempts=(Attempt(status="FAILED", error=error),),
        ),
    ):
        live.world.add_run(run)
    keys.store(
        team=team,
        project="Shop",
        api_url=live.url,
        branch="",
        key=ApiKey(KEY),
        by=alice,
        now=timezone.now(),
    )
    result = result_of(team, "run_canary1", alice)
    assert result_of(team, "run_canary2", alice).state == "failed"
    link = sharing.share(result=result, by=alice, now=timezone.now())
    assert link.token is not None
    look(team, "run_nobody", alice)
    return [SECRET, OUTPUT, ERROR, PAYLOAD, link.token]


def database_bytes() -> bytes:
    """Every value of every table, and on SQLite the files as well."""
    dump = b""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608  names from the database
            for row in cursor.fetchall():
                dump += b"\n".join(
                    bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    for value in row
                )
    if connection.vendor == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            file = Path(f"{connection.settings_dict['NAME']}{suffix}")
            dump += file.read_bytes() if file.exists() else b""
    return dump


def test_no_byte_of_the_database_tells_what_was_sealed(canaries: list[str]) -> None:
    dump = database_bytes()

    assert b"run_canary1" in dump, "the search reaches what is not sealed"
    for canary in canaries:
        assert not {part for part in spellings(canary) if part in dump}


def test_no_log_line_tells_a_secret(
    caplog: pytest.LogCaptureFixture, live: Sandbox, team: Team, alice: User
) -> None:
    for name in ("", "aiohttp", "asyncio", "django"):
        caplog.set_level(logging.DEBUG, logger=name)
    live.faults.add("reset", times=1)
    for number, api_url in enumerate((live.url, "http://127.0.0.1:1"), 1):
        keys.store(
            team=team,
            project="Shop",
            api_url=api_url,
            branch="",
            key=ApiKey(f"tr_dev_SandboxKeyDev0000000000{number}"),
            by=alice,
            now=timezone.now(),
        )
    look(team, "run_nobody", alice)
    look(team, "run_faulthtml502x", alice)

    logging.getLogger("results").debug("the log is watched")
    assert "the log is watched" in caplog.text
    assert "SandboxKeyDev" not in caplog.text


def test_a_bug_while_a_key_is_tried_shows_the_key_in_no_traceback(
    live: Sandbox, team: Team, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*args: object, **kwargs: object) -> object:
        raise RuntimeError("a bug")

    # Deep inside the call, where the headers are variables of the frames around it.
    monkeypatch.setattr("aiohttp.ClientSession._request", broken)

    with pytest.raises(courier.ErrandError) as failed:
        keys.try_key(api_url=live.url, key=ApiKey(KEY), branch="")

    reporter = ExceptionReporter(None, failed.type, failed.value, failed.tb)
    shown = str(reporter.get_traceback_html() + reporter.get_traceback_text())
    shown += "".join(traceback.format_exception(failed.value)) + caplog.text
    assert "a bug" in caplog.text
    assert SECRET not in shown


def test_a_presigned_address_is_in_no_log(
    caplog: pytest.LogCaptureFixture, live: Sandbox, team: Team, alice: User
) -> None:
    from results.sandbox.scenarios import scenario
    from tests.services.looking import add_key

    for name in ("", "aiohttp", "asyncio", "django"):
        caplog.set_level(logging.DEBUG, logger=name)
    add_key(team, live, "prod")
    live.faults.add("reset", path="/store/", times=1)
    look(team, scenario("store-json").run_id, alice)

    assert "X-Amz-Signature" not in caplog.text


def test_what_is_asked_about_can_be_shown_without_a_secret() -> None:
    shown = repr(answers.Asked(None, None, ())) + str(ApiKey(KEY))

    assert SECRET not in shown
