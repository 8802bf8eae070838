"""A shared result: readable by whoever holds the link, with nothing of the team in it."""

from __future__ import annotations

import hashlib
import json
import logging
import re
import sys
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from dashboard.log_lines import JsonLine, TextLine
from dashboard.tracebacks import NoValuesReporter
from results.domain.disclosure import Choices, Scope
from results.domain.status import State
from results.models import ShareLink, StoredResult, Team
from results.services import sealing, sharing
from tests import make
from tests.views.sharing import KEY, OUTSIDE, WITHHELD, rich_result, shared
from tests.views.strangers import body, headers

SAID = [{"key_id": "1", "key": "SECRETPROJECT · production", "state": "succeeded", "said": "x"}]


@pytest.fixture
def token(team: Team, alice: Any) -> str:
    result = make.make_result(team=team)
    StoredResult.objects.update(project="SECRETPROJECT", environment="prod", keys_asked=SAID)
    link = sharing.share(result=result, by=alice, now=timezone.now())
    assert link.token is not None
    return link.token


def test_it_works(client: Client, token: str) -> None:
    response = client.get(f"/s/{token}/")

    assert response.status_code == 200
    assert b"<bdi class=key>sum</bdi>" in response.content
    assert b'<bdi class="value number">3</bdi>' in response.content
    assert b"run_stored1" in response.content
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response["Cache-Control"] == "private, no-store"


def test_it_hides_everything_of_the_team(client: Client, as_alice: Client, token: str) -> None:
    for reader in (client, as_alice):
        page = reader.get(f"/s/{token}/").content.decode()

        for ours in ("Acme", "acme", "SECRETPROJECT", "production", "alice", "/t/", "/keys/"):
            assert ours not in page
        forms = re.findall(r"<form[^>]*>", page)
        assert [f'action="/s/{token}/search/"' in form for form in forms] == [True]
        assert 'method="post"' not in page


def test_it_asks_nobody_to_sign_in(client: Client, token: str) -> None:
    assert b"/accounts/" not in client.get(f"/s/{token}/").content


def test_words_meant_for_a_member_wait_for_their_own_page(as_alice: Client, token: str) -> None:
    as_alice.post(
        "/t/acme/runs/run_stored1/share/", {"scope": "whole", "expires": "1d", "make": ""}
    )

    assert b"is made" not in as_alice.get(f"/s/{token}/").content
    assert b"is made" in as_alice.get("/t/acme/shares/").content


def test_it_needs_no_htmx_and_its_title_tells_nothing(client: Client, token: str) -> None:
    page = client.get(f"/s/{token}/").content.decode()

    assert "htmx" not in page
    assert "hx-" not in page
    assert "<title>A run&#x27;s result</title>" in page or "<title>A run's result</title>" in page
    assert "og:" not in page
    assert "http" not in page.replace("http-equiv", "").split("</head>")[0]


def test_every_dead_link_looks_like_one_that_never_was(
    client: Client, as_alice: Client, token: str
) -> None:
    live = f"/s/{token}/"
    made = timezone.now() - timedelta(days=9)
    for asker in (client, as_alice):
        never = asker.get("/s/" + "A" * 43 + "/")
        ShareLink.objects.update(revoked_at=timezone.now())
        revoked = asker.get(live)
        ShareLink.objects.update(
            revoked_at=None, created_at=made, expires_at=made + timedelta(days=1)
        )
        expired = asker.get(live)
        malformed = asker.get("/s/%00%ff'\"<script>/")
        too_long = asker.get("/s/" + "x" * 5_000 + "/")
        for answer in (revoked, expired, malformed, too_long):
            assert answer.status_code == never.status_code == 404
            assert body(answer) == body(never)
            assert headers(answer) == headers(never)


def test_a_link_ends_at_its_moment(client: Client, token: str) -> None:
    ShareLink.objects.update(expires_at=timezone.now() + timedelta(seconds=30))
    assert client.get(f"/s/{token}/").status_code == 200

    now = timezone.now()
    ShareLink.objects.update(created_at=now - timedelta(days=1), expires_at=now)
    assert client.get(f"/s/{token}/").status_code == 404


def test_the_database_holds_no_token(token: str) -> None:
    row = ShareLink.objects.values().get()

    assert bytes(row["digest"]) == hashlib.sha256(token.encode()).digest()
    assert token not in str(row)
    assert token.encode() not in bytes(row["sealed_token"])


def test_opening_is_counted_and_makes_no_session(client: Client, token: str) -> None:
    before = Session.objects.count()
    client.get(f"/s/{token}/")
    client.get(f"/s/{token}/")

    assert ShareLink.objects.get().opened_count == 2
    assert Session.objects.count() == before
    assert not client.cookies


def test_a_failure_can_be_shared(client: Client, alice: Any, team: Team) -> None:
    error = b'{"type":"STRING_ERROR","raw":"it broke"}'
    result = make.make_result(team=team, state=State.FAILED, error=error)
    link = sharing.share(result=result, by=alice, now=timezone.now())

    assert b"it broke" in client.get(f"/s/{link.token}/").content


def test_trouble_with_the_store_names_no_host(client: Client, token: str) -> None:
    StoredResult.objects.update(output_trouble="the output is stored on s3.internal.example")

    assert b"s3.internal" not in client.get(f"/s/{token}/").content


def test_a_wrong_ring_says_no_more_than_that(client: Client, token: str, settings: Any) -> None:
    settings.VAULT_KEYS = "k1:" + "QUFB" * 10 + "QUE="

    response = client.get(f"/s/{token}/")

    assert response.status_code == 200
    assert b"cannot be opened at the moment" in response.content
    assert b"key ring" not in response.content
    assert b"/sum" not in response.content


def test_a_link_is_only_read(client: Client, token: str) -> None:
    for method in ("post", "put", "patch", "delete"):
        assert getattr(client, method)(f"/s/{token}/").status_code == 405


def everything(response: Any) -> tuple[int, bytes, dict[str, str]]:
    return response.status_code, body(response), headers(response)


def test_t4_unknown_malformed_and_dead_links_and_parts_that_are_not_shared_answer_alike(
    client: Client, alice: Any, team: Team
) -> None:
    result = rich_result(team)
    dead = shared(team, alice, result=result)
    ShareLink.objects.update(revoked_at=timezone.now())
    late = shared(team, alice, result=result)
    ended = timezone.now() - timedelta(days=1)
    live = ShareLink.objects.filter(revoked_at__isnull=True)
    live.update(created_at=ended - timedelta(days=1), expires_at=ended)
    part = shared(team, alice, Choices(Scope.PART, "/part"), result=result)
    unknown = everything(client.get(f"/s/{'A' * 43}/"))

    assert unknown[0] == 404
    for address in (
        *(
            dead,
            late,
            "/s/x/",
            "/s/%00/",
            f"/s/{'ü' * 300}/",
            "/s/%F0%9F%98%80/",
            f"/s/{'A' * 42}=/",
        ),
        *(f"{one}{place}" for one in (dead, late) for place in ("branch/", "search/", "output")),
        *(f"{part}branch/?at=/CANARYNAME", f"{part}branch/?of=error", f"{part}output?as=xml"),
    ):
        assert everything(client.get(address)) == unknown, address


def test_t4_a_dead_link_says_nothing_to_caches_indexes_and_other_sites(
    client: Client, db: None
) -> None:
    response = client.get(f"/s/{'A' * 43}/")

    assert response["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["Cache-Control"] == "private, no-store"
    assert b"<script" not in response.content
    assert not response.cookies


def test_t4_the_31st_miss_of_an_address_is_refused_and_live_links_open_on(
    client: Client, token: str, settings: Any
) -> None:
    settings.TRUSTED_PROXIES = 1

    def miss(number: int, address: str = "2001:db8::1") -> int:
        told = {"X-Forwarded-For": f"1.2.3.{number}, {address}"}
        return client.get(f"/s/{number:043}/", headers=told).status_code

    assert [miss(number) for number in range(31)] == [404] * 30 + [429]
    # One client has a whole /64 for itself.
    assert miss(1, "2001:db8::ffff:2") == 429
    assert miss(1, "2001:db8:0:1::1") == 404
    assert client.get(f"/s/{token}/", headers={"X-Forwarded-For": "2001:db8::1"}).status_code == 200


def test_t4_without_a_cache_a_miss_is_refused(
    client: Client, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ConnectionError("the cache is down")

    monkeypatch.setattr(cache, "add", broken)

    assert client.get(f"/s/{'A' * 43}/").status_code == 429
    assert client.get(f"/s/{token}/").status_code == 200


def test_t5_a_link_to_an_error_shows_the_error_alone(
    client: Client, alice: Any, team: Team
) -> None:
    error = {
        "type": "BUILT_IN_ERROR",
        "name": "E",
        "message": f"no {KEY}",
        "stackTrace": f"E: {KEY}\n    at f (a.ts:1:2)",
    }
    result = rich_result(team, state=State.FAILED, error=json.dumps(error).encode())

    page = client.get(shared(team, alice, Choices(Scope.ERROR), result=result)).content.decode()

    assert "E: no [masked]" in page
    for secret in (*OUTSIDE, *WITHHELD, KEY, "report", "<time"):
        assert secret not in page


def test_t5_payload_metadata_and_tags_come_with_a_tick_each(
    client: Client, alice: Any, team: Team
) -> None:
    result = rich_result(team)
    told = {"payload": "CANARYPAYLOAD", "metadata": "CANARYMETADATA", "tags": "CANARYTAG"}
    for ticked in told:
        chosen: dict[str, Any] = {ticked: True}
        address = shared(team, alice, Choices(**chosen), result=result)
        pages = [client.get(address).content.decode()]
        pages += [client.get(address + "branch/", {"of": name}).content.decode() for name in told]
        for name, secret in told.items():
            assert any(secret in page for page in pages) == (name == ticked)
        assert not any("CANARYVERSION" in page for page in pages)


def test_a_part_that_is_gone_is_said_to_be(client: Client, alice: Any, team: Team) -> None:
    result = rich_result(team)
    address = shared(team, alice, Choices(Scope.PART, "/part"), result=result)
    row, gone = ShareLink.objects.get(), Choices(Scope.PART, "/gone").written
    row.sealed_choices = sealing.data_key(team).seal(gone, purpose=sealing.CHOICES, row=str(row.pk))
    row.save()

    response = client.get(address)

    assert response.status_code == 200
    assert b"not in the result any more" in response.content
    assert b"in the part" not in response.content
    assert client.get(f"{address}output?as=raw").status_code == 404


def test_choices_that_cannot_be_read_open_nothing(client: Client, alice: Any, team: Team) -> None:
    address = shared(team, alice, Choices(Scope.PART, "/part"))
    row = ShareLink.objects.get()
    ShareLink.objects.update(sealed_choices=make.damaged(row.sealed_choices))

    page = client.get(address)

    assert b"cannot be opened at the moment" in page.content
    for told in (b"in the part", b"report", b"<time"):
        assert told not in page.content
    assert client.get(f"{address}output?as=raw").status_code == 404


@pytest.mark.parametrize("formatter", [TextLine(), JsonLine()])
def test_t4_no_log_line_holds_a_token(token: str, formatter: logging.Formatter) -> None:
    address = f"/s/{token}/output"
    said = [
        f"Not Found: {address}",
        f'"GET {address}?as=raw HTTP/1.1" 200',
        f"http://h/s/{token}",
        address,
    ]
    for text in said:
        record = logging.LogRecord("django.request", 30, "", 0, "%s", (text,), None)
        line = formatter.format(record)
        assert token not in line
        assert "/s/[masked]" in line
    plain = logging.LogRecord("django.request", 30, "", 0, "/this/s5/x and 3/s", None, None)
    assert "/this/s5/x and 3/s" in formatter.format(plain)


def test_t4_no_report_of_a_bug_holds_a_token(token: str) -> None:
    request = RequestFactory().get(f"/s/{token}/")
    try:
        int("a bug")
    except ValueError:
        reporter = NoValuesReporter(request, *sys.exc_info())

    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "a bug" in report
        assert token not in report
