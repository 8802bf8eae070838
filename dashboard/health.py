"""Whether this process lives, and whether it can serve; it never asks Trigger.dev."""

from __future__ import annotations

from django.db import Error
from django.http import HttpResponse, JsonResponse

from dashboard import leaving
from results import checks
from results.access import VisitorRequest, for_anyone
from results.services import ring_report, schema, store_trouble


@for_anyone("probes know no account")
def live(request: VisitorRequest) -> HttpResponse:
    """200 as long as the process answers."""
    return HttpResponse("live\n", content_type="text/plain")


@for_anyone("probes know no account")
def ready(request: VisitorRequest) -> HttpResponse:
    """200 when the database answers, is migrated and has room, and the ring opens what is sealed; else 503.

    A server that is about to end says so, while it still serves: whoever sends it requests shall
    send them elsewhere.
    """
    if leaving.is_up():
        response = JsonResponse({"server": "leaving"}, status=503)
        # It is no error, and Django would log it as one at every probe.
        response._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
        return response
    parts = {"database": _database(), "ring": _ring()}
    status = 200 if all(parts.values()) else 503
    return JsonResponse(
        {name: "ok" if fine else "fail" for name, fine in parts.items()}, status=status
    )


def _database() -> bool:
    # One that is newer than this code is fine: that is how a new release is rolled out.
    try:
        return not schema.read().pending and store_trouble.has_room()
    except Error:
        return False


def _ring() -> bool:
    """Whether the ring can be read and opens the teams' data keys; true when they cannot be read."""
    if checks.ring_problem():
        return False
    try:
        return not ring_report.missing_key_ids()
    except Error:
        return True
