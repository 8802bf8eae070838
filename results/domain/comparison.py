"""What differs between two outputs, value by value; it must not know where they came from or how they look."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from results.domain.document import Document, Node
from results.domain.opened import opened
from results.domain.ordering import same_number
from results.domain.outputs.places import Place
from results.domain.outputs.shapes import Shape
from results.domain.pairing import Children, Side, children_of

Kind = Literal["added", "removed", "changed", "moved"]
Aspect = Literal["value", "type", "spelling"]

MOST_STEPS = 600_000
"""No more children than this are looked at, however large the outputs."""

_DEEPEST = 100
_TOO_MUCH = "The outputs differ in so many places that some parts were only compared as a whole."


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    ``before`` and ``after`` are the values on both sides, as their documents draw them: only
    ``after`` when it was added, only ``before`` when it was removed. ``moved`` is an item of a list that
    stands elsewhere among the others. ``aspect`` says what of a changed value differs: ``spelling``
    for equal numbers (1.10 and 1.1), ``type`` for the same content as another type (a Date and its
    text). ``whole`` marks objects or lists that were not compared member by member.
    """

    kind: Kind
    before: Node | None
    after: Node | None
    aspect: Aspect = "value"
    whole: bool = False

    @property
    def only_spelling(self) -> bool:
        """Whether both sides are the same number, spelt in two ways."""
        return self.aspect == "spelling"


@dataclass(frozen=True, slots=True)
class ComparedNode:
    """A place that differs, or in which something differs.

    ``before`` and ``after`` are its pointers in the two documents. ``children`` are only those that
    differ, in reading order; ``same`` counts the children that do not, and ``omitted`` those that
    differ but are beyond the limit. A moved item has a ``change`` and, if it differs inside, children.
    """

    key: str | None
    before: str | None
    after: str | None
    change: Change | None = None
    children: tuple[ComparedNode, ...] = ()
    same: int = 0
    omitted: int = 0


@dataclass(frozen=True, slots=True)
class Comparison:
    """All differences of two outputs.

    ``changes`` are the first of them in reading order, ``tree`` the same as a tree (None when nothing
    differs). The counts are of all differences: ``only_spelling`` and ``only_type`` are among ``changed``.
    ``unchanged`` counts members and items that are equal on both sides, an equal object or list
    being one. ``reordered`` counts objects that list the same members in another order, which is no
    difference. ``is_complete`` is False when parts were compared as a whole, and ``sentence`` then
    says so; what is listed is true all the same.
    """

    changes: tuple[Change, ...] = ()
    tree: ComparedNode | None = None
    added: int = 0
    removed: int = 0
    changed: int = 0
    moved: int = 0
    only_spelling: int = 0
    only_type: int = 0
    unchanged: int = 0
    reordered: int = 0
    is_complete: bool = True
    sentence: str | None = None

    @property
    def total(self) -> int:
        """How many differences there are, listed or not."""
        return self.added + self.removed + self.changed + self.moved

    @property
    def is_same(self) -> bool:
        """Whether both outputs have the same values, types and spelling of numbers."""
        return self.total == 0


def compare(
    before: Document,
    after: Document,
    *,
    limit: int = 500,
    most_steps: int = MOST_STEPS,
    checkpoint: Callable[[], None] = lambda: None,
) -> Comparison:
    """The differences that turn ``before`` into ``after``, at most ``limit`` of them listed.

    Objects are compared by member name, Maps by key, lists by an id where all items have one, else by
    content: equal items first, then those that are most alike. Text outputs are compared as one
    value; to compare JSON inside of them, hand over their ``inner`` documents. ``checkpoint`` is called
    before each object or list that is compared.
    """
    return _Comparing(before, after, max(0, limit), most_steps, checkpoint).run()


class _Comparing:
    """The state of one comparison."""

    def __init__(
        self,
        before: Document,
        after: Document,
        limit: int,
        most_steps: int,
        checkpoint: Callable[[], None],
    ) -> None:
        self.before = before
        self.after = after
        self.limit = limit
        self.steps_left = most_steps
        self.checkpoint = checkpoint
        self.changes: list[Change] = []
        self.counts: Counter[str] = Counter()
        self.is_complete = True

    def run(self) -> Comparison:
        first, second = opened(self.before, canonical=True), opened(self.after, canonical=True)
        if first is None or second is None:
            tree = self._roots()
        else:
            self._sides = Side(first), Side(second)
            _, tree = self._pair(first.root, second.root, 0)
        if tree is None and not self.counts.total() - self.counts["reordered"]:
            self.counts["unchanged"] = 1
        return Comparison(
            changes=tuple(self.changes),
            tree=tree,
            is_complete=self.is_complete,
            sentence=None if self.is_complete else _TOO_MUCH,
            **self.counts,
        )

    def _roots(self) -> ComparedNode | None:
        """Two outputs of which at least one is no JSON: one value on each side."""
        before, after = self.before.root, self.after.root
        is_leaf = before.is_leaf and after.is_leaf and before.type == after.type
        if is_leaf and self.before.leaf_text("") == self.after.leaf_text(""):
            return None
        return self._listed(None, "", "", self._counted("changed", "", ""))

    def _pair(self, a: Place, b: Place, depth: int) -> tuple[bool, ComparedNode | None]:
        """Whether two values differ, and where; no node when nothing of it fits into the list."""
        one, other = self._sides
        if bytes(a.value) == bytes(b.value) and one.types_at(a) == other.types_at(b):
            return False, None
        first, second = one.shape(a), other.shape(b)
        if _can_descend(first, second):
            self.checkpoint()
            if depth < _DEEPEST and self.steps_left > 0:
                children = children_of(one, a, other, b, most=self.steps_left)
                if children is not None:
                    return self._container(children, a, b, depth)
            self.is_complete = False
            change = self._counted("changed", a.pointer, b.pointer, whole=True)
            return True, self._listed(_label(a, b), a.pointer, b.pointer, change)
        aspect = _aspect(a, first, b, second, one.text(a, first), other.text(b, second))
        if aspect is None:
            return False, None
        whole = first.container or second.container
        change = self._counted("changed", a.pointer, b.pointer, aspect, whole=whole)
        return True, self._listed(_label(a, b), a.pointer, b.pointer, change)

    def _container(
        self, children: Children, a: Place, b: Place, depth: int
    ) -> tuple[bool, ComparedNode | None]:
        self.steps_left -= children.size
        same, differing = children.same, 0
        kept: list[ComparedNode] = []
        for one, other, moved in children.entries:
            differs, node = self._child(one, other, depth + 1, moved=moved)
            same += not differs
            differing += differs
            if node is not None:
                kept.append(node)
        self.counts["reordered"] += children.reordered
        if not differing:
            return False, None
        self.counts["unchanged"] += same
        if not kept:
            return True, None
        return True, ComparedNode(
            key=_label(a, b),
            before=a.pointer,
            after=b.pointer,
            children=tuple(kept),
            same=same,
            omitted=differing - len(kept),
        )

    def _child(
        self, a: Place | None, b: Place | None, depth: int, *, moved: bool
    ) -> tuple[bool, ComparedNode | None]:
        if a is not None and b is not None:
            if not moved:
                return self._pair(a, b, depth)
            change = self._counted("moved", a.pointer, b.pointer)
            _, inside = self._pair(a, b, depth)
            return True, _moved(a, b, change, inside)
        kind: Kind = "added" if a is None else "removed"
        before, after = (None if a is None else a.pointer), (None if b is None else b.pointer)
        return True, self._listed(_label(a, b), before, after, self._counted(kind, before, after))

    def _counted(
        self,
        kind: Kind,
        before: str | None,
        after: str | None,
        aspect: Aspect = "value",
        *,
        whole: bool = False,
    ) -> Change | None:
        """Count a difference; the change, unless the list is full."""
        self.counts[kind] += 1
        if aspect != "value":
            self.counts[f"only_{aspect}"] += 1
        if len(self.changes) >= self.limit:
            return None
        change = Change(
            kind,
            None if before is None else self.before.node_at(before),
            None if after is None else self.after.node_at(after),
            aspect,
            whole,
        )
        self.changes.append(change)
        return change

    def _listed(
        self, key: str | None, before: str | None, after: str | None, change: Change | None
    ) -> ComparedNode | None:
        return None if change is None else ComparedNode(key, before, after, change)


def _moved(
    a: Place, b: Place, change: Change | None, inside: ComparedNode | None
) -> ComparedNode | None:
    """A node that has moved, and what differs in it."""
    if change is None:
        return None
    if inside is None:
        return ComparedNode(b.key, a.pointer, b.pointer, change)
    if inside.change is not None:
        inside = ComparedNode(inside.key, inside.before, inside.after, children=(inside,))
    return ComparedNode(
        inside.key,
        inside.before,
        inside.after,
        change,
        inside.children,
        inside.same,
        inside.omitted,
    )


def _can_descend(first: Shape, second: Shape) -> bool:
    """Whether two values are of one type and have children that are worth comparing one by one."""
    return (
        first.container
        and second.container
        and first.type == second.type != "bytes"
        and first.name == second.name
    )


def _aspect(
    a: Place, first: Shape, b: Place, second: Shape, before: str, after: str
) -> Aspect | None:
    """What differs between two values that are not both open; None when nothing does."""
    if first.container or second.container:
        return "type" if bytes(a.value) == bytes(b.value) else "value"
    if (first.type, first.name) != (second.type, second.name):
        return "type" if before == after else "value"
    if before == after:
        return None
    numbers = first.type == "number" and same_number(before, after)
    return "spelling" if numbers else "value"


def _label(a: Place | None, b: Place | None) -> str | None:
    place = a if b is None else b
    return None if place is None else place.key
