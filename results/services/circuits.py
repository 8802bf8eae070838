"""Leaves an API address alone that keeps failing, for all workers and teams; it asks nobody."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.db import transaction

from results.domain.circuit import Admission
from results.models import ApiCircuit, Sighting
from results.services.answers import Failure


@dataclass(frozen=True, slots=True)
class Gate:
    """What a question may do at one address; ``why`` and ``until`` are for those that must wait."""

    row: ApiCircuit
    admission: Admission

    @property
    def until(self) -> datetime | None:
        """When the address is tried again."""
        return self.row.open_until

    @property
    def why(self) -> str:
        """Which address failed how often, as a clause."""
        host = urlsplit(self.row.api_url).netloc or self.row.api_url
        times = "once" if self.row.failures == 1 else f"{self.row.failures} times"
        return f"the API at {host} has failed {times}"


def any_open(api_urls: Iterable[str]) -> bool:
    """Whether any of these addresses is one that not every question may ask."""
    rows = ApiCircuit.objects.filter(api_url__in=set(api_urls), open_until__isnull=False)
    return rows.exists()


def gates(api_urls: Iterable[str], *, run_id: str, now: datetime) -> dict[str, Gate]:
    """Return the gates of those addresses that not every question may pass now."""
    rows = ApiCircuit.objects.filter(api_url__in=set(api_urls), open_until__isnull=False)
    admissions = ((row, row.circuit.admits(run_id, now=now)) for row in rows)
    return {row.api_url: Gate(row, admission) for row, admission in admissions}


def take_probe(gate: Gate, *, now: datetime) -> bool:
    """Take the right to find out whether the address answers again; True for exactly one taker."""
    row = gate.row
    taken = ApiCircuit.objects.filter(pk=row.pk, open_until=row.open_until)
    probed = row.circuit.probed(now=now)
    return bool(
        taken.update(
            opened_at=probed.opened_at, open_until=probed.open_until, only_run=probed.only_run
        )
    )


@transaction.atomic
def failed(failure: Failure, *, now: datetime) -> bool:
    """Count a failure of an address and return whether it may be tried again at once."""
    row, _ = ApiCircuit.objects.get_or_create(api_url=failure.api_url)
    row = ApiCircuit.objects.select_for_update().get(pk=row.pk)
    row.circuit = row.circuit.failed(failure.run_id, asked_at=failure.asked_at, now=now)
    row.last_failure = failure.why[:200]
    row.save()
    return row.open_until is None


def answered(api_urls: Iterable[str], *, asked_at: datetime, now: datetime) -> None:
    """Forget the failures of addresses that answered; runs that waited for one are due at once."""
    for api_url in sorted(api_urls):
        if not ApiCircuit.objects.filter(api_url=api_url, failures__gt=0).exists():
            continue
        with transaction.atomic():
            row = ApiCircuit.objects.select_for_update().get(api_url=api_url)
            was_open = row.open_until is not None
            row.circuit = row.circuit.answered(asked_at=asked_at)
            row.save()
        if was_open and row.open_until is None:
            Sighting.objects.wake(api_url, now=now)


def wake_if_closed(api_urls: Iterable[str], *, now: datetime) -> None:
    """Make the runs due again whose wait was written just after their address had come back."""
    waited_for = set(api_urls)
    still_open = ApiCircuit.objects.filter(api_url__in=waited_for, open_until__isnull=False)
    for api_url in sorted(waited_for.difference(still_open.values_list("api_url", flat=True))):
        Sighting.objects.wake(api_url, now=now)
