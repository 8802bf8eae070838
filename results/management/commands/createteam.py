"""`manage.py createteam NAME --owner USER`: a team with its own data key; it makes no account."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results.services import members


class Command(BaseCommand):
    """Make a team and its first owner."""

    help = "Make a team. The owner must already have an account."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """NAME and --owner."""
        parser.add_argument("name")
        parser.add_argument("--owner", required=True, help="user name of the first owner")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and print its address part."""
        owner = User.objects.filter(username=options["owner"]).first()
        if owner is None:
            raise CommandError(f"There is no user named {options['owner']}.")
        if not options["name"].strip() or len(options["name"]) > 80:
            raise CommandError("A team's name has 1 to 80 characters.")
        try:
            team = members.create_team(
                name=options["name"].strip(), owner=owner, by=None, now=timezone.now()
            )
        except members.NoTeamError as error:
            raise CommandError(f"No team was made: {error}.") from None
        self.stdout.write(f"{team.name}: /t/{team.slug}/")
