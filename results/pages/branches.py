"""What the page of one branch of a value may show: a node, a range of its children, the way up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.urls import reverse

from results.domain.document import Document, Node, PointerNotFound
from results.domain.images import Image, read_image
from results.domain.outputs import inside as json_inside
from results.domain.paths import Paths, paths_through
from results.models import Role, Team
from results.pages.lines import LinesPart, lines_part
from results.pages.tables import (
    FIRST_ROWS,
    AskedTable,
    TablePart,
    TablePlace,
    looks_like_a_table,
    table_part,
)
from results.pages.tree import (
    Address,
    TreeNode,
    branch,
    branch_address,
    revealed_tree,
    table_address,
)
from results.pages.values import Choice, Held, View, held_value
from results.services.lookup import OpenedResult

_MOST_INSIDE = 5
"""How many times JSON in a text in JSON in a text is followed."""


@dataclass(frozen=True, slots=True)
class AskedBranch:
    """Which part of which value an address asks for, and in which form.

    ``inside`` are the pointers of texts that are read as JSON, one in the other. ``view`` is `text`
    or `wire` for lines, `table` for ``rows`` of a list. ``form`` is `text`, `paths` or `image`,
    empty for the node as a tree.
    """

    name: str = "output"
    pointer: str = ""
    after: int = 0
    inside: tuple[str, ...] = ()
    view: str = ""
    form: str = ""
    reveal: bool = False
    with_paths: bool = False
    rows: AskedTable = FIRST_ROWS

    @property
    def is_of_output(self) -> bool:
        """Whether it is a part of the output, as it was sent or as the JSON in its text."""
        return self.name in (Held.OUTPUT, Held.INNER)


@dataclass(frozen=True, slots=True)
class BranchPage:
    """A node of one value with some of its children, some of its rows, or some of its lines."""

    run_id: str
    asked: AskedBranch
    back_url: str
    tree: TreeNode | None = None
    lines: LinesPart | None = None
    table: TablePart | None = None
    choices: tuple[Choice, ...] = ()
    up_url: str = ""
    text: str = ""
    image: Image | None = None
    paths: Paths | None = None
    team: Team | None = None
    may_share: bool = False

    @property
    def shared(self) -> bool:
        """Whether it is for whoever holds a link."""
        return self.team is None

    @property
    def share_url(self) -> str:
        """Where a link to this part alone is made; empty for whoever may not, and where it cannot be."""
        asked = self.asked
        is_part = asked.is_of_output and asked.pointer and not asked.inside
        if self.team is None or not self.may_share or not is_part:
            return ""
        if asked.view in (View.TEXT, View.WIRE):
            return ""
        told = urlencode({"scope": "part", "pointer": asked.pointer}, errors="replace")
        return f"{reverse('shares-create', args=[self.team.slug, self.run_id])}?{told}"

    @property
    def title(self) -> str:
        """What it is a part of."""
        inner = bool(self.asked.inside) or self.asked.name == Held.INNER
        return "the JSON in the text" if inner else f"the {self.asked.name}"


def branch_page(
    opened: OpenedResult,
    asked: AskedBranch,
    *,
    branch_url: str,
    back_url: str,
    download_url: str = "",
    team: Team | None = None,
    role: Role | None = None,
) -> BranchPage | None:
    """The page of a branch, or with ``reveal`` of the whole tree opened at it.

    ``download_url`` is where the output can be taken away. None when there is no such value or
    node, or it is not theirs to see.
    """
    document = visible_value(opened, asked.name, role=role)
    if document is None:
        return None
    may_share = bool(role and role.covers(Role.MEMBER))
    page = BranchPage(opened.row.run_id, asked, back_url, team=team, may_share=may_share)
    if asked.view in (View.TEXT, View.WIRE):
        as_sent = asked.view == View.WIRE
        lines = lines_part(
            document, url=branch_url, of=asked.name, after=asked.after, as_sent=as_sent
        )
        return replace(page, lines=lines)
    try:
        way = way_to(document, asked)
        if asked.form == "paths" or (asked.with_paths and not asked.form):
            page = replace(page, paths=_paths(opened, asked, way))
        return _of_node(page, way[-1][0], branch_url, download_url)
    except PointerNotFound:
        return None


def visible_value(opened: OpenedResult, name: str, *, role: Role | None) -> Document | None:
    """Return one of the values of a result, when there is one of that name and the role may see it."""
    return held_value(opened, name) if may_see(opened, name, role=role) else None


def may_see(opened: OpenedResult, name: str, *, role: Role | None) -> bool:
    """Whether a value of that name is theirs to see, if there is one.

    Whoever holds a share link has no role and sees only the output and the error, and what else was
    disclosed.
    """
    needed = {Held.METADATA: Role.VIEWER, Held.PAYLOAD: Role.MEMBER}
    if name not in needed or opened.disclosed:
        return True
    return role is not None and role.covers(needed[Held(name)])


def way_to(document: Document, asked: AskedBranch) -> tuple[tuple[Document, str], ...]:
    """The value and the JSON in its texts, each with the pointer that is followed in it.

    Raises PointerNotFound.
    """
    way: list[tuple[Document, str]] = []
    if len(asked.inside) > _MOST_INSIDE:
        raise PointerNotFound(asked.pointer)
    for pointer in asked.inside:
        way.append((document, pointer))
        found = json_inside(document, pointer)
        if found is None:
            raise PointerNotFound(pointer)
        document = found
    return (*way, (document, asked.pointer))


def _paths(
    opened: OpenedResult, asked: AskedBranch, way: tuple[tuple[Document, str], ...]
) -> Paths:
    if asked.name != Held.INNER:
        return paths_through(way, name=asked.name)
    # Whoever follows the way holds the output, which is the text.
    text = held_value(opened, Held.OUTPUT)
    return paths_through(((text, ""), *way) if text else way)


def _of_node(
    page: BranchPage, document: Document, branch_url: str, download_url: str
) -> BranchPage | None:
    asked, pointer = page.asked, page.asked.pointer
    if asked.form == "paths":
        return page
    if asked.form == "text":
        return replace(page, text=_whole_text(document, document.node_at(pointer)))
    if asked.form == "image":
        image = read_image(document.leaf_text(pointer))
        return replace(page, image=image) if image else None
    address = branch_address(branch_url, of=asked.name, inside=asked.inside)
    page = replace(page, up_url=_up(asked, branch_url))
    if asked.reveal:
        return replace(page, tree=revealed_tree(document, pointer, address))
    # Only a page of its own offers them.
    choices = _choices(asked, document, address) if asked.with_paths else ()
    table = None
    if asked.view == View.TABLE:
        download = download_url if asked.is_of_output else ""
        place = TablePlace(_named(asked), "", address, download)
        table = table_part(document, asked.rows, pointer=pointer, place=place)
    tree = None if table else branch(document, pointer, asked.after, address)
    return replace(page, table=table, tree=tree, choices=choices)


def _choices(asked: AskedBranch, document: Document, address: Address) -> tuple[Choice, ...]:
    """The two ways of showing a list of objects; nothing for any other value."""
    way, is_table = address(asked.pointer, 0), asked.view == View.TABLE
    if not way or not looks_like_a_table(document, asked.pointer):
        return ()
    return (
        Choice(View.TREE.label, way, not is_table),
        Choice(View.TABLE.label, table_address(way), is_table),
    )


def _named(asked: AskedBranch) -> tuple[tuple[str, str], ...]:
    """What names the node in an address."""
    inside = (("in", pointer) for pointer in asked.inside)
    return (("of", asked.name), *inside, ("at", asked.pointer))


def _up(asked: AskedBranch, branch_url: str) -> str:
    """One level up; from the root of JSON in a text to that text."""
    inside, pointer = asked.inside, asked.pointer
    if pointer:
        pointer = pointer.rpartition("/")[0]
    elif inside:
        inside, pointer = inside[:-1], inside[-1]
    else:
        return ""
    return branch_address(branch_url, of=asked.name, inside=inside)(pointer, 0)


def _whole_text(document: Document, node: Node) -> str:
    """What copying a node gives: a leaf as it is spelt, anything else as clean JSON."""
    if node.is_leaf:
        return document.leaf_text(node.pointer)
    return document.as_json(node.pointer).decode("utf-8", "replace")
