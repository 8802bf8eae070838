"""Secrets in JSON and other text replaced by one word, all but those that somebody chose to show.

A secret is found by its shape, or by the name that it stands under. The layout of what is masked
stays: only what strings say changes, and numbers become the word. It must not know who reads.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from threading import Lock

from results.domain.checkpoints import pausing
from results.domain.findings import Finding, Hunt, Masked
from results.domain.outputs import json as plain_json
from results.domain.outputs import jsontext, printing
from results.domain.repetitions import MASK, is_escaped
from results.domain.sensitive import (
    Kind,
    Span,
    is_empty,
    marks,
    may_hold,
    spans,
)
from results.domain.telling_names import NAMES_A_SIBLING, is_sensitive, tells_in_numbers

_QUOTED_WORD = b'"' + MASK + b'"'
# Each text in a text doubles the backslashes before its quotes, so that no text holds more of them.
_MOST_INSIDE = 24
_SPACE = b" \t\r\n"
_BEGIN_JSON = (b"{", b"[", b'"')
_REST_OF_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+"')
_AFTER_SPACE = re.compile(rb"[ \t\r\n]*+")
_SCALAR = re.compile(rb"[^ \t\r\n,\]}]++")
_TOKEN = re.compile(
    rb'"(?P<string>(?:[^"\\]++|\\.)*+)"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<number>-?[0-9][^ \t\r\n,\]}]*+)'
)
_NAMES_A_SIBLING = frozenset(name.encode() for name in NAMES_A_SIBLING)
_SIBLING = re.compile(rb'[ \t\r\n]*+,[ \t\r\n]*+"[Vv]alue"[ \t\r\n]*+:[ \t\r\n]*+')
_NEXT_ITEM = re.compile(rb"[ \t\r\n]*+,[ \t\r\n]*+")
# Where in large texts a secret may stand, by their digests, and nowhere if nothing was found there:
# every branch of them is asked for anew.
_LARGE = 64 * 1024
_MOST_KNOWN = 1_000
_MOST_MARKS = 2_000
_known: dict[bytes, array[int]] = {}
_remembering = Lock()


def masked(
    data: bytes,
    *,
    part: str,
    shown: Collection[str] = (),
    name: str = "",
    checkpoint: Callable[[], None] = lambda: None,
) -> Masked:
    """Mask JSON or other text; bytes without a secret come back as they are. Never raises.

    ``shown`` are the ids of findings to be left as they are. A finding that is not among them is
    masked, whether anybody was asked or not. ``name`` is a telling one that JSON was cut out from
    under. ``checkpoint`` is called every few milliseconds of work.
    """
    hunt = Hunt(part, frozenset(shown), checkpoint, name)
    if len(data) < _LARGE or name:
        return _all_masked(data, hunt)
    digest = hashlib.sha256(data).digest()
    hunt.marks = _known.get(digest)
    if hunt.marks is not None and not hunt.marks:
        return Masked(data)
    result = _all_masked(data, hunt)
    found = hunt.marks if result.findings else array("Q")
    if found is not None and len(found) <= _MOST_MARKS:
        with _remembering:
            while len(_known) >= _MOST_KNOWN:
                del _known[next(iter(_known))]
            _known[digest] = found
    return result


def _all_masked(data: bytes, hunt: Hunt) -> Masked:
    result = _masked(data, hunt, where=hunt.part, depth=0)
    return replace(result, values=frozenset(hunt.values), kept=frozenset(hunt.kept))


def _masked(data: bytes, hunt: Hunt, *, where: str, depth: int) -> Masked:
    is_named = bool(hunt.name) and not depth
    if is_named or data.lstrip(_SPACE)[:1] in _BEGIN_JSON or data[:1] == b"\xef":
        opened = plain_json.open_text(data)
        if not isinstance(opened, str):
            return _JsonMasker(data, hunt, where, depth).result()
    return _masked_text(data, hunt, where)


def _masked_text(data: bytes, hunt: Hunt, where: str, at: int = 0) -> Masked:
    if not may_hold(data):
        return Masked(data)
    findings, pieces, read = [], [], 0
    for span in pausing(spans(data, hunt.checkpoint), hunt.checkpoint):
        finding = hunt.found(where, at, span, data[span.start : span.end])
        findings.append(finding)
        if not finding.is_shown:
            pieces += [data[read : span.start], MASK]
            read = span.end
    return Masked(b"".join((*pieces, data[read:])) if pieces else data, tuple(findings))


@dataclass(slots=True)
class _Edit:
    start: int
    end: int
    text: bytes


class _JsonMasker:
    """Masks valid JSON text. It goes from mark to mark, and reads no string without one."""

    def __init__(self, data: bytes, hunt: Hunt, where: str, depth: int) -> None:
        self._data = data
        # So that no escape hides a letter.
        self._text = printing.canonical(data)
        self._hunt, self._where, self._depth = hunt, where, depth
        self._edits: list[_Edit] = []
        self._findings: list[Finding] = []
        self._ends: dict[int, int] = {}
        self._in_names = False
        self._read = 0

    def result(self) -> Masked:
        """Everything masked; the data as it came when nothing had to be."""
        if self._hunt.name and not self._depth:
            self._value(self._after_space(0), self._hunt.name)
        for mark in pausing(self._marks(), self._hunt.checkpoint):
            if mark >= self._read:
                self._look_at(mark)
        if not self._edits:
            return Masked(self._data, tuple(self._findings), False)
        pieces, read = [], 0
        for edit in self._edits:
            pieces += [self._text[read : edit.start], edit.text]
            read = edit.end
        return Masked(b"".join((*pieces, self._text[read:])), tuple(self._findings), self._in_names)

    def _marks(self) -> Sequence[int]:
        known = self._hunt.marks if not self._depth else None
        if known is not None:
            return known
        found = array("Q", marks(self._text.lower(), checkpoint=self._hunt.checkpoint))
        if not self._depth:
            self._hunt.marks = found
        return found

    def _look_at(self, mark: int) -> None:
        start = self._start_of_string(mark)
        rest = _REST_OF_STRING.match(self._text, start + 1) if start >= self._read else None
        if rest is None:
            return
        end = self._read = rest.end()
        said = jsontext.string_value(self._text[start:end])
        if self._is_name(end):
            self._string(start, end, said, is_name=True)
            if is_sensitive(said):
                self._value(self._after_space(self._after_space(end) + 1), said)
        elif is_sensitive(said) and (value := self._beside(start, end)):
            self._value(value, said)
        else:
            self._string(start, end, said)

    def _is_name(self, end: int) -> bool:
        """Whether the string that ends here is the name of a member."""
        after = self._after_space(end)
        return self._text[after : after + 1] == b":"

    def _start_of_string(self, at: int) -> int:
        start = self._text.rfind(b'"', self._read, at + 1)
        while start > 0 and is_escaped(self._text, start):
            start = self._text.rfind(b'"', self._read, start)
        return start

    def _after_space(self, at: int) -> int:
        found = _AFTER_SPACE.match(self._text, at)
        return found.end() if found else at

    def _before_space(self, at: int) -> int:
        while at > 0 and self._text[at - 1] in _SPACE:
            at -= 1
        return at

    def _beside(self, start: int, end: int) -> int:
        """Where the value begins that a string names: `["password", …]`, `"name": "password", "value": …`."""
        before = self._before_space(start)
        opener = self._text[before - 1 : before]
        if opener == b"[" and (comma := _NEXT_ITEM.match(self._text, end)):
            value = comma.end()
            closing = self._after_space(self._end_of_value(value))
            return value if self._text[closing : closing + 1] == b"]" else 0
        if opener == b":" and (sibling := _SIBLING.match(self._text, end)):
            closing = self._before_space(before - 1)
            name = self._text[max(0, closing - 12) : closing - 1].rpartition(b'"')[2].lower()
            return sibling.end() if name in _NAMES_A_SIBLING else 0
        return 0

    def _end_of_value(self, at: int) -> int:
        first = self._text[at : at + 1]
        if first == b'"':
            found = _REST_OF_STRING.match(self._text, at + 1)
        elif first in (b"{", b"["):
            return self._end_of_container(at)
        else:
            found = _SCALAR.match(self._text, at)
        return found.end() if found else at

    def _end_of_container(self, at: int) -> int:
        """Where a container ends; what is read for that tells the ends of those inside that are asked for too."""
        if at in self._ends:
            return self._ends[at]
        # Of each open container: where it begins, if a string that is the first of a list comes before.
        opened: list[int | None] = []
        is_first = is_beside = True
        for token in pausing(_TOKEN.finditer(self._text, at), self._hunt.checkpoint):
            if token["close"] is not None:
                begun = opened.pop()
                if begun is not None:
                    self._ends[begun] = token.end()
                if not opened:
                    return token.end()
            elif token["open"] is not None:
                opened.append(token.start() if is_beside else None)
            is_beside = is_first and token["string"] is not None
            is_first = token["open"] == b"["
        return len(self._text)

    def _value(self, at: int, name: str) -> None:
        """Mask what stands under a telling name: a string, a number, or all of them in a container."""
        if self._text[at : at + 1] not in (b"{", b"["):
            self._whole(at, self._end_of_value(at), name)
            self._read = max(self._read, self._end_of_value(at))
            return
        # What the values of each open container stand under, and what the next value does.
        names, under = [], name
        for token in pausing(_TOKEN.finditer(self._text, at), self._hunt.checkpoint):
            self._read = token.end()
            if token["open"] is not None:
                names.append(under)
                continue
            if token["close"] is not None:
                names.pop()
                if not names:
                    return
            elif token["string"] is not None and self._is_name(token.end()):
                said = jsontext.string_value(token[0])
                self._string(token.start(), token.end(), said, is_name=True)
                tells = is_sensitive(said) and tells_in_numbers(said)
                under = said if tells else names[-1]
                continue
            else:
                self._whole(token.start(), token.end(), under)
            under = names[-1]

    def _whole(self, start: int, end: int, name: str) -> None:
        value = self._text[start:end]
        is_string = value[:1] == b'"'
        if not is_string and not (value[:1].isdigit() or value[:1] == b"-"):
            return
        if not is_string and not tells_in_numbers(name):
            return
        said = jsontext.string_value(value).encode("utf-8", "replace") if is_string else value
        if is_empty(said):
            return
        span = Span(0, len(said), Kind.NAMED)
        self._add(start, end, self._hunt.found(self._where, start, span, said, name))

    def _add(self, start: int, end: int, finding: Finding) -> None:
        self._findings.append(finding)
        if not finding.is_shown:
            self._edits.append(_Edit(start, end, _QUOTED_WORD))

    def _string(self, start: int, end: int, said: str, *, is_name: bool = False) -> None:
        """Mask the secrets inside one string, or inside the JSON that it is."""
        inner = said.encode("utf-8", "replace")
        where = f"{self._where}:{start}"
        if self._depth < _MOST_INSIDE and inner.lstrip(_SPACE)[:1] in _BEGIN_JSON:
            result = _masked(inner, self._hunt, where=where, depth=self._depth + 1)
            found = pausing(result.findings, self._hunt.checkpoint)
            self._findings += [replace(finding, at=start) for finding in found]
        else:
            result = _masked_text(inner, self._hunt, where, start)
            self._findings += result.findings
        if result.data != inner:
            text = jsontext.quoted(result.data.decode("utf-8", "replace"))
            self._edits.append(_Edit(start, end, text))
            self._in_names |= is_name
