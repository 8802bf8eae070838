"""The way to the API: whether it answers, over which encryption, and what time it has; no key is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings

from results import courier
from results.domain.problems import RunProblem
from results.services import asking
from results.services.doctor.findings import Finding, fail, ok, warn
from results.trigger import greeting

_DEADLINE_S = 10.0
# Leases last 25 s, and the API counts its pauses by its own clock.
_SKEW_WARN_S, _SKEW_FAIL_S = 5, 60


def look(*, now: Callable[[], datetime]) -> Iterator[Finding]:
    """Ask the address that new keys get, once."""
    url = settings.TRIGGER_API_URL
    host = urlsplit(url).netloc
    began = now()
    try:
        said = courier.courier().run(lambda: _greeted(url), timeout_s=_DEADLINE_S + 5)
    except (TimeoutError, courier.ErrandError):
        said = None
    ended = now()
    if said is None:
        yield fail("api", f"{host} did not answer in time", "Let this machine reach it.")
        return
    if isinstance(said, RunProblem):
        mend = "Let this machine reach it over TLS, or correct TRIGGER_API_URL."
        yield fail("api", f"{host}: {said.reason}", mend)
        return
    ms = (ended - began).total_seconds() * 1000
    if url.startswith("https://"):
        yield ok("api", f"{host} answers over trusted TLS in {ms:.0f} ms")
    else:
        mend = "Fine inside one machine or network that you trust."
        yield warn("api", f"{host} answers in {ms:.0f} ms, over plain http", mend)
    yield _clock(said, began + (ended - began) / 2)


def _clock(theirs: datetime | None, ours: datetime) -> Finding:
    if theirs is None:
        return warn("clock", "could not be compared: the API sent no Date", "Run an NTP client.")
    # A Date has whole seconds: on average half of one is missing.
    skew = abs((ours - theirs).total_seconds() - 0.5)
    said = f"differs from the API's by {skew:.0f} s"
    if skew > _SKEW_FAIL_S:
        return fail("clock", said, "Set the clock, and run an NTP client on every machine.")
    if skew > _SKEW_WARN_S:
        return warn("clock", said, "Run an NTP client on every machine.")
    return ok("clock", "agrees with the API's")


async def _greeted(url: str) -> datetime | RunProblem | None:
    """Return the problem instead of raising it: an errand that raises is logged as a bug."""
    try:
        return await greeting.date_of(asking.http(), url, deadline_s=_DEADLINE_S)
    except RunProblem as problem:
        return problem
