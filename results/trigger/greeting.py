"""Asks an API address for nothing but its time, without a key; it must not know who wants to know."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from results.trigger.http import Http


async def date_of(http: Http, url: str, *, deadline_s: float) -> datetime | None:
    """Return the moment in the answer's Date, None when it has none; raises a RunProblem.

    Whatever is answered will do: only an address that answers nothing is a problem.
    """
    http.rules.check_api(url)
    answer = await http.get(f"{url}/", headers={}, deadline_s=deadline_s)
    try:
        moment = parsedate_to_datetime(answer.headers.get("date", ""))
    except (TypeError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
