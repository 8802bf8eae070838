"""The page of a run for whoever holds a share link: what was disclosed, and nothing of the team."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from results.domain.details import read_details
from results.domain.disclosure import Choices, Disclosed, Scope
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.pages.addresses import Addresses
from results.pages.runs import RunPage, result_parts
from results.pages.tables import FIRST_ROWS, AskedTable
from results.pages.values import Held, ValuePart, tree_part
from results.services.lookup import OpenedResult


def shared_page(
    opened: OpenedResult,
    *,
    at: Addresses,
    seen: Disclosed,
    choices: Choices,
    view: str,
    rows: AskedTable = FIRST_ROWS,
    now: datetime,
) -> RunPage:
    """The page of a disclosed result for whoever holds a link: nothing of the team is in it.

    ``opened`` holds no more than what is disclosed. Why an output is missing may name hosts and lists
    of this instance, so it is not told either.
    """
    is_whole = choices.scope is Scope.WHOLE
    trouble = "it was not available" if opened.row.output_trouble and is_whole else ""
    details = read_details(opened.details)
    page = RunPage(
        **result_parts(opened, at, view, rows, now),
        metadata=_tree(details.metadata, Held.METADATA, at),
        payload=_tree(details.payload, Held.PAYLOAD, at),
        output_trouble=trouble,
        tags=details.tags,
        shared=True,
        masked_count=seen.masked_count + seen.repeated,
        is_missing=seen.is_missing,
    )
    if is_whole:
        return page
    return replace(page, task="", durations=(), moments=(), time_notes=())


def _tree(packet: Packet | None, name: Held, at: Addresses) -> ValuePart | None:
    return tree_part(decode(packet), name, branch_url=at.branch) if packet else None
