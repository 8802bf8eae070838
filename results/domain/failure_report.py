"""What is known about a failure, in full and without the task's own words; not how it was read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from results.domain.error_codes import CODES
from results.domain.stack import Stack

FailureKind = Literal["BUILT_IN_ERROR", "STRING_ERROR", "CUSTOM_ERROR", "INTERNAL_ERROR", "unknown"]

# What code calls its errors; anything else may be a sentence.
_CLASS_NAME = re.compile(r"[A-Za-z_$][\w$]{0,60}(?:\.[\w$]{1,60}){0,3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class FailureReport:
    """Everything that is known about a failure.

    ``headline`` is one line for people. ``code`` is Trigger.dev's internal code, if there is one;
    where the error only disguises a known cause (a signal, a lack of memory) it is the code of that
    cause and ``sent_code`` what was sent. ``code_words`` and ``meaning`` explain it. ``message`` is
    complete as sent; ``message_json`` says that it is a JSON object or list. ``stderr_tail`` are the
    last lines that a process wrote before it died. ``raw`` is the input, byte for byte.
    ``truncated`` holds sentences on what Trigger.dev cut before it got here.
    """

    headline: str
    kind: FailureKind
    raw: bytes
    name: str | None = None
    message: str = ""
    message_json: bool = False
    code: str | None = None
    sent_code: str | None = None
    code_words: str | None = None
    meaning: str | None = None
    doc_url: str | None = None
    stack: Stack = field(default_factory=Stack)
    stderr_tail: str = ""
    causes: tuple[FailureReport, ...] = ()
    truncated: tuple[str, ...] = ()


def without_words(report: FailureReport) -> FailureReport:
    """The same failure without a word that the task wrote: its class and what a known code means."""
    # Words of an unknown code are made of what was sent.
    is_known = report.code is None or report.code.upper() in CODES
    words = report.code_words if is_known else None
    # What was thrown and is no error names somebody or something, and no class.
    name = report.name if report.kind == "BUILT_IN_ERROR" else None
    name = name if name and _CLASS_NAME.fullmatch(name) else None
    return FailureReport(
        headline=words[:1].upper() + words[1:] if words else name or "The run ended with an error",
        kind=report.kind,
        raw=b"",
        name=name,
        code=report.code if words else None,
        sent_code=report.sent_code if words and report.sent_code in CODES else None,
        code_words=words,
        meaning=report.meaning,
        doc_url=report.doc_url,
    )
