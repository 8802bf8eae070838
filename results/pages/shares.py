"""What the pages of share links may show; addresses come from SITE_URL, never from a request."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from results.domain.disclosure import MOST_SHOWN, Choices, Disclosed
from results.domain.findings import Finding
from results.domain.masking import masked
from results.domain.paths import readable
from results.models import Role, StoredResult, Team
from results.pages.addresses import preview_addresses
from results.pages.runs import RunPage
from results.pages.share_form import ShareForm
from results.pages.shared_runs import shared_page
from results.services.lookup import OpenedResult
from results.services.sharing import ListedLink


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One share link in the list; its address is known only while it is live and can be opened."""

    link: ListedLink
    is_live: bool

    @property
    def url(self) -> str:
        """The whole address to copy."""
        return share_url(self.link.token) if self.link.token and self.is_live else ""

    @property
    def state(self) -> str:
        """One word."""
        if self.link.row.revoked_at is not None:
            return "revoked"
        return "live" if self.is_live else "expired"

    @property
    def opens(self) -> str:
        """What the link opens, as far as this reader may know."""
        choices = self.link.choices
        if choices is None:
            return self.link.row.get_scope_display()
        more = [name for name in ("payload", "metadata", "tags") if getattr(choices, name)]
        place = f": {shown_place(choices.pointer)}" if choices.pointer else ""
        return ", ".join([f"{choices.scope.label}{place}", *more])

    @property
    def masks(self) -> str:
        """What became of the secrets that were found when it was made."""
        found, shown = self.link.row.found_count, self.link.row.shown_count
        if not found:
            return "no secrets found"
        return f"{found - shown} of {found} secrets masked" if shown else f"{found} masked"


@dataclass(frozen=True, slots=True)
class SharesPage:
    """The share links of a team, or those to one run."""

    team: Team
    role: Role
    now: datetime
    live: Sequence[LinkRow] = ()
    ended: Sequence[LinkRow] = ()
    run_id: str = ""
    shortest_passcode: int = 0

    @property
    def links(self) -> list[LinkRow]:
        """All of them, those that open something first."""
        return [*self.live, *self.ended]

    @property
    def may_change(self) -> bool:
        """Whether to offer renewing and revoking."""
        return self.role.covers(Role.MEMBER)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One secret that was found, as its sharer decides on it."""

    finding: Finding
    where: str

    @property
    def what(self) -> str:
        """What it seems to be."""
        named = self.finding.name
        return f"the value of “{named}”" if named else self.finding.kind.words


@dataclass(frozen=True, slots=True)
class SharePage:
    """What somebody is about to share: their choices, the secrets in it, and what visitors will see."""

    team: Team
    role: Role
    result: StoredResult
    form: ShareForm
    found: Sequence[FoundRow]
    others: int
    repeated: int
    preview: RunPage
    preview_url: str


def link_rows(links: Sequence[ListedLink], *, now: datetime) -> list[LinkRow]:
    """The rows of a list of links at this moment."""
    return [LinkRow(link, link.row.is_live(now)) for link in links]


def share_url(token: str) -> str:
    """The whole address of a share link, from SITE_URL and never from the request."""
    return str(settings.SITE_URL) + reverse("shares-read", args=[token])


def shown_place(pointer: str) -> str:
    """A pointer as people read it; a name in it may be a secret itself."""
    return masked(readable(pointer).encode("utf-8", "replace"), part="place").data.decode(
        "utf-8", "replace"
    )


def share_page(
    *,
    team: Team,
    role: Role,
    form: ShareForm,
    opened: OpenedResult,
    seen: Disclosed,
    choices: Choices,
    now: datetime,
) -> SharePage:
    """The page before a link is made. ``opened`` is already what visitors would get."""
    at = preview_addresses(team, opened.row.run_id, choices)
    preview = shared_page(opened, at=at, seen=seen, choices=choices, view="", now=now)
    if preview.output is not None:
        # Other views are on the preview's own page; here they would lose what was chosen.
        preview = replace(preview, output=replace(preview.output, choices=()))
    rows = [FoundRow(one, _where(one)) for one in seen.findings[:MOST_SHOWN]]
    return SharePage(
        team,
        role,
        opened.row,
        form,
        rows,
        len(seen.findings) - len(rows),
        seen.repeated,
        preview,
        reverse("previews-show", args=[team.slug, opened.row.run_id, choices.for_address]),
    )


def _where(finding: Finding) -> str:
    place = shown_place(finding.place) if finding.place else ""
    return f"in the {finding.part}, {place}" if place else f"in the {finding.part}"
