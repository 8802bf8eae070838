"""`manage.py export --team T DIR`: writes all that a team stored, opened, into files of its own."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results.models import Team
from results.services import exporting


class Command(BaseCommand):
    """Export a team; status 1 when something did not open."""

    help = "Write every result of a team to files, opened. Keys are in it only by their hints."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose results, and where to."""
        parser.add_argument("--team", required=True, help="the team's address part (slug)")
        parser.add_argument("folder", type=Path, help="a new or empty folder")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the files and say how many results they hold."""
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team {options['team']}.")
        try:
            done = exporting.export(
                team=team, folder=options["folder"], by=None, now=timezone.now()
            )
        except exporting.NotExportedError as error:
            raise CommandError(str(error)) from None
        self.stdout.write(f"{done.results:,} results of {team.name} are in {options['folder']}.")
        for line in done.closed[:100]:
            self.stderr.write(line)
        if done.closed:
            raise CommandError(f"{len(done.closed):,} values do not open; team.json names them.")
