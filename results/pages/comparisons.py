"""Two results of a team side by side: what changed in output, error and duration; it asks nobody."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from urllib.parse import quote, urlencode

from django.urls import reverse

from results.domain.comparison import Change, ComparedNode, Comparison, compare
from results.domain.document import MOST_CHILDREN, Document, Node
from results.domain.durations import duration_text
from results.domain.failure_report import FailureReport
from results.domain.outputs import decode
from results.domain.paths import readable
from results.domain.run_comparison import (
    FailureComparison,
    compare_durations,
    compare_failures,
)
from results.domain.status import State
from results.domain.text_change import Shown, apart, one
from results.models import Team
from results.pages.offered import OfferedRun
from results.pages.readings import WITHHELD, durations_of, failure_of
from results.right_of_way import give_way
from results.services.lookup import OpenedResult

_CHANGES = 500
# With everything shown, no more rows than this, and no more unchanged ones beside each other.
_ROWS = 1_000
_SAME_BESIDE = 100


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One place: what was there before and what is there now; ``url`` leads to it where it still is."""

    what: str
    note: str
    path: str
    url: str
    before: Shown | None = None
    after: Shown | None = None


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two runs, and what its error said."""

    run_id: str
    url: str
    state: State
    failure: FailureReport | None = None


@dataclass(frozen=True, slots=True)
class DurationRow:
    """One duration on both sides."""

    name: str
    before: str
    after: str
    words: str


@dataclass(frozen=True, slots=True)
class ComparePage:
    """The run that was asked for, the one it is held against, and what differs.

    Without another one, ``offered`` are those that could be named.
    ``shows_all`` when what is the same is listed too; ``fold_url`` leads to the other of the two.
    """

    team: Team
    run_id: str
    back_url: str
    other_id: str = ""
    before: Side | None = None
    after: Side | None = None
    comparison: Comparison | None = None
    rows: Sequence[ChangeRow] = ()
    failure: FailureComparison | None = None
    durations: Sequence[DurationRow] = ()
    output_words: str = ""
    shows_all: bool = False
    fold_url: str = ""
    swap_url: str = ""
    problem: str = ""
    offered: Sequence[OfferedRun] = ()

    @property
    def left_out(self) -> int:
        """How many differences are not listed."""
        return max(0, self.comparison.total - _CHANGES) if self.comparison else 0


def compare_page(
    after: OpenedResult,
    before: OpenedResult | None,
    *,
    other_id: str,
    problem: str,
    shows_all: bool = False,
    offered: Sequence[OfferedRun] = (),
    team: Team,
) -> ComparePage:
    """The page; without another result it says why, asks for one and offers some."""
    run_id = after.row.run_id
    back_url = reverse("runs-show", args=[team.slug, run_id])
    if before is None:
        return ComparePage(team, run_id, back_url, other_id, problem=problem, offered=offered)
    old, new = _document(before), _document(after)
    comparison = (
        compare(old, new, limit=_CHANGES, checkpoint=give_way)
        if old is not None and new is not None
        else None
    )
    rows: Sequence[ChangeRow] = ()
    if comparison is not None and old is not None and new is not None:
        sides = _Sides(old, new, reverse("runs-show", args=[team.slug, other_id]), back_url)
        if shows_all and comparison.tree is not None:
            rows = tuple(islice(sides.everything(comparison.tree), _ROWS))
        else:
            rows = tuple(map(sides.row, comparison.changes))
    asked = {"with": other_id} | ({} if shows_all else {"show": "all"})
    swapped = reverse("runs-compare", args=[team.slug, other_id])
    return ComparePage(
        team,
        run_id,
        back_url,
        other_id,
        _side(before, team),
        _side(after, team),
        comparison,
        rows,
        # Without messages and stacks, two errors of one class would seem to be the same.
        None if after.withheld else compare_failures(failure_of(before), failure_of(after)),
        _durations(before, after),
        WITHHELD if after.withheld else _output_words(comparison, old, new),
        shows_all,
        f"?{urlencode(asked)}" if comparison and comparison.unchanged and comparison.total else "",
        f"{swapped}?{urlencode({'with': run_id})}",
    )


@dataclass(frozen=True, slots=True)
class _Sides:
    """Both documents and where they are read."""

    old: Document
    new: Document
    old_url: str
    new_url: str

    def row(self, change: Change) -> ChangeRow:
        """One change in words."""
        at = change.after or change.before
        pointer = at.pointer if at else ""
        before, after = self._shown(change)
        return ChangeRow(
            change.kind, _note(change), _path(pointer), self._url(change), before, after
        )

    def everything(self, top: ComparedNode) -> Iterator[ChangeRow]:
        """Changes with what is the same between them, in the order of the newer side."""
        if top.change is not None:
            yield self.row(top.change)
        if not top.children or top.after is None:
            return
        differing = deque(top.children)
        total = self.new.node_at(top.after).count or 0
        beside = 0
        for after in range(0, total, MOST_CHILDREN):
            for node in self.new.children_at(top.after, after, MOST_CHILDREN).nodes:
                while differing and differing[0].after is None:
                    yield from self.everything(differing.popleft())
                if differing and differing[0].after == node.pointer:
                    yield from self.everything(differing.popleft())
                    beside = 0
                    continue
                beside += 1
                if beside <= _SAME_BESIDE:
                    yield self._same(node)
        while differing:
            yield from self.everything(differing.popleft())

    def _same(self, node: Node) -> ChangeRow:
        shown = one(_text(self.new, node))
        url = f"{self.new_url}{_hash(node.pointer)}"
        return ChangeRow("same", "", _path(node.pointer), url, shown, shown)

    def _url(self, change: Change) -> str:
        if change.after is not None:
            return f"{self.new_url}{_hash(change.after.pointer)}"
        return f"{self.old_url}{_hash(change.before.pointer)}" if change.before else ""

    def _shown(self, change: Change) -> tuple[Shown | None, Shown | None]:
        before, after = change.before, change.after
        old = None if before is None else _text(self.old, before, with_type=change.aspect == "type")
        new = None if after is None else _text(self.new, after, with_type=change.aspect == "type")
        if old is None or new is None:
            return (one(old) if old is not None else None), (one(new) if new is not None else None)
        if before and after and before.type == after.type == "string":
            return apart(old, new)
        return one(old), one(new)


def _text(document: Document, node: Node, *, with_type: bool = False) -> str:
    text = node.preview if not node.is_leaf else node.text
    if node.cut:
        text = document.leaf_text(node.pointer)
    # What says its own name, such as NaN, says nothing by saying it twice.
    kind = node.type if node.chip == text else node.chip
    return f"{text} ({kind})" if kind and with_type else text


def _hash(pointer: str) -> str:
    """The end of an address that leads to a node."""
    return f"#{quote(pointer, safe='/', errors='replace')}" if pointer else ""


def _path(pointer: str) -> str:
    return readable(pointer) or "the whole value"


def _note(change: Change) -> str:
    if change.only_spelling:
        return "only the spelling"
    if change.aspect == "type":
        return "only the type"
    return "as a whole" if change.whole else ""


def _durations(before: OpenedResult, after: OpenedResult) -> tuple[DurationRow, ...]:
    def text(ms: float | None) -> str:
        return "not reported" if ms is None else duration_text(ms)

    compared = compare_durations(durations_of(before.row), durations_of(after.row))
    return tuple(
        DurationRow(each.name.capitalize(), text(each.before_ms), text(each.after_ms), each.words)
        for each in compared
    )


def _side(opened: OpenedResult, team: Team) -> Side:
    run_id = opened.row.run_id
    url = reverse("runs-show", args=[team.slug, run_id])
    return Side(run_id, url, State(opened.row.state), failure_of(opened))


def _document(opened: OpenedResult) -> Document | None:
    if opened.output is None:
        return None
    document = decode(opened.output)
    return document.inner or document


def _output_words(comparison: Comparison | None, old: Document | None, new: Document | None) -> str:
    if comparison is not None:
        if comparison.is_same:
            return "The outputs are the same."
        counted = (
            (comparison.changed, "changed"),
            (comparison.added, "added"),
            (comparison.removed, "removed"),
            (comparison.moved, "moved"),
        )
        parts = [f"{count:,} {word}" for count, word in counted if count]
        return f"{', '.join(parts)}; {comparison.unchanged:,} the same."
    if old is None and new is None:
        return "Neither of the two has an output."
    return "Only one of the two has an output, so there is nothing to hold against it."
