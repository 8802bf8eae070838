"""A run in Markdown, to be pasted into a ticket: the facts, and no text of others that could act there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from results.domain.document import Document, Node
from results.domain.durations import RunDurations, duration_text
from results.domain.failure_report import FailureReport
from results.domain.markdown import block, cell, code, link
from results.domain.stack import Stack
from results.domain.status import State
from results.domain.table import Table

_MOST_FRAMES = 12
_MOST_CAUSES = 5
_LONGEST_MESSAGE = 2_000
_LONGEST_STDERR = 2_000
_EXCERPT_BYTES = 2_000
_EXCERPT_LINES = 40
_NOT_REPORTED = "not reported"


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What is known of a run. None where nothing was said, which the ticket then says too.

    ``link`` is the permalink, ``source`` where the code of the innermost own frame is read,
    ``status`` the API's own word for the state; ``zone`` the zone in which the times are written,
    which is named with each of them.
    """

    run_id: str
    state: State
    link: str | None = None
    source: str | None = None
    status: str | None = None
    task: str | None = None
    project: str | None = None
    environment: str | None = None
    failure: FailureReport | None = None
    durations: RunDurations = field(default_factory=RunDurations)
    output: Document | None = None
    output_trouble: str | None = None
    withheld: str | None = None
    zone: tzinfo = UTC


def ticket_of(facts: TicketFacts, *, excerpt_bytes: int = _EXCERPT_BYTES) -> str:
    """The Markdown, ending with a line end; of the output at most ``excerpt_bytes`` bytes."""
    parts = ["\n".join(_facts(facts))]
    if facts.failure is not None:
        parts += _failure(facts.failure)
    if facts.source:
        parts.append(f"**Source:** {link(facts.source)}")
    if facts.output is not None:
        parts += _excerpt(facts.output, excerpt_bytes)
    if facts.output_trouble:
        parts.append(f"**Output:** not fetched: {code(facts.output_trouble)}")
    if facts.withheld:
        parts.append(f"**Output:** {facts.withheld}")
    return "\n\n".join(parts) + "\n"


def markdown_table(table: Table, limit: int = 50) -> str:
    """The first ``limit`` rows and the columns of the table, and a line on what is left out."""
    rows = table.rows(0, limit)
    lines = [
        _row(["#", *map(cell, table.columns)]),
        _row(["---"] * (len(table.columns) + 1)),
    ]
    for row in rows:
        label = cell(row.item.key or "")
        if row.item.count and any(row.cells):
            lines.append(_row([label, *map(_node, row.cells)]))
        else:
            lines.append(_row([label, _node(row.item), *[""] * (len(table.columns) - 1)]))
    left_out = []
    if table.total > len(rows):
        left_out.append(_counted(table.total - len(rows), "more row"))
    if table.more_columns:
        more = "" if table.names_complete else "at least "
        left_out.append(more + _counted(table.more_columns, "more column"))
    note = f"\n\n{' and '.join(left_out)} not shown." if left_out else ""
    return "\n".join(lines) + note + "\n"


def _facts(facts: TicketFacts) -> list[str]:
    durations = facts.durations
    status = f" ({code(facts.status)})" if facts.status else ""
    lines = [
        f"- **Run:** {code(facts.run_id)}",
        f"- **State:** {facts.state.label}{status}",
        f"- **Task:** {_known(facts.task)}",
    ]
    if facts.project:
        lines.append(f"- **Project:** {code(facts.project)}")
    lines.append(f"- **Environment:** {_known(facts.environment)}")
    if facts.link:
        lines.append(f"- **Link:** {link(facts.link)}")
    lines += [
        f"- **Created:** {_moment(durations.created, facts.zone)}",
        f"- **Started:** {_moment(durations.started, facts.zone)}",
        f"- **Finished:** {_moment(durations.finished, facts.zone)}",
        f"- **Waited:** {_duration(durations.waited_ms)}",
        f"- **Ran:** {_duration(durations.ran_ms)}",
        f"- **Compute:** {_duration(durations.compute_ms)}",
        *(f"- {note}" for note in durations.notes),
    ]
    return lines


def _failure(failure: FailureReport) -> list[str]:
    parts = [f"**Error:** {code(failure.headline)}"]
    if failure.code:
        sent = f" (sent as {code(failure.sent_code)})" if failure.sent_code else ""
        parts.append(f"**Code:** {code(failure.code)}{sent}")
    if failure.meaning:
        parts.append(f"**Meaning:** {failure.meaning}")
    if failure.message.strip() and failure.message.strip() not in failure.headline:
        parts.append("**Message:**\n\n" + block(_cut(failure.message, _LONGEST_MESSAGE)))
    if failure.stack.frames:
        parts.append(_frames(failure.stack))
    if failure.stderr_tail.strip():
        tail = failure.stderr_tail.strip("\n")
        cut = len(tail) > _LONGEST_STDERR
        shown = f"…{tail[-_LONGEST_STDERR:]}" if cut else tail
        parts.append("**Last lines of the process:**\n\n" + block(shown, "text"))
    if failure.causes:
        causes = [f"- {code(cause.headline)}" for cause in failure.causes[:_MOST_CAUSES]]
        more = len(failure.causes) - len(causes)
        parts.append("\n".join(["**Caused by:**", "", *causes]))
        if more:
            parts.append(f"{_counted(more, 'more cause')} not shown.")
    parts += failure.truncated
    return parts


def _frames(stack: Stack) -> str:
    own = [frame for group in stack.groups if group.kind == "own" for frame in group.frames]
    title, chosen = ("Own frames", own) if own else ("Frames (none is your own)", stack.frames)
    lines = [f"at {_cut(frame.text, 300)}" for frame in chosen[:_MOST_FRAMES]]
    left_out = len(stack.frames) - len(lines)
    if left_out:
        lines.append(f"… {_counted(left_out, 'other frame')}")
    return f"**{title}:**\n\n" + block("\n".join(lines), "text")


def _excerpt(output: Document, limit: int) -> list[str]:
    if output.sentence is not None and output.kind in ("nothing", "pointer"):
        return [f"**Output:** {output.sentence}"]
    text, cut = output.text(limit)
    lines = text.split("\n")
    if len(lines) > _EXCERPT_LINES:
        text, cut = "\n".join(lines[:_EXCERPT_LINES]), True
    title = (
        f"**Output:** (the beginning; {len(output.raw):,} bytes in all)" if cut else "**Output:**"
    )
    language = "json" if output.kind in ("json", "superjson") else "text"
    shown = [f"{title}\n\n" + block(text, language)]
    return [*shown, output.sentence] if output.sentence else shown


def _node(node: Node | None) -> str:
    if node is None or node.type == "undefined":
        return ""
    if node.count is not None or node.type == "reference":
        return cell(node.preview)
    text = node.text or '""'
    return cell(f"{text}…" if node.cut else text)


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _known(text: str | None) -> str:
    return code(text) if text else "not known"


def _moment(moment: datetime | None, zone: tzinfo) -> str:
    if moment is None:
        return _NOT_REPORTED
    local = moment.astimezone(zone)
    utc = moment.astimezone(UTC)
    text = f"{utc:%Y-%m-%d %H:%M:%S}.{utc.microsecond // 1000:03} UTC"
    if local.utcoffset() == utc.utcoffset():
        return text
    offset = f"{local:%z}"
    return f"{local:%Y-%m-%d %H:%M:%S} (UTC{offset[:3]}:{offset[3:5]}), {text}"


def _duration(ms: float | None) -> str:
    if ms is None:
        return _NOT_REPORTED
    return duration_text(ms) if ms < 1_000 else f"{duration_text(ms)} ({ms:,.0f} ms)"


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[:longest]}…"


def _counted(count: int, thing: str) -> str:
    return f"{count:,} {thing}" if count == 1 else f"{count:,} {thing}s"
