"""Where short names of secrets stand in a text: `pin` is a part of many words; it must not know what is secret.

Between quotes such a word is a name. Bare it is one where what follows can be no sentence.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from results.domain.telling_names import WHOLE

# `pass` and `pwd` are found wherever they stand.
SHORT_NAMES = tuple(name.encode() for name in sorted(WHOLE - {"pass", "pwd"}))
_QUOTES = (b'"', b"'", b"`")
_ENDS_QUOTED = (*_QUOTES, b"\\")
_ENDS = frozenset((*_ENDS_QUOTED, b" ", b"\t", b"=", b":"))
_ESCAPE = rb"\\(?:[nrtbf]|u[0-9a-f]{4})"
# No name goes on here: there is nothing before but an escape or the hyphens of a flag.
_BEGINS = rb"(?:(?<![0-9a-z_.\-\x80-\xff])|(?<=\\[nrtbf])|(?<=\\u[0-9a-f]{4})|(?<=[^0-9a-z_.\-]--))[a-z]++"
_QUOTED = rb"\\*+[\"'`]"
_SPACE = rb"(?:[ \t]|\\++t){0,8}"
_WITH_DIGIT = (
    # Between quotes, or bare: a number, or something long.
    _QUOTED + rb"(?=[^0-9\"'`\\\s]{0,64}[0-9])[^\"'`\\\s]{3}"
    rb"|[0-9]{3}"
    rb"|(?=[^0-9\s,;&\"'`<>()\[\]{}\\]{0,64}[0-9])[^\s,;&\"'`<>()\[\]{}\\]{8}"
)
_BARE = re.compile(
    _BEGINS + rb"(?:=(?![=>~\s])"
    rb"|" + _SPACE + rb"(?:=>|:=|=|:(?=[ \t\\\"'`]))" + _SPACE + rb"(?:" + _WITH_DIGIT + rb")"
    rb"|:[0-9]{3,16}+(?![\w/.:-]))"
)
_BARE_MEMBER = re.compile(_BEGINS + rb":" + _SPACE + _QUOTED)
_BEFORE_MEMBER = re.compile(rb"[{,](?:\s|" + _ESCAPE + rb"){0,32}\Z")
_FARTHEST = 80


def whole_names(small: bytes, name: bytes, places: Iterable[int]) -> Iterator[int]:
    """Those of the places of ``name`` where it is surely one, in a text in small letters.

    A quote may be escaped, as in JSON in a text.
    """
    for at in places:
        after = small[at + len(name) : at + len(name) + 1]
        # So that it costs next to nothing in words such as “shipping”.
        if after not in _ENDS:
            continue
        is_quoted = at and small[at - 1 : at] in _QUOTES and after in _ENDS_QUOTED
        if is_quoted or _is_bare_name(small, at):
            yield at


def _is_bare_name(small: bytes, at: int) -> bool:
    if _BARE.match(small, at):
        return True
    is_member = _BARE_MEMBER.match(small, at)
    return bool(is_member and _BEFORE_MEMBER.search(small, max(0, at - _FARTHEST), at))
