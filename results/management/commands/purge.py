"""`manage.py purge`: deletes results that their teams have kept long enough; the rounds do it hourly."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from results.services import retention


class Command(BaseCommand):
    """Delete in steps, and say how many."""

    help = "Delete results that are older than their team keeps them."

    def handle(self, *args: Any, **options: Any) -> None:
        """Purge every team that does not keep its results for ever."""
        gone = sum(retention.purge_steps(now=timezone.now()))
        retention.forget_journal()
        self.stdout.write(f"{gone:,} results were deleted.")
