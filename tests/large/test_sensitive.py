"""Looking for secrets in a long text costs no more than its length, whatever it is made of."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from results.domain.sensitive import spans

HOSTILE: dict[str, Callable[[int], bytes]] = {
    "names": lambda n: b"password" * (n // 8),
    "named nothing": lambda n: b"password= " * (n // 10),
    "never closed": lambda n: b'token:"' * (n // 7),
    "escaped": lambda n: b'secret:"' + b"\\" * n,
    "escaped quotes": lambda n: b'secret:"' + b'\\"' * (n // 2),
    "brackets": lambda n: b"token:[" * (n // 7),
    "beginnings": lambda n: b"tr_" * (n // 3),
    "long words": lambda n: b"tr_" + b"a" * n,
    "tokens": lambda n: b"eyJ" * (n // 3),
    "private keys": lambda n: b"-----BEGIN PRIVATE KEY-----" * (n // 27),
    "schemes": lambda n: b"://" * (n // 3),
    "users": lambda n: b"://" + b"a:" * (n // 2),
    "bearers": lambda n: b"bearer " * (n // 7),
    "spaces": lambda n: b"token" + b" " * n,
    "short names": lambda n: b"pin=" * (n // 4),
    "spaced short names": lambda n: b"{" + b"pin :        \\t\\t" * (n // 16),
    "escaped short names": lambda n: b"pin:" * (n // 8) + b"pin:" + b"\\" * (n // 2),
    "members": lambda n: (b"{" + b" " * 30 + b"pin: '") * (n // 38),
    "dots": lambda n: b"SG." + b"a" * n,
}


@pytest.mark.timeout(120)
@pytest.mark.parametrize("shape", HOSTILE)
def test_no_text_takes_more_time_than_it_is_long(shape: str) -> None:
    # Whatever looked at such a text anew from each of its places would take hours.
    spans(HOSTILE[shape](1_000_000))
