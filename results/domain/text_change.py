"""Where two texts part and meet again, shortened to what can be read; it must not know what they are of."""

from __future__ import annotations

from dataclasses import dataclass

_CONTEXT = 30
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Shown:
    """One side: what it shares with the other before and behind, and what only it has, each perhaps cut."""

    before: str = ""
    own: str = ""
    behind: str = ""


def apart(old: str, new: str) -> tuple[Shown, Shown]:
    """Both texts cut to where they differ, with some of what is the same around it."""
    head = _common(old, new)
    left, right = old[head:][::-1], new[head:][::-1]
    tail = _common(left, right)
    return _side(old, head, tail), _side(new, head, tail)


def one(text: str) -> Shown:
    """A text that has no other side."""
    return Shown(own=_cut(text))


def _common(one: str, other: str) -> int:
    """How many characters two texts begin with alike; halved, since comparing slices is fast."""
    least, most = 0, min(len(one), len(other))
    while least < most:
        middle = (least + most + 1) // 2
        if one[least:middle] == other[least:middle]:
            least = middle
        else:
            most = middle - 1
    return least


def _side(text: str, head: int, tail: int) -> Shown:
    before, behind = text[:head], text[len(text) - tail :]
    if len(before) > 2 * _CONTEXT:
        before = f"…{before[-_CONTEXT:]}"
    if len(behind) > 2 * _CONTEXT:
        behind = f"{behind[:_CONTEXT]}…"
    return Shown(before, _cut(text[head : len(text) - tail]), behind)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}… ({len(text):,} characters)"
