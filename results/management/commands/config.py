"""`manage.py config`: the settings in force and where each came from, secrets masked; it changes none."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    """One line for each setting that the environment may set."""

    help = "Print the settings in force, secrets masked."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For people, or for programs."""
        parser.add_argument("--json", action="store_true", help="one JSON list instead of lines")
        parser.add_argument("--changed", action="store_true", help="only what is not the default")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print them in the order of docs/settings.md."""
        chosen = [
            one for one in settings.ENVIRONMENT if not options["changed"] or one.source != "default"
        ]
        if options["json"]:
            self.stdout.write(json.dumps([asdict(one) for one in chosen], indent=2))
            return
        for one in chosen:
            source = "" if one.source == "default" else f"   # {one.source}"
            self.stdout.write(f"{one.name}={one.value}{source}")
