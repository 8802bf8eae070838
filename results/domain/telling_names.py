"""Names under which secrets stand: passwords, tokens, keys; it must not know what stands there."""

from __future__ import annotations

import re
from functools import lru_cache

# What an identifier of a secret holds, once in small letters and without what joins its words.
_PARTS = (
    *("password", "passwd", "passphrase", "passcode", "secret", "token", "credential"),
    *("authorization", "cookie", "csrf", "xsrf", "signature", "sessionid", "connectionstring"),
)
KEYS_OF = (
    *(
        "api",
        "access",
        "private",
        "signing",
        "signature",
        "encryption",
        "master",
        "account",
        "auth",
    ),
    *("secret", "shared", "service", "client", "license", "security"),
)
WHOLE = frozenset({"pass", "pwd", "pw", "pin", "otp", "auth", "jwt", "sig", "sid", "cvv", "cvc"})
# What is said of a secret is none.
_SAID_OF_ONE = (
    *("type", "count", "limit", "length", "usage", "name", "policy", "strength", "expiry"),
    *("expires", "expiresat", "expiresin", "expiration", "createdat", "updatedat", "url", "less"),
)
_NUMBERS_TELL = ("password", "passcode", "secret", "pin", "otp", "cvv", "cvc", "pwd", "pass")
LONGEST_NAME = 64
NAMES_A_SIBLING = frozenset({"name", "key", "header", "field", "variable", "env"})
"""Under these a member names what its sibling `value` says, as lists of headers do."""
_JOINS = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=4_096)
def is_sensitive(name: str) -> bool:
    """Whether what stands under this name is likely to be secret."""
    told = plain(name)
    if not told or told.endswith(_SAID_OF_ONE):
        return False
    return (
        told in WHOLE
        or any(part in told for part in _PARTS)
        or any(f"{owner}key" in told for owner in KEYS_OF)
    )


def tells_in_numbers(name: str) -> bool:
    """Whether a number under this sensitive name is secret too, and no count of something."""
    told = plain(name)
    return any(part in told for part in _NUMBERS_TELL)


def plain(name: str) -> str:
    """The letters and digits of a name, small; empty when it is too long to be one."""
    return _JOINS.sub("", name.lower()) if len(name) <= LONGEST_NAME else ""
