"""`manage.py addkey --team T --project P`: stores a project key read from standard input."""

from __future__ import annotations

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results.forms import KeyForm
from results.models import Team
from results.models.keys import KeyAnswer
from results.services import keys


class Command(BaseCommand):
    """Try a key and keep it sealed; the secret never stands on a command line."""

    help = "Store a project key. The secret is read from standard input."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whose key, of which project, and where it is asked."""
        parser.add_argument("--team", required=True, help="the team's address part (slug)")
        parser.add_argument("--project", required=True, help="the project's name, for people")
        parser.add_argument("--api-url", default="", help="default: TRIGGER_API_URL")
        parser.add_argument("--branch", default="", help="the branch of a preview key")

    def handle(self, *args: Any, **options: Any) -> None:
        """Store it, or say why not and end with status 1."""
        team = Team.objects.filter(slug=options["team"]).first()
        if team is None:
            raise CommandError(f"There is no team {options['team']}.")
        form = KeyForm(
            {
                "project": options["project"],
                "secret": _first_line(),
                "branch": options["branch"],
                "api_url": options["api_url"] or keys.default_api_url(),
            }
        )
        if not form.is_valid():
            raise CommandError(_sentence(form))
        cleaned = form.cleaned_data
        try:
            row = keys.store(
                team=team,
                project=cleaned["project"],
                api_url=cleaned["api_url"],
                branch=cleaned["branch"],
                key=cleaned["secret"],
                by=None,
                now=timezone.now(),
            )
        except keys.NotStoredError as error:
            raise CommandError(str(error)) from None
        said = (
            "accepted"
            if row.last_answer == KeyAnswer.ACCEPTED
            else f"stored untried: the API {row.last_answer_text}"
        )
        self.stdout.write(f"{row.label} {row.hint}: {said}")


def _first_line() -> str:
    try:
        return sys.stdin.readline()
    except UnicodeDecodeError:
        raise CommandError("The secret on standard input is not text.") from None


def _sentence(form: KeyForm) -> str:
    """What the form says, on one line; it never repeats a secret."""
    return " ".join(
        f"{form[name].label}: {error}" for name, errors in form.errors.items() for error in errors
    )
