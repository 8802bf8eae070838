"""What a look at one thing found, as data; it looks at nothing."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Verdict(enum.StrEnum):
    """How it stands."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing: its name, how it stands, one sentence, and what to do when it is not fine."""

    name: str
    verdict: Verdict
    said: str
    mend: str = ""


def ok(name: str, said: str) -> Finding:
    """It is as it should be."""
    return Finding(name, Verdict.OK, said)


def warn(name: str, said: str, mend: str) -> Finding:
    """It works, and is worth a thought."""
    return Finding(name, Verdict.WARN, said, mend)


def fail(name: str, said: str, mend: str) -> Finding:
    """It does not work, or is not safe."""
    return Finding(name, Verdict.FAIL, said, mend)
