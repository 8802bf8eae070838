"""Text put into Markdown so that it stays text; it must not know what the text is about.

Whatever is not ours goes into code, since nothing works in there: no HTML, link, image or formula, and
no mention (``@name``) or reference (``#1``), which trackers look for in the rendered text, so that a
backslash before them helps nothing.
"""

from __future__ import annotations

import re

from results.domain.outputs.visible import parts

_TICKS = re.compile("`+")
_PLAIN_ADDRESS = re.compile(
    r"https?://[A-Za-z0-9.\-:\[\]]+(?:/[A-Za-z0-9._~%/?=&+\-]*(?:#[\w.\-]*)?)?", re.ASCII
)


def shown(text: str) -> str:
    """The text with hidden characters made visible and line ends as they are."""
    return "".join(part.text for part in parts(text))


def code(text: str, *, longest: int = 500) -> str:
    """Text on one line as inline code, at most about ``longest`` characters of it."""
    line = " ".join(shown(text[: longest + 1]).split("\n"))
    if len(text) > longest:
        line = f"{line[:longest]}…"
    if not line:
        return "(empty)"
    ticks = "`" * (_longest_run(line) + 1)
    room = " " if line[0] in "` " or line[-1] in "` " else ""
    return f"{ticks}{room}{line}{room}{ticks}"


def cell(text: str, *, longest: int = 200) -> str:
    """Text as inline code in a table, where even in code a bar would end the cell."""
    spelt = code(text, longest=longest)
    if "|" not in spelt:
        return spelt
    if "\\|" not in spelt and "\\\\" not in spelt:
        return spelt.replace("|", "\\|")
    # Renderers disagree on a backslash before a bar.
    line = " ".join(shown(text[:longest]).split("\n")) + ("…" if len(text) > longest else "")
    return "<code>" + "".join(map(_entity, line)) + "</code>"


def block(text: str, language: str = "") -> str:
    """Text as a fenced block, with a fence longer than any in it."""
    visible = shown(text)
    fence = "`" * max(3, _longest_run(visible) + 1)
    return f"{fence}{language}\n{visible}\n{fence}"


def link(address: str) -> str:
    """An address of ours or the team's as a link; as code when it holds what those do not need."""
    return f"<{address}>" if _PLAIN_ADDRESS.fullmatch(address) else code(address, longest=2_000)


def _entity(character: str) -> str:
    return character if character.isalnum() or character == " " else f"&#{ord(character)};"


def _longest_run(text: str) -> int:
    return max((len(found[0]) for found in _TICKS.finditer(text)), default=0)
