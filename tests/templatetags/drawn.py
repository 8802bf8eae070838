"""Reads drawn values back as elements, and refuses whatever the drawing is not known to make."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import get_args

from results.domain.document import NodeType

# Every element that is drawn, with every attribute that it may have.
KNOWN: dict[str, set[str]] = {
    "ul": {"class", "data-branches"},
    "ol": {"class", "start"},
    "li": {"class", "id", "data-at", "data-position", "data-size"},
    "details": {"class", "open", "data-branch"},
    "summary": set(),
    "bdi": {"class"},
    "span": {"class", "title"},
    "time": {"class", "datetime", "data-tip", "tabindex"},
    "svg": {"class", "width", "height", "role", "aria-label"},
    "rect": {"width", "height", "fill"},
    "a": {
        "class",
        "target",
        "rel",
        "href",
        "data-more",
        "data-last",
        "data-earlier",
        "data-image",
        "data-table",
    },
}
COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
STYLES = {f"{a}{b}{c}" for a in ("", "on-") for b in ("", "bright-") for c in COLOURS}
STYLES |= {"bold", "dim", "italic", "underline", "inverse", "struck"}
CLASSES = {
    "moment",
    "tip",
    "lines",
    "inside",
    "word",
    "swatch",
    "tree",
    "more",
    "marked",
    "key",
    "chip",
    "colon",
    "preview",
    "value",
    "muted",
    "hidden-mark",
}
CLASSES |= STYLES | set(get_args(NodeType))
ADDRESS = re.compile(r"/b\?[A-Za-z0-9%&=+./_~-]*")
ANYWHERE = re.compile(r".*", re.DOTALL)
CODE_POINTS = re.compile(r"U\+[0-9A-F]{4,6}( U\+[0-9A-F]{4,6})*")


@dataclass
class Element:
    """One element with all the text in it."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return (self.attributes.get("class") or "").split()

    def all(self, name: str = "", of: str = "") -> list[Element]:
        """All elements below, in order, of this name and class."""
        found = []
        for element in self.inside:
            if name in ("", element.name) and (not of or of in element.classes):
                found.append(element)
            found += element.all(name, of)
        return found

    def texts(self, of: str) -> list[str]:
        return [element.text for element in self.all(of=of)]


class _Reader(HTMLParser):
    def __init__(self, address: re.Pattern[str]) -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.top = Element("", {})
        self.open = [self.top]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        assert tag in KNOWN, tag
        assert len(attributes) == len(attrs), attrs
        assert set(attributes) <= KNOWN[tag], (tag, attrs)
        element = Element(tag, attributes)
        assert set(element.classes) <= CLASSES, element.classes
        for name in ("href", "data-branch", "data-branches"):
            if attributes.get("rel") == "noreferrer noopener":
                assert re.match(r"https?://[^\s\"'<>]+\Z", attributes["href"] or ""), attributes
            elif name in attributes:
                assert self.address.fullmatch(attributes[name] or ""), attributes
        if "title" in attributes:
            assert CODE_POINTS.fullmatch(attributes["title"] or ""), attributes
        self.open[-1].inside.append(element)
        self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().name == tag

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"a declaration: {decl}")

    def handle_pi(self, data: str) -> None:
        raise AssertionError(f"an instruction: {data}")

    def unknown_decl(self, data: str) -> None:
        raise AssertionError(f"a declaration: {data}")


def read(html: str, *, address: re.Pattern[str] = ADDRESS) -> Element:
    """All that was drawn; raises AssertionError for anything that is not known to be drawn."""
    reader = _Reader(address)
    # Browsers read every line end as the same one.
    reader.feed(html.replace("\r\n", "\n"))
    reader.close()
    assert reader.open == [reader.top], "an element was left open"
    return reader.top
