"""What a stored result says, read once for whichever page shows it; it draws nothing."""

from __future__ import annotations

from results.domain.document import Document
from results.domain.durations import RunDurations
from results.domain.failure_report import FailureReport
from results.domain.failures import read_failure
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.result import Source
from results.models import StoredResult
from results.services.lookup import OpenedResult

WITHHELD = "Your team's owners keep outputs from viewers."


def failure_of(opened: OpenedResult) -> FailureReport | None:
    """Return the report of the error, None when there is none."""
    if opened.error is None:
        return opened.told
    return read_failure(opened.error, source=Source(opened.row.source))


def message_packet(failure: FailureReport | None) -> Packet | None:
    """Return the message of an error as a packet, when it is JSON itself."""
    if failure is None or not failure.message_json:
        return None
    return Packet(failure.message.encode("utf-8", "surrogatepass"), "application/json")


def message_value(failure: FailureReport | None) -> Document | None:
    """Return the message of an error as a value, when it is JSON itself."""
    packet = message_packet(failure)
    return decode(packet) if packet else None


def durations_of(row: StoredResult) -> RunDurations:
    """Return the three durations of a stored run."""
    return RunDurations.of(
        created=row.created_at,
        started=row.started_at,
        finished=row.finished_at,
        compute_ms=row.compute_ms,
    )
