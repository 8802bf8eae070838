"""How every log line looks: one line an event, nothing secret in it; it decides nothing about what is logged.

`masked` is the one place that all text passes on its way out, whoever wrote it.
"""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from results.domain import personal_token
from results.services import origin

_MASK = "[masked]"
_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SECRETS = re.compile(
    "|".join(
        (
            r"\b(?:tr|pk)_[a-z]+_\w{8,}",  # project keys
            r"\beyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?",  # tokens of the API
            r"\bwhsec_[\w+/=-]+",
            personal_token.IN_TEXT.pattern,
            r"\bk\w*:[A-Za-z0-9+/]{43}=",  # master keys
            r"(?<=Bearer )\S+",
            r"(?<=://)[^/\s@]*:[^/\s@]*(?=@)",  # user and password in an address
            r"(?<=\?)[^\s\"'<>?]*=[^\s\"'<>]*",  # what follows an address: it may be signed
            r"(?<=/s/)[^/\s?#\"']+",  # share links
            # Whatever else in an address is long enough to be a secret, ids excepted.
            rf"(?<=/)(?!run_|{_UUID})(?<!/tasks/)[\w-]{{32,}}(?=[/\s?#]|$)",
        )
    )
)
# Every secret above has one of these in it.
_MAY_HOLD_ONE = re.compile(r"[/_:.?]|Bearer ")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_PLAIN = str | int | float | bool | None


class OriginFilter(logging.Filter):
    """Puts the id of the request on every record, `-` where there is none."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Never leaves a record out."""
        asked = getattr(getattr(record, "request", None), "origin", origin.current())
        record.request_id = asked.request_id or "-"
        return True


def masked(text: str) -> str:
    """Return the text on one line, with nothing hidden and nothing secret in it."""
    if not (text.isascii() and text.isprintable()):
        text = "".join(_visible(character) for character in text)
    return without_secrets(text)


def without_secrets(text: str) -> str:
    """Return the text with a mask in place of all that looks like a key, a token or a signature."""
    # Most words are plain, and this is done several times for every line.
    return _SECRETS.sub(_MASK, text) if _MAY_HOLD_ONE.search(text) else text


def _visible(character: str) -> str:
    if unicodedata.category(character) not in _UNSEEN:
        return character
    code = ord(character)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{{{code:x}}}"


def _facts(record: logging.LogRecord) -> dict[str, _PLAIN]:
    told: Mapping[str, _PLAIN] = getattr(record, "told", {})
    return {
        name: masked(value) if isinstance(value, str) else value for name, value in told.items()
    }


def _moment(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class JsonLine(logging.Formatter):
    """One JSON object in ASCII for each event; a traceback is a list of its lines."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line: dict[str, Any] = {
            "at": _moment(record),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", "-"),
            "message": masked(record.getMessage()),
            **_facts(record),
        }
        if record.exc_info:
            line["trace"] = [
                masked(one) for one in self.formatException(record.exc_info).splitlines()
            ]
        return json.dumps(line)


class TextLine(logging.Formatter):
    """One line for people; those of a traceback follow, indented, so that none looks like an event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, or lines."""
        words = [_moment(record), record.levelname, record.name]
        words += [str(getattr(record, "request_id", "-")), masked(record.getMessage())]
        words += [f"{name}={value}" for name, value in _facts(record).items()]
        lines = [" ".join(words)]
        if record.exc_info:
            trace = self.formatException(record.exc_info).splitlines()
            lines += ["    " + masked(one) for one in trace]
        return "\n".join(lines)
