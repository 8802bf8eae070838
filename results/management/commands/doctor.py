"""`manage.py doctor`: one line for each thing that an instance needs, and how to mend it; it mends nothing."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from results.services.doctor.examination import examine
from results.services.doctor.findings import Finding, Verdict


class Command(BaseCommand):
    """Each thing is ok, warn or fail; status 1 when one fails."""

    help = "Look this instance over: stores, key ring, settings, folders, and the way to the API."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """For people, or for programs."""
        parser.add_argument("--json", action="store_true", help="one JSON list instead of lines")
        parser.add_argument("--offline", action="store_true", help="do not ask the API")

    def handle(self, *args: Any, **options: Any) -> None:
        """Tell what was found as it is found."""
        found: list[Finding] = []
        for finding in examine(asks_the_api=not options["offline"], now=timezone.now):
            found.append(finding)
            if not options["json"]:
                self._say(finding)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in found], indent=2))
        failed = [finding.name for finding in found if finding.verdict is Verdict.FAIL]
        if failed:
            raise CommandError(f"To be mended: {', '.join(failed)}.")

    def _say(self, finding: Finding) -> None:
        self.stdout.write(f"{finding.verdict:<5} {finding.name:<20} {finding.said}")
        if finding.mend:
            self.stdout.write(f"{'':<27}{finding.mend}")
        self.stdout.flush()
