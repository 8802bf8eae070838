"""Stack traces as V8 writes them, read into frames and groups; it must not know errors or how pages look."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

GroupKind = Literal["own", "library", "gap", "text"]

_LINE = re.compile(r" {4}at (?P<call>\S.*)")
_GAP = re.compile(r"\s*\.\.\. ([0-9]{1,9}) frames? omitted \.\.\.\s*")
_CUT_LINE = "...[truncated]"
_POSITION = re.compile(r"(?P<file>.+?):(?P<line>[0-9]{1,9}):(?P<column>[0-9]{1,9})", re.DOTALL)
_NOWHERE = re.compile(r"<anonymous>|native|index [0-9]+|unknown location")
_WASM = re.compile(r"wasm://.+|.+:wasm-function\[[0-9]+\]:0x[0-9a-fA-F]+")
_EVAL = re.compile(r"eval at .+, (?P<place>.+)", re.DOTALL)

_LIBRARY = re.compile(
    r"(?:^|[/\\])node_modules[/\\]|^node:|^internal/|^native$"
    r"|@trigger\.dev[/\\]|packages[/\\]core[/\\]src[/\\]v3|packages[/\\]cli-v3[/\\]"
)
_PLATFORM_CALL = re.compile(
    r"\b(?:ConsoleInterceptor|TriggerTracer|TaskExecutor|processTicksAndRejections|ZodIpc\w*)\b"
)
_PLATFORM_FILE = re.compile(
    r"(?:managed|dev|deploy|index)-(?:run|index)-(?:worker|controller)\.\w+$"
)


@dataclass(frozen=True, slots=True)
class Frame:
    """One call. ``text`` is the line as sent, without the indentation; the rest is None where it does not say."""

    text: str
    function: str | None = None
    file: str | None = None
    line: int | None = None
    column: int | None = None
    is_async: bool = False
    is_new: bool = False
    is_eval: bool = False
    is_wasm: bool = False
    is_library: bool = False
    cut: bool = False

    @property
    def is_anonymous(self) -> bool:
        """Whether the call has no name of its own."""
        return self.function is None or "<anonymous>" in self.function

    @property
    def place(self) -> str:
        """``file:line:column``, or as much of it as is known."""
        return ":".join(
            str(part) for part in (self.file, self.line, self.column) if part is not None
        )


@dataclass(frozen=True, slots=True)
class Group:
    """Neighbouring lines of one sort. ``omitted`` counts the frames of a gap, which Trigger.dev cut."""

    kind: GroupKind
    frames: tuple[Frame, ...] = ()
    omitted: int = 0
    text: str = ""

    @property
    def count(self) -> int:
        """How many frames the group stands for."""
        return self.omitted or len(self.frames)


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack trace: ``raw`` as sent, ``header`` the lines before the first frame, then the groups in order."""

    raw: str = ""
    header: str = ""
    groups: tuple[Group, ...] = ()

    @property
    def frames(self) -> tuple[Frame, ...]:
        """All frames in order, gaps left out."""
        return tuple(frame for group in self.groups for frame in group.frames)

    @property
    def omitted(self) -> int:
        """How many frames Trigger.dev cut."""
        return sum(group.omitted for group in self.groups)

    @property
    def first_own(self) -> Frame | None:
        """The innermost frame of the task's own code."""
        own = (frame for group in self.groups if group.kind == "own" for frame in group.frames)
        return next(own, None)

    @property
    def cut_lines(self) -> bool:
        """Whether a line was too long for Trigger.dev and was cut."""
        return any(frame.cut for frame in self.frames) or _CUT_LINE in self.header


def read_stack(text: str, *, message: str = "") -> Stack:
    """Read a stack trace; never raises, and text that is none becomes the header.

    ``message`` is the error's message: its lines stand at the top and are no frames, even if one of
    them looks like a frame.
    """
    lines = text.split("\n")
    first = _lines_of_message(text, message)
    while first < len(lines) and not _is_frame(lines[first]):
        first += 1
    groups: list[Group] = []
    for line in lines[first:]:
        _add(groups, line.rstrip("\r"))
    return Stack(text, "\n".join(lines[:first]), tuple(groups))


def _lines_of_message(text: str, message: str) -> int:
    start = text.find(message) if message.strip() else -1
    # Only where nothing but the name can stand before it.
    if start < 0 or "\n" in text[:start]:
        return 0
    return text.count("\n", 0, start + len(message)) + 1


def _is_frame(line: str) -> bool:
    return _GAP.fullmatch(line) is not None or _frame(line.rstrip("\r")) is not None


def _add(groups: list[Group], line: str) -> None:
    """Put one line into the last group if it fits there, else into a new one."""
    last = groups[-1] if groups else None
    gap = _GAP.fullmatch(line)
    if gap:
        groups.append(Group("gap", omitted=int(gap[1]), text=line.strip()))
        return
    frame = _frame(line)
    if frame is None:
        if last is not None and last.kind == "text":
            groups[-1] = Group("text", text=f"{last.text}\n{line}")
        elif line.strip():
            groups.append(Group("text", text=line))
        return
    kind: GroupKind = "library" if frame.is_library else "own"
    if frame.file is None and last is not None and last.kind in ("own", "library"):
        # A call without a file (Array.map, Promise.all) belongs to whoever made it.
        kind = last.kind
    if last is not None and last.kind == kind:
        groups[-1] = Group(kind, (*last.frames, frame))
    else:
        groups.append(Group(kind, (frame,)))


def _frame(line: str) -> Frame | None:
    """The frame that a line is; None when it is none: four spaces, ``at``, and a location."""
    found = _LINE.fullmatch(line)
    if found is None:
        return None
    call = text = found["call"]
    if call.endswith(_CUT_LINE):
        return Frame(text, call.partition(" (")[0] if " (" in call else None, cut=True)
    is_async = call.startswith("async ")
    call = call.removeprefix("async ")
    function, place = None, call
    if call.endswith(")") and " (" in call:
        function, _, place = call[:-1].partition(" (")
    is_new = function is not None and function.startswith("new ")
    if is_new and function is not None:
        function = function.removeprefix("new ")
    return _located(text, function, place, is_async=is_async, is_new=is_new)


def _located(
    text: str, function: str | None, place: str, *, is_async: bool, is_new: bool
) -> Frame | None:
    is_eval = False
    evaluated = _EVAL.fullmatch(place)
    if evaluated:
        is_eval, place = True, evaluated["place"]
    position = _POSITION.fullmatch(place)
    is_wasm = _WASM.fullmatch(place) is not None
    if position is None and not is_wasm and _NOWHERE.fullmatch(place) is None:
        return None
    file = position["file"] if position else place if is_wasm else None
    if file == "<anonymous>":
        file = None
    return Frame(
        text=text,
        function=function,
        file=file,
        line=int(position["line"]) if position else None,
        column=int(position["column"]) if position else None,
        is_async=is_async,
        is_new=is_new,
        is_eval=is_eval or function == "eval",
        is_wasm=is_wasm,
        is_library=_is_library(function, file),
    )


def _is_library(function: str | None, file: str | None) -> bool:
    if function is not None and _PLATFORM_CALL.search(function):
        return True
    if file is None:
        return False
    path = file.removeprefix("file://")
    return _LIBRARY.search(path) is not None or _PLATFORM_FILE.search(path) is not None
