"""Masking long JSON costs no more than its length, whatever it is made of."""

from __future__ import annotations

import pytest

from results.domain.masking import masked


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "text",
    [
        b"[" + b'"password",' * 50_000 + b"1]",
        b'{"password":' * 900 + b"1" + b"}" * 900,
        b'{"token":' * 20_000 + b"1" + b"}" * 20_000,
        b'["' + b'\\"password' * 50_000 + b'"]',
        b'["' + b"\\\\" * 1_000_000 + b'password"]',
        b'{"a":' + b" " * 1_000_000 + b'"password"}',
        b"[" + b'["password",[1]],' * 20_000 + b"1]",
        b"[" + b'{"name":"token","value":"abc"},' * 20_000 + b"1]",
    ],
)
def test_no_json_takes_more_time_than_it_is_long(text: bytes) -> None:
    masked(text, part="output")
