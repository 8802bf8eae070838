"""`purge`: says how many results it deleted."""

from __future__ import annotations

import io
from datetime import timedelta

from django.core.management import call_command
from django.utils import timezone

from results.models import StoredResult, Team
from tests import make


def test_it_works(team: Team) -> None:
    now = timezone.now()
    for number in range(3):
        make.make_result(team=team, run_id=f"run_{number}", now=now - timedelta(days=number))
    Team.objects.update(keep_days=1)
    out = io.StringIO()

    call_command("purge", stdout=out)
    call_command("purge", stdout=out)

    assert out.getvalue() == "2 results were deleted.\n0 results were deleted.\n"
    assert StoredResult.objects.get().run_id == "run_0"
