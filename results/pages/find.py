"""What the front page may show: the box and what was looked up lately; it asks nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from django.forms import Form
from django.urls import reverse

from results.domain.identity import PastedText
from results.models import Team
from results.pages.history import LookRow


@dataclass(frozen=True, slots=True)
class Portion:
    """As many of the pasted runs as are looked up at once, and where."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class FindPage:
    """The one box and what was looked up lately.

    ``portions`` are of more runs than may be looked up at once.
    """

    form: Form
    teams: Sequence[Team]
    team: Team | None
    recent: Sequence[LookRow]
    portions: Sequence[Portion] = ()
    has_keys: bool = True
    may_add_keys: bool = False


def portions_of(team: Team, pasted: PastedText, *, most: int) -> list[Portion]:
    """All that was pasted, in the order in which it stood there, so many runs at a time."""
    ids = pasted.run_ids
    portions = []
    for at in range(0, len(ids), most):
        some = replace(pasted, run_ids=ids[at : at + most])
        last = at + len(some.run_ids)
        label = f"{at + 1:,}–{last:,}" if last > at + 1 else f"{last:,}"
        portions.append(Portion(label, runs_address(team, some)))
    return portions


def runs_address(team: Team, pasted: PastedText) -> str:
    """Where what was found in pasted text is shown: the page of one run, or of several."""
    hint = {"env": pasted.environment_hint} if pasted.environment_hint else {}
    if len(pasted.run_ids) == 1:
        address = reverse("runs-show", args=[team.slug, pasted.run_ids[0]])
        return f"{address}?{urlencode(hint)}" if hint else address
    # Commas need no escape here, and an address stays as short and readable as it can be.
    asked = urlencode({"ids": ",".join(pasted.run_ids)} | hint, safe=",")
    return f"{reverse('several-show', args=[team.slug])}?{asked}"
