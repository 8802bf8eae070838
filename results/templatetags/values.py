"""Draws values as HTML: trees and text with hidden characters shown; it decodes and decides nothing.

Trees are drawn here and not by templates because a template costs a hundred times more per node.
No foreign text reaches the page but through `escape`; what it could swell to is bounded as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from urllib.parse import quote

from django import template

from results.domain.document import Node
from results.domain.table import Row
from results.pages.tables import TablePart
from results.pages.tree import Address, TreeNode
from results.right_of_way import give_way
from results.templatetags.marks import marked_text, name_text, plain_name, shown_text, vouched
from results.templatetags.previews import drawn_preview

register = template.Library()

_MOST_MARKS_IN_TEXT = 5_000


@register.simple_tag
def tree(drawn: TreeNode, branches: str = "") -> str:
    """The whole tree as nested lists that fold without a script."""
    known = f' data-branches="{escape(branches)}"' if branches else ""
    return vouched([f"<ul class=tree{known}>", *_item(drawn, ""), "</ul>"])


@register.simple_tag
def tree_items(drawn: TreeNode) -> str:
    """The loaded children of one node as list items; the node itself when it has none."""
    return vouched(list(_items(drawn) if drawn.node.count else _item(drawn, "")))


@register.simple_tag
def table_rows(part: TablePart) -> str:
    """The rows of a table, each with the way to its item."""
    items = part.place.items
    return vouched([piece for row in part.rows for piece in _row(row, len(part.columns), items)])


@register.simple_tag
def column_name(name: str) -> str:
    """The heading of a column, shown as the tree shows the name of a member."""
    return vouched([_name(name)])


@register.simple_tag
def column_option(name: str) -> str:
    """The name of a column where only text may stand."""
    return vouched([plain_name(name) if name else "empty name"])


@register.simple_tag
def visible_text(text: str) -> str:
    """Text with its hidden characters shown and its terminal colours as styles."""
    return vouched([marked_text(text, _MOST_MARKS_IN_TEXT)])


def _row(row: Row, columns: int, items: Address | None) -> Iterator[str]:
    pointer = row.item.pointer
    way = items(pointer, 0) if items else f"?view=tree#{quote(pointer, errors='replace')}"
    name = name_text(row.item.key) if row.item.key else _chip("empty name")
    yield (
        f'<tr><th scope=row><a href="{escape(way)}">{name}</a></th>'
        if way
        else f"<tr><th scope=row>{name}</th>"
    )
    if any(row.cells):
        for cell in row.cells:
            yield _cell(cell)
    elif columns:
        shown = row.item.text or row.item.preview
        yield f'<td colspan={columns}><bdi class="value {row.item.type}">{shown_text(shown)}</bdi></td>'
    yield "</tr>"


def _cell(cell: Node | None) -> str:
    if cell is None:
        return "<td class=missing></td>"
    text = cell.preview if cell.count is not None else cell.text
    return f'<td class="{cell.type}"><bdi class="value {cell.type}">{shown_text(text)}</bdi></td>'


def _items(drawn: TreeNode) -> Iterator[str]:
    if drawn.earlier_url:
        yield f'<li class=more><a data-more data-earlier href="{escape(drawn.earlier_url)}">'
        yield "Show what comes before</a></li>"
    place = ""
    for position, child in enumerate(drawn.children, start=drawn.first):
        if drawn.first or drawn.more_url:
            place = f" data-position={position} data-size={drawn.node.count}"
        give_way()
        yield from _item(child, place)
    if not drawn.children:
        yield f"<li>{_way_in(drawn)}</li>"
    elif drawn.more_url:
        yield f'<li class=more><a data-more href="{escape(drawn.more_url)}">'
        yield f"Show {escape(drawn.more_label)}</a>"
        if drawn.last_url:
            yield f' · <a data-more data-last href="{escape(drawn.last_url)}">the last ones</a>'
        yield "</li>"


def _way_in(drawn: TreeNode) -> str:
    if not drawn.url:
        return "<span class=muted>Too deep to be shown here; the download has it.</span>"
    return f'<a href="{escape(drawn.url)}">Show what is inside</a>'


def _item(drawn: TreeNode, place: str) -> Iterator[str]:
    node = drawn.node
    marked = ' class=marked id="marked"' if drawn.is_marked else ""
    yield f'<li data-at="{escape(node.pointer)}"{place}{marked}>'
    if not node.count:
        yield f"{_key(node)}{_leaf(drawn)}</li>"
        return
    yield "<details"
    if drawn.is_open:
        yield " open"
    if drawn.url and not drawn.is_loaded:
        yield f' data-branch="{escape(drawn.url)}"'
    yield f"><summary>{_key(node)}<span class=chip>{_size(node)}</span> "
    yield f"<bdi class=preview>{shown_text(node.preview)}</bdi></summary><ul>"
    yield from _items(drawn)
    yield "</ul></details>"
    if drawn.table_url:
        # A line that folds may hold no link; this one is drawn beside it.
        yield f'<a class=chip data-table href="{escape(drawn.table_url)}">table</a>'
    yield "</li>"


def _key(node: Node) -> str:
    if node.key is None:
        return ""
    chip = f" {_chip(node.key_chip)}" if node.key_chip else ""
    return f"{_name(node.key)}{chip}<span class=colon>: </span>"


def _name(name: str) -> str:
    return f"<bdi class=key>{name_text(name)}</bdi>" if name else _chip("empty name")


def _leaf(drawn: TreeNode) -> str:
    node = drawn.node
    text = node.preview if node.count == 0 else drawn.text
    lines = " lines" if node.type == "string" and "\n" in text.strip("\n") else ""
    shown = f'<bdi class="value {node.type}{lines}">{shown_text(text)}</bdi>'
    if drawn.is_cut:
        shown += f" <span class=muted>… {node.length:,} characters</span>"
        if drawn.url:
            shown += f' <a data-more href="{escape(drawn.url)}">Show all</a>'
    if node.chip and node.chip != text:
        shown += f" {_chip(node.chip)}"
    if node.exact:
        shown += f" {_chip('exact')}"
    if drawn.image_url:
        url = escape(drawn.image_url)
        shown += f' <a class=chip data-image href="{url}" target="_blank">show the image</a>'
    if drawn.inside_at:
        return shown + _inside(drawn, drawn.inside_at)
    return shown + drawn_preview(node)


def _inside(drawn: TreeNode, inside_at: Address) -> str:
    """The JSON that a text is, to be opened like any other node."""
    url = escape(inside_at("", 0))
    return (
        f'<details class=inside data-branch="{url}">'
        f"<summary>{_chip(f'JSON inside, {drawn.inside:,}')}</summary>"
        f'<ul data-branches="{escape(inside_at.base)}"><li><a href="{url}">Show what is inside</a></li></ul>'
        f"</details>"
    )


def _size(node: Node) -> str:
    if node.chip:
        return name_text(node.chip)
    noun = "item" if node.type == "array" else "member"
    return f"{node.count:,} {noun}{'' if node.count == 1 else 's'}"


def _chip(words: str) -> str:
    return f"<span class=chip>{name_text(words)}</span>"
