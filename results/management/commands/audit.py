"""`manage.py audit verify`: walks every chain of the audit and names the first broken link of each."""

from __future__ import annotations

import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from results.models import Team
from results.services import audit_chains


class Command(BaseCommand):
    """Say of each chain whether it is unbroken; ends with status 1 when one is not."""

    help = "Verify the audit: every event, every chain, and that the database refuses changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to do, and of which team."""
        parser.add_argument("verb", choices=["verify"])
        parser.add_argument(
            "--team", default="", help="only this team: its address part, or its id"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Walk, print a line for each chain, and fail when anything is wrong."""
        team_id = _team_id(options["team"]) if options["team"] else None
        chains = 0
        broken: list[str] = []
        for chain in audit_chains.verify(team_id=team_id):
            chains += 1
            if chain.trouble:
                broken.append(chain.name)
            self.stdout.write(_line(chain))
        if not chains and team_id is not None:
            raise CommandError("That team has no chain.")
        if not chains:
            self.stdout.write("Nothing has been written down yet.")
        problems = [f"broken: {', '.join(broken)}"] if broken else []
        if missing := audit_chains.missing_triggers():
            problems.append(f"the database refuses no changes, {', '.join(missing)} missing")
        if problems:
            raise CommandError(f"The audit is not whole: {'; '.join(problems)}.")


def _line(chain: audit_chains.Chain) -> str:
    if not chain.trouble:
        told = f"{chain.events} event{'' if chain.events == 1 else 's'}"
        return f"{chain.name}: {told}, unbroken; head {chain.head.hash}"
    row = f" (row {chain.row})" if chain.row is not None else ""
    return f"{chain.name}: BROKEN after event {chain.events}{row}: {chain.trouble}."


def _team_id(text: str) -> uuid.UUID:
    team = Team.objects.filter(slug=text).first()
    if team is not None:
        return team.pk
    try:
        # A deleted team keeps its chain, but no name.
        return uuid.UUID(text)
    except ValueError:
        raise CommandError(f"There is no team {text}.") from None
