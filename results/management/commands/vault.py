"""`manage.py vault status | rotate | check`: what the key ring opens, and how its keys are replaced."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results.models import Team
from results.services import ring_report, rotation, sealing

_NAMED_AT_MOST = 100


class Command(BaseCommand):
    """Each ends with status 1 when something that is sealed does not open."""

    help = (
        "Tell what the key ring opens, replace its keys while serving, open everything as a test."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One of three verbs."""
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("status", help="count data keys and sealed values per key")
        rotate = verbs.add_parser("rotate", help="wrap every data key with the first master key")
        rotate.add_argument(
            "--data-keys",
            action="store_true",
            help="also give every team a new data key and seal everything anew",
        )
        check = verbs.add_parser("check", help="open everything and name what does not open")
        check.add_argument("--sample", type=int, help="only so many values of each kind and team")
        check.add_argument(
            "--fingerprints",
            action="store_true",
            help="also note the fingerprints of project keys that were stored without",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it, or say in one line why not."""
        problem = sealing.ring_problem()
        if problem:
            raise CommandError(problem)
        match options["verb"]:
            case "status":
                self._status()
            case "rotate":
                self._rotate(data_keys=options["data_keys"])
            case _:
                self._check(options["sample"], fingerprints=options["fingerprints"])

    def _status(self) -> None:
        status = ring_report.status()
        self._row("master key", "data keys", "values", "")
        for key in status.master_keys:
            words = _words(key)
            self._row(key.key_id, f"{key.data_keys:,}", f"{key.values:,}", words)
        self.stdout.write("")
        self._row("generation", "data keys", "values", "wrapped by")
        for one in status.generations:
            now = "" if one.seals else ", replaced, kept while something needs it"
            self._row(
                str(one.generation),
                f"{one.data_keys:,}",
                f"{one.values:,}",
                f"{one.key_id}{now}",
            )
        if status.rotation is not None:
            self.stdout.write(f"\nA {status.rotation} has not ended: run it again.")
        if status.orphans:
            self.stdout.write(f"\n{status.orphans:,} values have no data key.")
        missing = [key.key_id for key in status.master_keys if key.is_missing]
        if missing:
            raise CommandError(
                f"The key ring lacks {', '.join(missing)}: what they seal does not open. "
                "Bring the right ring back; nothing was changed."
            )
        if not status.is_whole:
            raise CommandError("Some values have no data key: name them with `vault check`.")

    def _rotate(self, *, data_keys: bool) -> None:
        if data_keys:
            done = rotation.rotate_data_keys(by=None, now=timezone.now, told=self._tell)
        else:
            done = rotation.rewrap(by=None, now=timezone.now())
            done.dropped = rotation.drop_unneeded(now=timezone.now())
        first = sealing.ring().first_id
        self.stdout.write(f"{done.rewrapped:,} data keys were wrapped with {first}.")
        if done.factors:
            self.stdout.write(f"{done.factors:,} second factors were sealed with {first}.")
        if data_keys:
            self.stdout.write(
                f"{done.replaced:,} teams got a new data key; {done.resealed:,} values were sealed anew."
            )
        if done.dropped:
            self.stdout.write(f"{done.dropped:,} replaced data keys were deleted.")
        self._end([*done.closed_teams, *done.closed_values])

    def _tell(self, team: Team, values: int) -> None:
        self.stdout.write(f"{team.slug}: {values:,} values sealed anew")

    def _check(self, sample: int | None, *, fingerprints: bool) -> None:
        if sample is not None and sample < 1:
            raise CommandError("A sample has at least one value.")
        opened = 0
        closed: list[rotation.Closed] = []
        for one in ring_report.check(sample=sample, fingerprints=fingerprints):
            if one is None:
                opened += 1
            else:
                closed.append(one)
        self.stdout.write(f"{opened:,} values open.")
        self._end(closed)

    def _end(self, closed: Sequence[rotation.Closed]) -> None:
        for one in closed[:_NAMED_AT_MOST]:
            self.stderr.write(f"{one.team}: {one.what}: {one.why}")
        if closed:
            raise CommandError(f"{len(closed):,} do not open; nothing of them was changed.")

    def _row(self, *cells: str) -> None:
        name, *numbers, words = cells
        self.stdout.write(
            f"{name:<16}" + "".join(f"{number:>12}" for number in numbers) + f"   {words}".rstrip()
        )


def _words(key: ring_report.MasterKey) -> str:
    if not key.in_ring:
        return "MISSING from the ring"
    if key.is_missing:
        return f"WRONG: {key.closed:,} data keys do not open with the ring's key of this name"
    if key.can_be_dropped:
        return "can be dropped from the ring"
    return "in the ring, wraps" if key.wraps else "in the ring, still needed: run vault rotate"
