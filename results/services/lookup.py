"""Looks a run up for a member: the stored result, or what is seen of it now; it shows nothing."""

from __future__ import annotations

from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from django.conf import settings
from django.contrib.auth.models import User

from results import right_of_way, vault
from results.domain.details import without_values
from results.domain.failure_report import FailureReport, without_words
from results.domain.failures import read_failure
from results.domain.identity import PastedText, read_pasted
from results.domain.packet import Packet
from results.domain.result import Source
from results.models import ResultBody, Sighting, StoredResult, Team, Tombstone
from results.models.audit import Action
from results.services import audit, paces, remembering, sealing, sightings
from results.services.store_trouble import passed_over


@dataclass(frozen=True, slots=True)
class OpenedResult:
    """A stored result with its bytes opened; ``locked`` says that the ring could not open them.

    ``disclosed`` says that it was cut and masked for whoever holds a share link, so that everything
    that is left in it may be shown to them.
    ``withheld`` says that its reader's team keeps values from them: then no byte of the output, the
    error and the payload is in here, and ``told`` is what may be said of the failure.
    """

    row: StoredResult
    output: Packet | None
    error: bytes | None
    details: bytes | None
    locked: bool = False
    disclosed: bool = False
    withheld: bool = False
    told: FailureReport | None = None


class GoneError(Exception):
    """The run's result was kept once and is gone; ``tombstone`` is what is left of it."""

    def __init__(self, tombstone: Tombstone) -> None:
        super().__init__(tombstone.run_id)
        self.tombstone = tombstone


def look_up(
    *, team: Team, run_id: str, by: User, environment_hint: str = "", now: datetime
) -> StoredResult | Sighting:
    """Return the stored result, or the sighting after waiting a moment for a quick API.

    A stored result costs no call. Raises GoneError for one that was deleted: nobody is asked about it
    until a member wants that; and TooManyLookupsError when this person asks too often. The wait is bounded by FIRST_LOOK_WAIT_MS; what comes later,
    the page's own refresh brings.
    """
    stored = StoredResult.objects.of_run(team, run_id)
    if stored is not None:
        with passed_over("a look"):
            remembering.note_lookup(result=stored, team=team, by=by, now=now)
        return stored
    tombstone = Tombstone.objects.of_run(team, run_id)
    if tombstone is not None:
        raise GoneError(tombstone)
    sighting = sightings.open_sighting(
        team=team,
        run_id=run_id,
        environment_hint=environment_hint,
        before_new=partial(paces.count_lookup, by=by),
        now=now,
    )
    remembering.note_lookups(team=team, run_ids=[run_id], stored={}, by=by, now=now)
    stored = StoredResult.objects.of_run(team, run_id)
    if stored is not None:
        # It was brought between the two looks; a sighting beside it would seem unfinished.
        sighting.delete()
        return stored
    # The team came with the door; fetching it again for the secrets would be one query more.
    sighting.team = team
    asked = sightings.ask(sighting=sighting, now=now)
    if asked is not None:
        _wait(asked)
    return seen(team=team, run_id=run_id) or sighting


def seen(*, team: Team, run_id: str) -> StoredResult | Sighting | None:
    """Return what is known of the run without asking anybody; None when nobody ever looked."""
    sighting = Sighting.objects.of_run(team, run_id)
    return sighting or StoredResult.objects.of_run(team, run_id)


def open_result(*, result: StoredResult, team: Team) -> OpenedResult:
    """Open what a stored result holds; never raises, a closed vault is part of the answer."""
    try:
        body = sealing.open_body(result, team=team)
    except (vault.VaultError, ResultBody.DoesNotExist):
        return OpenedResult(result, None, None, None, locked=True)
    if sum(len(data or b"") for data in body.values()) > right_of_way.LONG_BYTES:
        right_of_way.expect_long()
        right_of_way.give_way()
    data = body["output"]
    has_packet = result.state == "succeeded" and not (data is None and result.output_trouble)
    output = (
        Packet(data, result.output_type, flattened=result.output_flattened) if has_packet else None
    )
    return OpenedResult(result, output, body["error"], body["details"])


def withhold(opened: OpenedResult) -> OpenedResult:
    """Return the same result for somebody who is to see no value of it."""
    told = None
    if opened.error is not None:
        told = without_words(read_failure(opened.error, source=Source(opened.row.source)))
    details = without_values(opened.details)
    return OpenedResult(opened.row, None, None, details, opened.locked, withheld=True, told=told)


def comparable(*, result: StoredResult, team: Team, text: str) -> tuple[StoredResult | None, str]:
    """Return the stored result to hold this one against, or None and why there is none.

    Without a text it is the last success of the same task and environment before this one.
    """
    if text.strip():
        pasted = read_pasted(text)
        if not pasted.run_ids:
            return None, _why_no_run(pasted)
        other = StoredResult.objects.of_run(team, pasted.run_ids[0])
        return other, "" if other else "That run is not stored here. Look it up first."
    other = StoredResult.objects.last_success_beside(result)
    return other, "" if other else "No other success of this task is stored. Name a run."


def _why_no_run(pasted: PastedText) -> str:
    if pasted.holds_secret:
        # It came in an address, so nobody can promise where it is not written down.
        return "That looks like an API key, not a run id."
    return pasted.shortened_hint or "That holds no run id."


def progress(*, sighting: Sighting, team: Team, with_values: bool) -> bytes | None:
    """Return what the API told beside the status of a run that has not ended; never raises."""
    try:
        answer = sealing.open_progress(sighting, team=team)
    except vault.VaultError:
        return None
    return answer if with_values else without_values(answer)


def note_download(*, result: StoredResult, form: str, by: User, now: datetime) -> None:
    """Tell the audit that this person took the output away, and in which form."""
    subject = f"{result.run_id} as {form}"
    audit.note(team=result.team, by=by, action=Action.OUTPUT_DOWNLOADED, subject=subject, now=now)


def _wait(asked: Future[None]) -> None:
    # Either way the page shows what the row says; a failure has been logged by the courier.
    with right_of_way.idle(), suppress(FutureTimeoutError):
        asked.exception(timeout=settings.FIRST_LOOK_WAIT_MS / 1000)
