"""`/metrics` for Prometheus, to whoever has the token; it counts nothing itself, and asks no API."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from contextlib import suppress

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpResponse
from django.utils import timezone
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from results.access import VisitorRequest, for_anyone
from results.services import insight, measuring


@for_anyone("whoever scrapes has the token of METRICS_TOKEN")
def metrics(request: VisitorRequest) -> HttpResponse:
    """What was counted and what the database tells; 404 as for any other address without the token."""
    if not _has_token(request):
        raise Http404
    told = CollectorRegistry()
    told.register(_Gauges())
    text = generate_latest(measuring.counted())
    # A database that is away is told by what is missing; the counts are still worth having.
    with suppress(Error):
        text += generate_latest(told)
    return HttpResponse(text, content_type=CONTENT_TYPE_LATEST)


def _has_token(request: VisitorRequest) -> bool:
    scheme, _, told = request.headers.get("Authorization", "").partition(" ")
    expected: str = settings.METRICS_TOKEN
    is_right = hmac.compare_digest(told.strip().encode(), expected.encode())
    return bool(expected) and scheme.lower() == "bearer" and is_right


class _Gauges(Collector):
    """The numbers that every process would tell alike."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Read them from the database now."""
        seen = insight.look(now=timezone.now())
        queues = {"runs": seen.runs, "deliveries": seen.deliveries}
        yield _by(
            "runlens_leases_held",
            "What is being asked or sent now.",
            "of",
            {name: queue.leases for name, queue in queues.items()},
        )
        yield _by(
            "runlens_queue_due",
            "What is due and not yet begun.",
            "of",
            {name: queue.due for name, queue in queues.items()},
        )
        yield _by(
            "runlens_queue_age_seconds",
            "For how long the oldest of it has been due.",
            "of",
            {name: queue.oldest_s for name, queue in queues.items()},
        )
        yield _by(
            "runlens_keys",
            "Project keys, by what keeps them from being asked.",
            "state",
            {
                "usable": seen.keys - seen.keys_refused - seen.keys_paused,
                "paused": seen.keys_paused,
                "refused": seen.keys_refused,
            },
        )
        yield _one("runlens_watches_live", "Runs that are watched.", seen.watches)
        yield _one("runlens_circuits_open", "API addresses left alone now.", seen.circuits_open)
        if seen.calls_left is not None:
            yield _one(
                "runlens_key_calls_left",
                "Calls that the key with the fewest may make at once.",
                seen.calls_left,
            )


def _one(name: str, about: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, about, value=value)


def _by(name: str, about: str, label: str, values: dict[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, about, labels=[label])
    for one, value in values.items():
        family.add_metric([one], value)
    return family
