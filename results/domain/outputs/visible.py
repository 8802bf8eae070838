"""Text made safe to look at: hidden characters shown, terminal colours as styles; it must not know documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

PartKind = Literal["text", "control", "bidi", "invisible"]

_BIDI = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Joiners (U+200C, U+200D) are left alone: emoji and several scripts are made with them.
_INVISIBLE = "\u00ad\u180e\u200b\u2028\u2029\u2060-\u2064\ufeff"

_SPECIAL = re.compile(
    r"(?P<sgr>(?:\x1b\[|\x9b)(?P<codes>[0-9;]{0,64})m)"
    r"|(?P<sequence>(?:\x1b\[|\x9b)[0-?]{0,64}[ -/]{0,8}[@-~])"
    r"|(?P<line>\r\n)"
    r"|(?P<control>[\x00-\x08\x0b-\x1f\x7f-\x9f])"
    rf"|(?P<bidi>[{_BIDI}])"
    rf"|(?P<invisible>[{_INVISIBLE}])"
    r"|(?P<surrogate>[\ud800-\udfff])"
)
_COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
_ATTRIBUTES = {1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "struck"}
_ENDS = {
    22: ("bold", "dim"),
    23: ("italic",),
    24: ("underline",),
    27: ("inverse",),
    29: ("struck",),
}


@dataclass(frozen=True, slots=True)
class Part:
    """A run of characters of one sort.

    ``text`` can be shown as it is: for hidden characters it is a sign or a code in their place, and
    ``code`` their code point (``U+202E``). ``styles`` are names such as ``bold``, ``red``,
    ``bright-red`` and ``on-blue``, sorted.
    """

    kind: PartKind
    text: str
    code: str = ""
    styles: tuple[str, ...] = ()


def parts(text: str) -> Iterator[Part]:
    """Cut text into runs: ordinary text (tabs and line ends included) and hidden characters, made visible.

    Terminal colours become ``styles`` of the runs that follow; other terminal commands are shown as
    control parts. Joined, the runs show everything that was in the text but the colour codes.
    """
    styles: frozenset[str] = frozenset()
    position, waiting = 0, ""
    for found in _SPECIAL.finditer(text):
        waiting += text[position : found.start()]
        position = found.end()
        if found.lastgroup == "line":
            waiting += "\n"
            continue
        names = tuple(sorted(styles))
        if waiting:
            yield Part("text", waiting, styles=names)
            waiting = ""
        if found["sgr"] is not None:
            styles = _styled(styles, found["codes"])
        else:
            yield _shown(found, names)
    waiting += text[position:]
    if waiting:
        yield Part("text", waiting, styles=tuple(sorted(styles)))


def without_colours(text: str) -> str:
    """The text without terminal colour codes; all other characters stay."""
    return _SPECIAL.sub(lambda found: "" if found["sgr"] is not None else found[0], text)


def space_sign(character: str) -> Part:
    """A sign in place of a tab, a line end or another space, for where nothing else stands beside it."""
    code = f"U+{ord(character):04X}"
    return Part("invisible", chr(0x2400 + ord(character)) if character <= " " else code, code)


def has_hidden(text: str) -> bool:
    """Whether ``parts`` would show more than the text itself."""
    return any(found.lastgroup != "line" for found in _SPECIAL.finditer(text))


def _shown(found: re.Match[str], styles: tuple[str, ...]) -> Part:
    characters = found[0]
    code = " ".join(f"U+{ord(character):04X}" for character in characters)
    if found["bidi"] is not None:
        return Part("bidi", code, code, styles)
    if found["invisible"] is not None:
        return Part("invisible", code, code, styles)
    if found["surrogate"] is not None:
        return Part("invisible", code, code, styles)
    return Part("control", "".join(map(_picture, characters)), code, styles)


def _picture(character: str) -> str:
    number = ord(character)
    if number < 0x20:
        return chr(0x2400 + number)
    if number == 0x7F:
        return "\u2421"
    return f"U+{number:04X}" if 0x80 <= number < 0xA0 else character


def _styled(styles: frozenset[str], codes: str) -> frozenset[str]:
    """The styles after one colour code; numbers that are not known change nothing."""
    numbers = [int(code[:4] or 0) for code in codes.split(";")]
    current = set(styles)
    while numbers:
        number = numbers.pop(0)
        if number == 0:
            current.clear()
        elif number in _ATTRIBUTES:
            current.add(_ATTRIBUTES[number])
        elif number in _ENDS:
            current.difference_update(_ENDS[number])
        elif number in (38, 48):
            _set_colour(current, "on-" if number == 48 else "", _indexed(numbers))
        else:
            _set_basic(current, number)
    return frozenset(current)


def _set_basic(current: set[str], number: int) -> None:
    for start, prefix in ((30, ""), (40, "on-"), (90, "bright-"), (100, "on-bright-")):
        if start <= number < start + 8:
            background = "on-" if prefix.startswith("on-") else ""
            _set_colour(current, background, prefix.removeprefix("on-") + _COLOURS[number - start])
    if number == 39:
        _set_colour(current, "", None)
    elif number == 49:
        _set_colour(current, "on-", None)


def _set_colour(current: set[str], prefix: str, colour: str | None) -> None:
    for bright in ("", "bright-"):
        current.difference_update(f"{prefix}{bright}{name}" for name in _COLOURS)
    if colour is not None:
        current.add(prefix + colour)


def _indexed(numbers: list[int]) -> str | None:
    """The colour after 38 or 48, taken off the list; None when it is not one of the sixteen with a name."""
    form = numbers.pop(0) if numbers else None
    if form == 2:
        del numbers[:3]
        return None
    if form != 5 or not numbers:
        return None
    index = numbers.pop(0)
    if index < 8:
        return _COLOURS[index]
    return f"bright-{_COLOURS[index - 8]}" if index < 16 else None
