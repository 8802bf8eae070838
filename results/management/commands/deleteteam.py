"""`manage.py deleteteam SLUG --yes`: destroys a team's data key, then deletes all that it had."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results.models import ProjectKey, StoredResult, Team
from results.services import retention


class Command(BaseCommand):
    """Delete a team for good; run again, it goes on with what died half-way."""

    help = "Delete a team with its keys, results, links and members. Nothing can bring them back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which team, and the word that makes it real."""
        parser.add_argument("team", help="the team's address part (slug)")
        parser.add_argument("--yes", action="store_true", help="really delete it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete it, or say what would be deleted."""
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team {options['team']}.")
        results = StoredResult.objects.filter(team=team).count()
        held = f"{results:,} results and {ProjectKey.objects.of(team).count():,} keys"
        if not options["yes"]:
            raise CommandError(
                f"{team.name} has {held}. Nothing was deleted; add --yes to delete them for good."
            )
        retention.delete_team(team=team, by=None, now=timezone.now())
        self.stdout.write(f"{team.name} is deleted: {held}.")
