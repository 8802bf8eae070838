"""What the retrieve endpoint tells about a run beside its result; it must not know how it is shown."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import msgspec

from results.domain.identity import NotARunIdError, RunId
from results.domain.json_members import Members, NotAnObjectError, members_of
from results.domain.packet import Packet
from results.domain.status import read_status

_MOST_RELATED = 200
# What the platform itself says of a run; the rest may hold anybody's data.
_MACHINERY = (
    *("attemptCount", "version", "isTest", "costInCents", "baseCostInCents", "ttl", "region"),
    *("depth", "triggerFunction", "batchId", "schedule", "expiredAt", "delayedUntil"),
    "relatedRuns",
)
_SCHEDULE = ("id", "generator")


@dataclass(frozen=True, slots=True)
class RelatedRun:
    """A run that this one belongs to or started; ``relation`` is `root`, `parent` or `child`."""

    relation: str
    run_id: RunId
    task: str
    status: str

    @property
    def tone(self) -> str:
        """How its badge looks."""
        known = read_status(self.status)
        return known.state.tone if known else "calm"

    @property
    def label(self) -> str:
        """Its status in words."""
        known = read_status(self.status)
        return known.label if known else self.status


@dataclass(frozen=True, slots=True)
class RunDetails:
    """Facts beside the result; None or empty where the API said nothing.

    Costs are in US cents as reported. ``payload`` and ``metadata`` are JSON values that the API had
    already decoded, so JavaScript types in them are lost upstream.
    """

    attempts: int | None = None
    version: str | None = None
    tags: tuple[str, ...] = ()
    is_test: bool | None = None
    cost_cents: str | None = None
    base_cost_cents: str | None = None
    idempotency_key: str | None = None
    ttl: str | None = None
    region: str | None = None
    depth: int | None = None
    triggered_by: str | None = None
    batch_id: str | None = None
    schedule: str | None = None
    expired_at: str | None = None
    delayed_until: str | None = None
    related: tuple[RelatedRun, ...] = ()
    metadata: Packet | None = None
    payload: Packet | None = None

    @property
    def total_cost(self) -> str | None:
        """Compute and start of the run together, in US cents, in the spelling that adding keeps."""
        if self.cost_cents is None:
            return None
        return format(Decimal(self.cost_cents) + Decimal(self.base_cost_cents or 0), "f")


def read_details(answer: bytes | None) -> RunDetails:
    """Read the members of a retrieve answer; never raises, what is odd is left out."""
    members = members_as_sent(answer or b"")
    if members is None:
        return RunDetails()
    plain = {
        name: _plain(raw) for name, raw in members.items() if name not in ("payload", "metadata")
    }
    tags = plain.get("tags")
    is_test = plain.get("isTest")
    return RunDetails(
        attempts=_count(plain.get("attemptCount")),
        version=_text(plain.get("version")),
        tags=tuple(tag for tag in tags if isinstance(tag, str)) if isinstance(tags, list) else (),
        is_test=is_test if isinstance(is_test, bool) else None,
        cost_cents=_spelling(members.get("costInCents")),
        base_cost_cents=_spelling(members.get("baseCostInCents")),
        idempotency_key=_text(plain.get("idempotencyKey")),
        ttl=_text(plain.get("ttl")),
        region=_text(plain.get("region")),
        depth=_count(plain.get("depth")),
        triggered_by=_text(plain.get("triggerFunction")),
        batch_id=_text(plain.get("batchId")),
        schedule=_schedule(plain.get("schedule")),
        expired_at=_text(plain.get("expiredAt")),
        delayed_until=_text(plain.get("delayedUntil")),
        related=_related(plain.get("relatedRuns")),
        metadata=_packet(members.get("metadata")),
        payload=_packet(members.get("payload")),
    )


def without_values(answer: bytes | None) -> bytes | None:
    """The same answer without what whoever triggered or wrote the run put into it."""
    if not answer:
        return answer
    members = members_as_sent(answer)
    if members is None:
        return None
    left = {name: members[name] for name in _MACHINERY if name in members}
    if "schedule" in left:
        # Its external id is anybody's word, often a customer's.
        schedule = members_as_sent(left["schedule"]) or {}
        left["schedule"] = _object({name: schedule[name] for name in _SCHEDULE if name in schedule})
    return _object(left)


def members_as_sent(answer: bytes) -> Members | None:
    """Each member of an object as it was sent (see ``members_of``); None when it is no object."""
    try:
        return members_of(answer)
    except NotAnObjectError:
        return None


def _object(members: Mapping[str, bytes]) -> bytes:
    return msgspec.json.encode({name: msgspec.Raw(raw) for name, raw in members.items()})


def _plain(raw: bytes) -> Any:
    try:
        return json.loads(raw.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None


def _text(value: object) -> str | None:
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) and value else None


def _count(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _spelling(raw: bytes | None) -> str | None:
    if raw is None:
        return None
    text = raw.decode("utf-8", "replace")
    # Plain digits only: adding 1e999999999 up would never end.
    return text if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,30})?", text) else None


def _packet(raw: bytes | None) -> Packet | None:
    return None if raw is None else Packet(raw, None, flattened=True)


def _schedule(value: object) -> str | None:
    """The schedule's own description, else its cron expression, else its id."""
    if not isinstance(value, dict):
        return None
    generator = value.get("generator")
    shown: list[str] = []
    if isinstance(generator, dict):
        shown += [
            text for key in ("description", "expression") if (text := _text(generator.get(key)))
        ]
    shown += [text for key in ("externalId", "id") if (text := _text(value.get(key)))]
    return " · ".join(shown[:3]) or None


def _related(value: object) -> tuple[RelatedRun, ...]:
    if not isinstance(value, dict):
        return ()
    found = [_one_related(relation, value.get(relation)) for relation in ("root", "parent")]
    children = value.get("children")
    if isinstance(children, list):
        found += [_one_related("child", child) for child in children[:_MOST_RELATED]]
    runs = [run for run in found if run is not None]
    # A parent that is also the root is one run, and one line.
    if len(runs) > 1 and (runs[0].relation, runs[1].relation) == ("root", "parent"):
        runs = runs[1:] if runs[0].run_id == runs[1].run_id else runs
    return tuple(runs)


def _one_related(relation: str, value: object) -> RelatedRun | None:
    if not isinstance(value, dict):
        return None
    try:
        run_id = RunId.parse(str(value.get("id", "")))
    except NotARunIdError:
        return None
    return RelatedRun(
        relation, run_id, _text(value.get("taskIdentifier")) or "", _text(value.get("status")) or ""
    )
