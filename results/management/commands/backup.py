"""`manage.py backup FILE`: the whole database as one verified file, without the key ring."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results import VERSION
from results.services import backups


class Command(BaseCommand):
    """Back up while the instance serves; status 1 and no file when anything is wrong."""

    help = "Write the whole database to a new file, read it back, and say what it holds."
    # A backup is what one makes before one mends.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to."""
        parser.add_argument("file", type=Path, help="a new file")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the file and say how much is in it."""
        file: Path = options["file"]
        try:
            made = backups.back_up(file=file, version=VERSION, now=timezone.now())
        except backups.NotBackedUpError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(
            f"{file}: {made.rows.get('results_storedresult', 0):,} results of "
            f"{made.rows.get('results_team', 0):,} teams, {made.bytes:,} bytes, read back and whole."
        )
        self.stdout.write("The key ring is not in it: keep VAULT_KEYS somewhere else.")
