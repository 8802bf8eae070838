"""`manage.py setuplink`: the way in for the first operator; it never resets anybody's password."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import timezone

from results.services import setup


class Command(BaseCommand):
    """Make the operator of ADMIN_USERNAME, or print a link that makes one.

    A new link ends the old ones, but not that of a server which starts beside this one.
    """

    help = "Print a link that makes the first operator, open for 15 minutes and once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to be quiet where nothing is to be done."""
        parser.add_argument(
            "--at-start", action="store_true", help="say nothing when there is an operator"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Do what is needed, if anything is."""
        if not setup.is_needed():
            if not options["at_start"]:
                raise CommandError("This instance has an operator already, who can invite others.")
            return
        if settings.ADMIN_USERNAME:
            self._make_operator()
            return
        token = setup.open_link(now=timezone.now(), beside_others=options["at_start"])
        if token is not None:
            url = f"{settings.SITE_URL}{reverse('setup-operator', args=[token])}"
            self.stdout.write(
                "\nNobody runs this instance yet. For 15 minutes, and once, this link"
            )
            self.stdout.write(f"makes its first operator:\n\n  {url}\n")

    def _make_operator(self) -> None:
        name, password = settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD
        try:
            User.username_validator(name)
            password_validation.validate_password(password, User(username=name))
        except ValidationError as error:
            raise CommandError(
                f"ADMIN_USERNAME and ADMIN_PASSWORD make no operator: {' '.join(error.messages)}"
            ) from None
        made = setup.begin_by_environment(username=name, password=password, now=timezone.now())
        if made is None:
            raise CommandError(f"There is an account {name} already, which is no operator.")
        self.stdout.write(f"{name} runs this instance now, with the password of ADMIN_PASSWORD.")
