"""`manage.py seeddemo`: alice, bob, their team and the sandbox's keys, once; for the demo alone."""

from __future__ import annotations

from argparse import ArgumentParser
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results.domain.identity import ApiKey
from results.models import ProjectKey, Role, Team
from results.sandbox.scenarios import SANDBOX_KEYS, SHOWCASE
from results.services import keys, members

_PROJECT = "Shop"


class Command(BaseCommand):
    """Seed, and say who can sign in and what there is to look up. Seeding twice changes nothing."""

    help = "Make the demo's people, team and keys; the sandbox must be running."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The one password of both people."""
        parser.add_argument("--password", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        """Make what is missing and print the rest."""
        now = timezone.now()
        alice, bob = (_person(name, options["password"]) for name in ("alice", "bob"))
        team = Team.objects.filter(slug="acme").first()
        if team is None:
            team = members.create_team(name="Acme", owner=alice, by=None, now=now)
            members.add_member(team=team, user=bob, role=Role.VIEWER, by=None, now=now)
        try:
            _store_keys(team, alice, now)
        except keys.NotStoredError as error:
            raise CommandError(f"The sandbox's keys were not stored: {error}") from None
        self.stdout.write(f"  alice (owner)   password  {options['password']}")
        self.stdout.write(f"  bob (viewer)    password  {options['password']}")
        self.stdout.write("\n  Run ids to paste, and what each shows:\n\n")
        for scenario in SHOWCASE:
            self.stdout.write(f"  {scenario.run_id:<32} {scenario.title}")


def _person(name: str, password: str) -> User:
    user, _ = User.objects.get_or_create(username=name)
    # Setting the same password again would end every session.
    if not user.check_password(password):
        user.set_password(password)
        user.save()
    return user


def _store_keys(team: Team, by: User, now: datetime) -> None:
    url = keys.default_api_url()
    ours = ProjectKey.objects.of(team).filter(project=_PROJECT)
    # The sandbox may have moved to another port, and a stored secret is bound to its address.
    for row in ours.exclude(api_url=url).filter(api_url__startswith="http://127.0.0.1:"):
        row.team = team
        keys.forget(row=row, by=by, now=now)
    have = set(ours.filter(api_url=url).values_list("environment", flat=True))
    for environment in ("dev", "stg", "prod"):
        if environment in have:
            continue
        try:
            keys.store(
                team=team,
                project=_PROJECT,
                api_url=url,
                branch="",
                key=ApiKey.parse(SANDBOX_KEYS[environment]),
                by=by,
                now=now,
            )
        except keys.NotStoredError:
            # Somebody has stored the same key under another name.
            named = ProjectKey.objects.of(team).filter(api_url=url, environment=environment)
            if not named.exists():
                raise
