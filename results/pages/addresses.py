"""Where the parts of a result are: for members, behind a share link, and in a preview of one."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from results.domain.disclosure import Choices
from results.models import Team


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where downloads, branches and the search of one result are."""

    download: str
    branch: str
    search: str


def member_addresses(team: Team, run_id: str) -> Addresses:
    """The addresses below the permalink."""
    return _below("runs", team.slug, run_id)


def shared_addresses(token: str) -> Addresses:
    """The addresses below a share link."""
    return _below("shares", token)


def preview_addresses(team: Team, run_id: str, choices: Choices) -> Addresses:
    """The addresses below the preview of a link with these choices."""
    return _below("previews", team.slug, run_id, choices.for_address)


def _below(place: str, *arguments: str) -> Addresses:
    return Addresses(
        *(reverse(f"{place}-{part}", args=arguments) for part in ("output", "branch", "search"))
    )
