"""The value tree as a page draws it: the first levels at once, the rest on demand; it decodes nothing.

No tree holds more than `BUDGET` nodes, whatever the document: browsers grow slow beyond a few
thousand elements, and a page of 500 nodes is usable as fast as one of ten.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from urllib.parse import urlencode

from results.domain.document import MOST_CHILDREN, Document, Node, PointerNotFound
from results.domain.images import may_be_image
from results.domain.previews import count_inside
from results.pages.ranges import place_in
from results.right_of_way import give_way

BUDGET = 500
BRANCH = 100
_OPEN_LEVELS = 2
# Beyond this many children a node of the first levels stays closed, so that its siblings are seen.
_OPENED_AT_ONCE = 60
# So many siblings are seen as a list, each with its preview; opened they would fill many screens.
_OPENED_SIBLINGS = 20
# Servers refuse long addresses, and 500 of them would make a long page.
_LONGEST_ADDRESS = 4_000
# A text in a tree is shown up to here, so that its neighbours stay in sight; JSON in it shows itself.
_CLAMPED = 400
_CLAMPED_JSON = 120
# A single text that was asked for is shown up to here.
_LONGEST_TEXT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Address:
    """Names the branches of one value, or with ``inside`` of the JSON in one of its texts.

    Each of ``inside`` points to a text, the second in the JSON that the first one is, and so on.
    """

    url: str
    of: str
    inside: tuple[str, ...] = ()

    def __call__(self, pointer: str, after: int) -> str:
        """The address of a branch, by pointer and number to skip; empty when it would be too long."""
        if len(pointer) > _LONGEST_ADDRESS:
            return ""
        asked = {"at": pointer} | ({"after": str(after)} if after else {})
        named = f"{self.base}&{urlencode(asked, safe='/', errors='replace')}"
        return named if len(named) <= _LONGEST_ADDRESS else ""

    @property
    def base(self) -> str:
        """What comes before the pointer, to which a script adds one."""
        within = [("in", pointer) for pointer in self.inside]
        return f"{self.url}?{urlencode([('of', self.of), *within], safe='/', errors='replace')}"

    def within(self, pointer: str) -> Address:
        """The address of the JSON in the text at a pointer."""
        return Address(self.url, self.of, (*self.inside, pointer))


@dataclass(slots=True)
class TreeNode:
    """One value: drawn as a leaf, or as something to open, with the children that came along.

    ``url`` leads to what is not drawn here: children, or the rest of a long text. It is empty when
    there is nothing more, or when the way there is too long for an address. ``text`` is the text of
    a leaf, longer than the node's own where it was asked for. ``inside`` counts what the JSON holds
    that a text is, which ``inside_at`` names; ``image_url`` leads to the picture that a text is. ``first`` counts the children that come
    before the loaded ones, and ``earlier_url`` leads to those of the range before. ``is_marked`` is the node that an address leads to.
    ``last_url`` leads to the last children, past ranges that are not loaded. ``table_url`` leads to a
    list of objects as a table.
    """

    node: Node
    url: str = ""
    text: str = ""
    is_open: bool = False
    is_marked: bool = False
    children: list[TreeNode] = field(default_factory=list)
    first: int = 0
    earlier_url: str = ""
    more_url: str = ""
    more_label: str = ""
    last_url: str = ""
    inside: int = 0
    inside_at: Address | None = None
    image_url: str = ""
    table_url: str = ""

    @property
    def is_loaded(self) -> bool:
        """Whether its children, or the first of them, came along."""
        return bool(self.children)

    @property
    def is_cut(self) -> bool:
        """Whether its text goes on."""
        return self.node.length > len(self.text)


def branch_address(url: str, *, of: str, inside: tuple[str, ...] = ()) -> Address:
    """Return what names the branches of one value."""
    return Address(url, of, inside)


def table_address(branch: str) -> str:
    """Where the list at the address of a branch is as a table."""
    return f"{branch}&view=table"


def whole_tree(document: Document, address: Address, *, budget: int = BUDGET) -> TreeNode:
    """Return the root with its first levels, breadth first, as far as the budget reaches."""
    top = _closed(document.root, document, address)
    room = min(budget, BUDGET)
    waiting = deque([(top, 0)])
    while waiting and room > 0:
        drawn, level = waiting.popleft()
        count = drawn.node.count or 0
        if count == 0 or level >= _OPEN_LEVELS or (level and count > min(_OPENED_AT_ONCE, room)):
            continue
        room -= _load(drawn, document, address, after=0, room=room)
        drawn.is_open = True
        if count <= _OPENED_SIBLINGS:
            waiting.extend((child, level + 1) for child in drawn.children)
    return top


def branch(document: Document, pointer: str, after: int, address: Address) -> TreeNode:
    """Return one node with a range of its children, or its whole text; raises PointerNotFound."""
    top = _closed(document.node_at(pointer), document, address)
    if top.node.count:
        _load(top, document, address, after=after, room=BUDGET)
        if top.first and top.children:
            top.earlier_url = address(pointer, max(0, after - BRANCH))
    else:
        _unfold(top, document)
    return top


def revealed_tree(document: Document, pointer: str, address: Address) -> TreeNode:
    """Return the whole tree with the way to one node opened and the node marked.

    Raises PointerNotFound.
    """
    document.node_at(pointer)
    top = whole_tree(document, address, budget=BRANCH)
    here = top
    while here.node.pointer != pointer:
        here.is_open = True
        position = _position_towards(document, here.node, pointer)
        if not here.first <= position < here.first + len(here.children):
            after = position // BRANCH * BRANCH
            _load(here, document, address, after=after, room=BRANCH)
            here.earlier_url = address(here.node.pointer, max(0, after - BRANCH)) if after else ""
        here = here.children[position - here.first]
    here.is_marked = True
    _unfold(here, document)
    return top


def _unfold(drawn: TreeNode, document: Document) -> None:
    """Give a leaf as much of its text as a page can show."""
    if drawn.node.is_leaf and drawn.is_cut:
        drawn.text = document.leaf_text(drawn.node.pointer)[:_LONGEST_TEXT]
        drawn.url = ""


def _position_towards(document: Document, node: Node, pointer: str) -> int:
    """Return which child of the node leads to the pointer; raises PointerNotFound."""
    after: int | None = _guessed_position(node, pointer)
    for start in (after, 0) if after else (0,):
        after = start
        while after is not None:
            loaded = document.children_at(node.pointer, after, MOST_CHILDREN)
            for offset, child in enumerate(loaded.nodes):
                if pointer == child.pointer or pointer.startswith(f"{child.pointer}/"):
                    return after + offset
            after = loaded.next_after
    raise PointerNotFound(pointer)


def _guessed_position(node: Node, pointer: str) -> int:
    # In a list the step is the position itself, so that a million items need no search.
    place = place_in(pointer[len(node.pointer) + 1 :].partition("/")[0])
    return place if place < (node.count or 0) else 0


def _load(drawn: TreeNode, document: Document, address: Address, *, after: int, room: int) -> int:
    give_way()
    loaded = document.children_at(drawn.node.pointer, after, min(BRANCH, room))
    drawn.children = [_closed(node, document, address) for node in loaded.nodes]
    drawn.first = loaded.after
    if loaded.next_after is not None:
        last = min(loaded.next_after + BRANCH, loaded.total)
        drawn.more_url = address(drawn.node.pointer, loaded.next_after)
        drawn.more_label = f"{loaded.next_after:,}–{last - 1:,} of {loaded.total:,}"
        if last < loaded.total:
            # As whole ranges lead there, so that none holds a child twice.
            ranges = (loaded.total - 1 - loaded.next_after) // BRANCH
            drawn.last_url = address(drawn.node.pointer, loaded.next_after + ranges * BRANCH)
    return len(drawn.children)


def _closed(node: Node, document: Document, address: Address) -> TreeNode:
    drawn = TreeNode(node, text=node.text)
    if node.type == "string":
        _look_inside(drawn, document, address)
        drawn.text = node.text[: _CLAMPED_JSON if drawn.inside else _CLAMPED]
    if node.count or drawn.is_cut:
        drawn.url = address(node.pointer, 0)
    # The whole output is offered as a table beside its name.
    is_part = node.pointer or address.inside or address.of != "output"
    if is_part and drawn.url and _may_be_table(node):
        drawn.table_url = table_address(drawn.url)
    return drawn


def _may_be_table(node: Node) -> bool:
    """Whether it begins as a list of objects; its preview tells, so that none is read for it."""
    return node.type == "array" and (node.count or 0) > 1 and node.preview.startswith("[{")


def _look_inside(drawn: TreeNode, document: Document, address: Address) -> None:
    """Offer the JSON or the picture that a text is; each text is read at most once."""
    node = drawn.node
    if may_be_image(node.text):
        way = address(node.pointer, 0)
        drawn.image_url = f"{way}&as=image" if way else ""
    elif node.text.lstrip()[:1] in ("{", "["):
        text = document.leaf_text(node.pointer) if node.cut else node.text
        within = address.within(node.pointer)
        drawn.inside = count_inside(text) if within("", 0) else 0
        drawn.inside_at = within if drawn.inside else None
