"""Reads trees out of whole pages: values, links, and of which elements they are made."""

from __future__ import annotations

from html.parser import HTMLParser


class Page(HTMLParser):
    """Leaf values, pointers and branch links in order; all addresses, elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.values: list[str] = []
        self.pointers: list[str] = []
        self.branches: list[str] = []
        self.addresses: set[str] = set()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self._in_value = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        self.elements.add(tag)
        self.attributes |= set(attributes)
        if "data-at" in attributes:
            self.pointers.append(attributes["data-at"] or "")
        if tag == "bdi" and (attributes.get("class") or "").startswith("value"):
            self._in_value = True
            self.values.append("")
        address = attributes.get("href") or attributes.get("data-branch") or ""
        self.addresses |= {address} - {""}
        if tag == "a" and "/branch/?" in address:
            self.branches.append(address)

    def handle_endtag(self, tag: str) -> None:
        self._in_value = self._in_value and tag != "bdi"

    def handle_data(self, data: str) -> None:
        if self._in_value:
            self.values[-1] += data


def read_page(html: str) -> Page:
    """All that is in a page, or in a part of one."""
    reader = Page()
    reader.feed(html)
    return reader
