"""Why a run failed, read from any shape the API sends an error in; it must not know how it is shown."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec

from results.domain.error_codes import (
    CODES,
    DEADLOCK,
    EXIT_CODES,
    SITE,
    CodeFacts,
    behind_error,
    behind_exit,
    facts_of,
)
from results.domain.failure_report import FailureKind, FailureReport
from results.domain.result import Source
from results.domain.stack import Stack, read_stack

CUT = "...[truncated]"
LONGEST_HEADLINE = 300
_MOST_CAUSES = 20
_FLATTENED_CODE = re.compile(r"trigger\.dev internal error \(([A-Za-z0-9_]{1,100})\)")

_MESSAGE_CUT = "The message was cut by Trigger.dev."
_VALUE_CUT = "The value that was thrown was cut by Trigger.dev; only its beginning is left."
_LINES_CUT = "Long lines of the stack were cut by Trigger.dev."


def read_failure(error_json: bytes, *, source: Source) -> FailureReport:
    """Read the JSON text of an error. Never raises: what fits no known shape is still shown.

    ``source`` is the endpoint: RESULT sends one of four shapes told apart by ``type``,
    RETRIEVE has flattened them to ``{message, name?, stackTrace?}``.
    """
    value, readable = _parsed(error_json)
    if not readable:
        text = error_json.decode("utf-8", "replace")
        headline = "The error could not be read" if text.strip() else "No error was sent"
        return FailureReport(headline, "unknown", error_json, message=text)
    if isinstance(value, str):
        return _thrown_text("unknown", value, error_json)
    if not isinstance(value, dict):
        if value is None:
            return FailureReport("No error was sent", "unknown", error_json)
        return FailureReport(
            "The error has an unknown shape",
            "unknown",
            error_json,
            message=_json_text(value),
            message_json=isinstance(value, list),
        )
    return _report(value, error_json, source)


def tells_more_than_a_code(error_json: bytes | None) -> bool:
    """Whether a flattened error holds words of somebody's own, and not an internal code alone."""
    value, _ = _parsed(error_json or b"null")
    message = value.get("message") if isinstance(value, dict) else None
    return (
        isinstance(message, str) and bool(message.strip()) and not _FLATTENED_CODE.search(message)
    )


def _report(error: dict[str, Any], raw: bytes, source: str) -> FailureReport:
    match error.get("type"):
        case "BUILT_IN_ERROR":
            return _built_in(error, raw)
        case "STRING_ERROR" if isinstance(error.get("raw"), str):
            return _thrown_text("STRING_ERROR", _text(error, "raw"), raw)
        case "CUSTOM_ERROR" if isinstance(error.get("raw"), str):
            return _custom(_text(error, "raw"), raw)
        case "CUSTOM_ERROR" if "raw" not in error:
            return FailureReport(
                "The task threw a value that could not be sent", "CUSTOM_ERROR", raw
            )
        case "INTERNAL_ERROR" if isinstance(error.get("code"), str):
            return _internal(_text(error, "code"), error, raw)
    if isinstance(error.get("message"), str) and (source == "retrieve" or "type" not in error):
        return _flattened(error, raw)
    return _odd(error, raw)


def _built_in(
    error: dict[str, Any], raw: bytes, kind: FailureKind = "BUILT_IN_ERROR"
) -> FailureReport:
    name, message, trace = _text(error, "name"), _text(error, "message"), _text(error, "stackTrace")
    causes = tuple(
        _cause(cause) for cause in _list(error, "causes")[:_MOST_CAUSES] if isinstance(cause, dict)
    )
    code = behind_error(name, message, trace)
    facts = None if code is None else facts_of(code)
    if name == "TriggerApiError" and message.startswith("Deadlock detected:"):
        facts = DEADLOCK
    is_exit = code in EXIT_CODES and name == "UnexpectedExitError"
    stack = Stack() if is_exit else read_stack(trace, message=message)
    return FailureReport(
        headline=_first_line(f"{name}: {message}" if name and message else name or message)
        or "Error",
        kind=kind,
        raw=raw,
        name=name or None,
        message=message,
        message_json=_is_json(message),
        code=code,
        code_words=facts.words if facts else None,
        meaning=facts.meaning if facts else None,
        doc_url=_url(facts),
        stack=stack,
        stderr_tail=trace if is_exit else "",
        causes=causes,
        truncated=_cuts(message, stack),
    )


def _cause(cause: dict[str, Any]) -> FailureReport:
    return _built_in({**cause, "causes": None}, _json_text(cause).encode("utf-8", "replace"))


def _internal(code: str, error: dict[str, Any], raw: bytes) -> FailureReport:
    message, trace = _text(error, "message"), _text(error, "stackTrace")
    real = behind_exit(code, message)
    facts = facts_of(real)
    is_exit = real in EXIT_CODES
    stack = Stack() if is_exit else read_stack(trace, message=message)
    return FailureReport(
        headline=facts.words[:1].upper() + facts.words[1:],
        kind="INTERNAL_ERROR",
        raw=raw,
        message=message,
        message_json=_is_json(message),
        code=real,
        sent_code=code if real != code else None,
        code_words=facts.words,
        meaning=facts.meaning,
        doc_url=_url(facts),
        stack=stack,
        stderr_tail=trace if is_exit else "",
        truncated=_cuts(message, stack),
    )


def _flattened(error: dict[str, Any], raw: bytes) -> FailureReport:
    """``{message, name?, stackTrace?}``, in which the type is lost."""
    message = _text(error, "message")
    internal = _FLATTENED_CODE.fullmatch(message.strip())
    if internal:
        return _internal(internal[1], {"stackTrace": error.get("stackTrace")}, raw)
    if isinstance(error.get("name"), str) or isinstance(error.get("stackTrace"), str):
        return _built_in(error, raw)
    if _is_json(message):
        return _custom(message, raw, kind="unknown")
    return _thrown_text("unknown", message, raw)


def _thrown_text(kind: FailureKind, text: str, raw: bytes) -> FailureReport:
    text = _clean(text)
    return FailureReport(
        headline=_first_line(text) or "The task threw an empty text",
        kind=kind,
        raw=raw,
        message=text,
        message_json=_is_json(text),
        truncated=_cuts(text, Stack()),
    )


def _custom(text: str, raw: bytes, kind: FailureKind = "CUSTOM_ERROR") -> FailureReport:
    """A thrown value that is no Error: JSON text, unless it could not be encoded."""
    value, readable = _parsed(text.encode("utf-8", "surrogatepass"))
    cuts = _cuts(text, Stack())
    if (
        readable
        and isinstance(value, dict)
        and value.get("truncated") is True
        and isinstance(value.get("preview"), str)
    ):
        text, cuts = _text(value, "preview"), (_VALUE_CUT,)
        headline = "The task threw a value that is no error"
    else:
        headline = _headline_of(value) if readable else _first_line(text)
    return FailureReport(
        headline=headline or "The task threw a value that is no error",
        kind=kind,
        raw=raw,
        name=_text(value, "name") or None if isinstance(value, dict) else None,
        message=text,
        message_json=_is_json(text),
        truncated=cuts,
    )


def _headline_of(value: object) -> str:
    match value:
        case dict():
            message = _text(value, "message") or _text(value, "error") or _text(value, "reason")
            name = _text(value, "name") or _text(value, "code")
            line = f"{name}: {message}" if name and message else message or name
            return _first_line(line)
        case list():
            return f"The task threw a list ({len(value)})"
        case None:
            return "The task threw null"
        case bool():
            return f"The task threw {json.dumps(value)}"
        case str():
            return _first_line(_clean(value))
        case _:
            return f"The task threw the number {_json_text(value)}"


def _odd(error: dict[str, Any], raw: bytes) -> FailureReport:
    """A shape that the API does not promise: take what can be read."""
    message = _text(error, "message") or _text(error, "raw")
    code, name = _text(error, "code"), _text(error, "name")
    facts = facts_of(code) if code.upper() in CODES else None
    stack = read_stack(_text(error, "stackTrace"), message=message)
    line = f"{name}: {message}" if name and message else message or name
    return FailureReport(
        headline=_first_line(line) or "The error has an unknown shape",
        kind="unknown",
        raw=raw,
        name=name or None,
        message=message,
        message_json=_is_json(message),
        code=code or None,
        code_words=facts.words if facts else None,
        meaning=facts.meaning if facts else None,
        doc_url=_url(facts),
        stack=stack,
        truncated=_cuts(message, stack),
    )


def _cuts(message: str, stack: Stack) -> tuple[str, ...]:
    notes = []
    if message.endswith(CUT):
        notes.append(_MESSAGE_CUT)
    if stack.omitted:
        frames = "frame was" if stack.omitted == 1 else "frames were"
        notes.append(f"{stack.omitted:,} {frames} cut by Trigger.dev.")
    if stack.cut_lines:
        notes.append(_LINES_CUT)
    return tuple(notes)


def _url(facts: CodeFacts | None) -> str | None:
    return f"{SITE}{facts.path}" if facts is not None and facts.path else None


def _first_line(text: str) -> str:
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= LONGEST_HEADLINE else f"{line[:LONGEST_HEADLINE]}…"


def _is_json(text: str) -> bool:
    """Whether the text is a JSON object or list."""
    if text.lstrip()[:1] not in ("{", "["):
        return False
    value, readable = _parsed(text.encode("utf-8", "surrogatepass"))
    return readable and isinstance(value, dict | list)


def _text(holder: dict[str, Any], key: str) -> str:
    value = holder.get(key)
    return _clean(value) if isinstance(value, str) else ""


def _list(holder: dict[str, Any], key: str) -> list[Any]:
    value = holder.get(key)
    return value if isinstance(value, list) else []


def _clean(text: str) -> str:
    """Halves of surrogate pairs, which no page can carry, as U+FFFD."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _json_text(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (ValueError, RecursionError):
        return "(not printable)"


def _parsed(data: bytes) -> tuple[Any, bool]:
    """The value and True, or None and False when the bytes are no JSON."""
    try:
        return msgspec.json.decode(data), True
    except (ValueError, RecursionError, msgspec.MsgspecError):
        pass
    try:
        # Cut emoji and numbers out of range are valid JSON all the same.
        return json.loads(data.decode("utf-8", "replace"), parse_int=str, parse_float=str), True
    except (ValueError, RecursionError):
        return None, False
