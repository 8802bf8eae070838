"""Processes for the test of killed rotations: one writes results, one rotates and is killed; no test.

`python -m tests.services.rotating writer` stores results until its standard input is closed and prints
each run id once it is stored. `… killer N` starts rotations and kills them with SIGKILL, N times while
they are at work and on until some of them left a rotation half-way, and prints a line of JSON after
each; the last rotation may end. Rings come from the environment, one a line.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable

import django

if __name__ == "__main__":
    django.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, transaction
from django.utils import timezone

from results.models import Team
from results.services import generations, ring_report, sharing
from tests import make

_ATTEMPTS = 80
# At random moments, few of which may fall into the time in which rows are sealed anew.
HALF_WAY = 3
_IS_HALF_WAY = 3


def output_of(run_id: str) -> bytes:
    """What the writer stores of a run: short for some, compressed or not for others."""
    noise = random.Random(run_id)
    return json.dumps(
        {"run": run_id, "noise": noise.randbytes(noise.choice((5, 900))).hex()}
    ).encode()


def write() -> None:
    """Store results as the product does, with a share link for some, until nobody listens."""
    number = 0
    while not select.select([sys.stdin], [], [], 0.15)[0]:
        run_id = f"run_w{number}"
        try:
            with transaction.atomic():
                team = Team.objects.order_by("slug")[number % 2]
                result = make.make_result(team=team, run_id=run_id, output=output_of(run_id))
                if number % 3 == 0:
                    by = team.memberships.all()[0].user
                    sharing.share(result=result, by=by, now=timezone.now())
        except OperationalError:
            # SQLite has one writer at a time; whoever waited too long tries again.
            continue
        number += 1
        sys.stdout.write(run_id + "\n")
        sys.stdout.flush()


def kill(times: int) -> None:
    """Kill rotations at random moments until so many were killed at work, and some half-way."""
    rings, seed = os.environ["RINGS"].splitlines(), random.Random(times)
    started = time.monotonic()
    assert _finish(_forked(lambda: _rotate(rings[0]))) == 0
    usual_s = min(time.monotonic() - started, 1.0)
    killed = half_way = 0
    for _ in range(_ATTEMPTS):
        if killed >= times and half_way >= HALF_WAY:
            break
        # Every rotation has another master key in front of all that were there before.
        ring = rings[min(killed + 1, times)]
        pid = _forked(lambda ring=ring: _rotate(ring))  # type: ignore[misc]
        time.sleep(seed.uniform(0, usual_s))
        os.kill(pid, signal.SIGKILL)
        if _finish(pid) == -signal.SIGKILL:
            killed += 1
        left = _finish(_forked(lambda ring=ring: _look(ring)))  # type: ignore[misc]
        assert left in (0, _IS_HALF_WAY)
        half_way += left == _IS_HALF_WAY
    # The last one may end, and goes on with what the others began.
    assert _finish(_forked(lambda: _rotate(rings[times]))) == 0


def _rotate(ring: str) -> None:
    settings.VAULT_KEYS = ring
    with open(os.devnull, "w", encoding="utf-8") as nowhere:  # noqa: PTH123  it is no file
        call_command("vault", "rotate", "--data-keys", stdout=nowhere)


def _look(ring: str) -> int:
    """Open some of everything after a kill, and say how many generations were in use at that moment.

    Returns whether those are more than there are teams, as the status of a process.
    """
    settings.VAULT_KEYS = ring
    in_use = {pair for pair, count in generations.counted().items() if count}
    checked = list(ring_report.check(sample=12, fingerprints=False))
    closed = [f"{one.team} {one.what} {one.why}" for one in checked if one is not None]
    said = {"opened": len(checked) - len(closed), "closed": closed, "generations": len(in_use)}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    return _IS_HALF_WAY if len(in_use) > Team.objects.count() else 0


def _forked(work: Callable[[], int | None]) -> int:
    """Do something in a process of its own, which spares the second that a start takes.

    The parent never talks to the database, so that no connection is shared.
    """
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            status = work() or 0
        except BaseException:  # noqa: BLE001  nobody above this process would tell
            traceback.print_exc()
        finally:
            os._exit(status)
    return pid


def _finish(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    if sys.argv[1] == "writer":
        write()
    else:
        kill(int(sys.argv[2]))
