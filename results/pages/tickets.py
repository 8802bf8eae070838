"""The text about a run that people paste into a ticket; it holds what its reader may see anyway."""

from __future__ import annotations

from django.conf import settings
from django.urls import reverse

from results.domain.outputs import decode
from results.domain.source_links import source_url
from results.domain.status import State
from results.domain.ticket import TicketFacts, ticket_of
from results.models import Team
from results.pages.readings import WITHHELD, durations_of, failure_of
from results.pages.run_facts import environment_words
from results.services.lookup import OpenedResult


def ticket_text(opened: OpenedResult, *, team: Team) -> str:
    """Return Markdown: state, error, own frames, times, the beginning of the output, the permalink."""
    row = opened.row
    failure = failure_of(opened)
    frame = failure.stack.first_own if failure else None
    source = source_url(team.source_address, frame, project=row.project) if frame else ""
    return ticket_of(
        TicketFacts(
            run_id=row.run_id,
            state=State(row.state),
            link=settings.SITE_URL + reverse("runs-show", args=[team.slug, row.run_id]),
            task=row.task or None,
            project=row.project or None,
            environment=environment_words(row.environment, row.branch) or None,
            failure=failure,
            source=source or None,
            durations=durations_of(row),
            output=decode(opened.output) if opened.output else None,
            output_trouble=None if opened.withheld else row.output_trouble or None,
            withheld=WITHHELD if opened.withheld else None,
        )
    )
