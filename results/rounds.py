"""Goes round what is due and has the courier carry it; it must not know who looks or what came.

A process of its own, or a thread in every process that serves pages. Any number of them may go
round side by side: the claim on a row lets exactly one of them act.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections import deque

from django.db import DatabaseError, close_old_connections, connections
from django.utils import timezone

from results import courier
from results.models import Sighting, WebhookDelivery
from results.services import sightings, watching, webhooks
from results.services.housekeeping import Housekeeper

_log = logging.getLogger(__name__)
PAUSE_S = 0.5
PAUSE_AFTER_TROUBLE_S = 5.0
# A round takes no more than this much. Beside pages it is followed by a pause as long as itself, so
# that a worker with many runs to ask about has half of its time for them.
_AT_ONCE = 10
# What is not about a run that somebody looks at can wait for every fourth round.
_SLOWER = 4


def go_round(claim: uuid.UUID | None = None) -> int:
    """Ask about runs that are due now; returns how many this process claimed.

    No more than it can ask about at once: a claim that waits its turn here would end unused, while
    another process could ask.
    """
    carrier = courier.running()
    free = courier.IN_FLIGHT if carrier is None else carrier.free
    if not free:
        return 0
    at_most = min(free, _AT_ONCE)
    return sightings.ask_due(claim=claim or uuid.uuid4(), now=timezone.now(), at_most=at_most)


def go_slower_round(claim: uuid.UUID | None = None) -> int:
    """End watches that get no result and send webhook deliveries; returns how many were claimed."""
    now = timezone.now()
    watching.end_without_result(now=now)
    return webhooks.send_due(claim=claim or uuid.uuid4(), now=now, at_most=_AT_ONCE)


class Rounds(threading.Thread):
    """Goes round twice a second, or more often while much is due, until it is told to stop."""

    def __init__(self, *, beside_pages: bool = False) -> None:
        super().__init__(name="rounds", daemon=True)
        self._beside_pages = beside_pages
        self._stop_asked = threading.Event()
        self._claims: deque[uuid.UUID] = deque(maxlen=500)
        self._turn = 0
        self._housekeeper = Housekeeper()

    def run(self) -> None:
        """Go round until `stop`; trouble with the database is logged and waited out."""
        pause_s = PAUSE_S
        while not self._stop_asked.wait(pause_s):
            pause_s = PAUSE_S
            try:
                close_old_connections()
                began = time.monotonic()
                if self._go() >= _AT_ONCE:
                    took_s = time.monotonic() - began
                    pause_s = min(took_s, PAUSE_S) if self._beside_pages else 0.0
                self._housekeeper.step(now=timezone.now())
            except DatabaseError:
                _log.exception("a round failed; the next one is in a few seconds")
                self._stop_asked.wait(PAUSE_AFTER_TROUBLE_S)
            except Exception:  # noqa: BLE001  the one edge where a bug must not end all asking
                _log.exception("a round failed")
                self._stop_asked.wait(PAUSE_AFTER_TROUBLE_S)
        connections.close_all()

    def _go(self) -> int:
        claim = uuid.uuid4()
        self._claims.append(claim)
        claimed = go_round(claim)
        self._turn += 1
        if self._turn % _SLOWER == 0:
            claimed += go_slower_round(claim)
        if not claimed:
            self._claims.pop()
        return claimed

    def stop(self) -> None:
        """Ask the thread to end after its current round."""
        self._stop_asked.set()

    def settle(self, *, timeout_s: float) -> bool:
        """After `stop`: wait for what is in flight, then give every claim back.

        False when something was still in flight after ``timeout_s``; another process does it again.
        """
        carrier = courier.running()
        settled = carrier is None or carrier.settle(timeout_s=timeout_s)
        claims = list(self._claims)
        Sighting.objects.release(claims)
        WebhookDelivery.objects.release(claims)
        return settled

    def end(self, *, timeout_s: float) -> bool:
        """Stop the thread, if it was started, and settle, as a web process does when it ends."""
        self.stop()
        if self.is_alive():
            self.join(timeout_s)
        try:
            return self.settle(timeout_s=timeout_s)
        except DatabaseError:
            _log.warning("leases could not be given back; they end by themselves")
            return False
        finally:
            connections.close_all()
