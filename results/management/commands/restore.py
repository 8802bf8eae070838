"""`manage.py restore FILE`: puts a backup in the place of an empty database, and migrates it."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results.services import backups


class Command(BaseCommand):
    """Restore, migrate, and tell whether this instance's key ring opens what came."""

    help = "Put what is in a backup into this instance's database. Nothing happens by halves."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where from, and whether what is there may go."""
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")
        parser.add_argument(
            "--replace", action="store_true", help="also when something is in the database: it goes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, migrate, tell; a ring that lacks something is told, and changes nothing."""
        try:
            restored = backups.restore(file=options["file"], replace=options["replace"])
        except backups.NotRestoredError as error:
            raise CommandError(str(error)) from None
        call_command("migrate", verbosity=0, interactive=False)
        backups.note_restored(manifest=restored, now=timezone.now())
        self.stdout.write(
            f"{restored.rows.get('results_storedresult', 0):,} results of "
            f"{restored.rows.get('results_team', 0):,} teams are back, as of "
            f"{restored.made_at:%Y-%m-%d %H:%M} UTC. Everybody signs in anew."
        )
        ring = backups.ring()
        if ring.opens_everything:
            self.stdout.write("The key ring of this instance opens everything.")
        elif ring.problem:
            self.stderr.write(f"Everything that is sealed stays closed: {ring.problem}.")
        else:
            self.stderr.write(
                f"The key ring lacks {', '.join(ring.missing)}: what they seal stays closed until "
                "the ring is back. Nothing was changed for that; run `manage.py vault status` then."
            )
