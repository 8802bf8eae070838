"""Every shape of an output and of an error makes a page of bounded size, whatever is in it."""

from __future__ import annotations

import pytest
from django.test import Client

from results.domain.status import State
from results.models import Team
from tests import make

PAGE = "/t/acme/runs/run_stored1/"


@pytest.mark.parametrize(
    "error",
    [
        rb'{"type":"BUILT_IN_ERROR","name":"E","message":"a\ud800b","stackTrace":"E: a\u0000\n at f"}',
        b'{"type":"STRING_ERROR","raw":"\\u0000\\u202e"}',
        b"\xff\xfe not json",
        b"",
        b"null",
        b"[" * 5_000 + b"]" * 5_000,
        b'{"type":"BUILT_IN_ERROR","name":[],"message":{},"stackTrace":7}',
        b'{"type":"CUSTOM_ERROR","raw":"{\\"a\\":1}"}',
        b'{"type":"INTERNAL_ERROR","code":"TASK_PROCESS_SIGSEGV","stackTrace":"</script><b>x"}',
    ],
)
def test_an_error_of_any_shape_makes_a_page(as_alice: Client, team: Team, error: bytes) -> None:
    make.make_result(team=team, state=State.FAILED, error=error)

    response = as_alice.get(PAGE)

    assert response.status_code == 200
    assert "</script><b>" not in response.content.decode()


@pytest.mark.parametrize(
    ("output", "kind"),
    [
        (b"a\x00b\x1b[31m", "text/plain"),
        ("half \ud800 emoji".encode("utf-8", "surrogatepass"), "text/plain"),
        (rb'{"a":"\ud800","\u0000":1}', "application/json"),
        (b'{"json":{"d":"x"},"meta":{"values":{"d":["Date"]}}}', "application/super+json"),
        (b'{"json":', "application/super+json"),
        (b"[" * 100_000, "application/json"),
        (b"[" * 3_000 + b"]" * 3_000, "application/json"),
        (b'"' + b"x" * 1_000_000 + b'"', "application/json"),
        (b"\xff" * 1_000, "text/html; charset=latin1"),
        (b"packets/x", "application/store"),
        (b"", None),
        (None, None),
    ],
)
def test_an_output_of_any_shape_makes_a_page(
    as_alice: Client, team: Team, output: bytes | None, kind: str | None
) -> None:
    make.make_result(team=team, output=output, output_type=kind)

    response = as_alice.get(PAGE)

    assert response.status_code == 200
    assert len(response.content) < 2_000_000
