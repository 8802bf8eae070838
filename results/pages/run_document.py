"""The JSON object of one run for scripts: stable names, absent facts null; it is no page."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.status import State
from results.models import Sighting, StoredResult
from results.pages.readings import failure_of
from results.pages.runs import RunPage
from results.services.lookup import OpenedResult


def run_document(
    seen: StoredResult | Sighting, opened: OpenedResult | None, *, page: RunPage
) -> dict[str, Any]:
    """Return the members that `<run_id>.json` promises; times are ISO 8601 in UTC, durations ms.

    The output is raw JSON text, so that every number keeps its spelling.
    """
    return {
        "run_id": seen.run_id,
        "state": page.state.value,
        "status": seen.status or None if isinstance(seen, Sighting) else None,
        "is_final": page.state.is_final,
        "sentence": page.sentence,
        "task": page.task or None,
        "project": page.project or None,
        "environment": page.environment or None,
        "source": page.source or None,
        "created_at": _iso(seen.created_at),
        "started_at": _iso(seen.started_at),
        "finished_at": _iso(getattr(seen, "finished_at", None)),
        "keys_asked": [
            {"key": said["key"], "state": said["state"], "said": said["said"]}
            for said in page.keys_asked
        ],
        "next_check_s": page.refresh.after_s if page.refresh else None,
        **_result(opened, page.state),
    }


def _result(opened: OpenedResult | None, state: State) -> dict[str, Any]:
    absent: dict[str, Any] = dict.fromkeys(
        ("output_type", "has_output", "output", "output_trouble", "error", "compute_ms")
    ) | {"withheld": False}
    if opened is None or not state.is_final:
        return absent
    packet = opened.output
    output = _clean_json(packet) if packet else None
    trouble = _trouble(opened)
    return {
        **absent,
        "output_type": packet.type if packet else None,
        "has_output": None if opened.withheld or trouble else output is not None,
        "output": output,
        "output_trouble": trouble,
        "error": _error(opened),
        "compute_ms": opened.row.compute_ms,
        "withheld": opened.withheld,
    }


def _trouble(opened: OpenedResult) -> str | None:
    """Why an output that there may be is not in here."""
    if opened.withheld:
        return None
    locked = "the instance's key ring does not open it" if opened.locked else ""
    return locked or opened.row.output_trouble or None


def _clean_json(packet: Packet) -> msgspec.Raw | None:
    """The output as JSON text; None for undefined, which JSON cannot say."""
    clean = decode(packet).as_json() if packet.data is not None else b""
    return msgspec.Raw(clean) if clean else None


def _error(opened: OpenedResult) -> dict[str, Any] | None:
    failure = failure_of(opened)
    if failure is None:
        return None
    return {
        "headline": failure.headline,
        "kind": failure.kind,
        "code": failure.code,
        "message": None if opened.withheld else failure.message,
        "stack": failure.stack.raw if failure.stack and not opened.withheld else None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
