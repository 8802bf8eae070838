"""Answers that are files; they are never shown by a browser, whatever is in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from django.http import Http404, HttpRequest, HttpResponse

from results.domain.csv_text import CONTENT_TYPE, csv_of
from results.domain.document import PointerNotFound
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.table import table_of
from results.pages.branches import AskedBranch, way_to
from results.pages.values import held_value
from results.right_of_way import give_way
from results.services.lookup import OpenedResult
from results.views.branches import asked_branch

_FORMS = ("raw", "text", "json", "csv", "csv;")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9_]+")
_LONGEST_NAME = 40


def output_download(request: HttpRequest, opened: OpenedResult) -> HttpResponse:
    """The output as `raw`, `text`, `json`, `csv` or `csv;`; 404 for any other form and when there is none.

    The two of CSV are of the list that the address names (see ``asked_branch``), and of its rows that
    hold what the address looks for.
    """
    packet, form = opened.output, request.GET.get("as", "json")
    if form not in _FORMS:
        raise Http404(f"The forms of an output are {', '.join(_FORMS)}.")
    if packet is None or packet.data is None:
        raise Http404("No output of this run is stored.")
    if form == "raw":
        body, kind, suffix = packet.data, "text/plain; charset=utf-8", "output.txt"
    elif form == "text":
        body, kind, suffix = _text(packet), "text/plain; charset=utf-8", "output.txt"
    elif form.startswith("csv"):
        asked = asked_branch(request)
        body = b"".join(_csv(opened, asked, form))
        kind, suffix = CONTENT_TYPE, f"{_name_of(asked)}.csv"
    else:
        body, kind, suffix = decode(packet).as_json(), "application/json", "output.json"
        # JSON cannot say undefined, and an empty file is no JSON.
        if not body:
            raise Http404("The output is undefined, which JSON cannot say.")
    response = HttpResponse(body, content_type=kind)
    name = f"{opened.row.run_id}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _csv(opened: OpenedResult, asked: AskedBranch, form: str) -> Iterator[bytes]:
    document = held_value(opened, asked.name) if asked.is_of_output else None
    if document is None:
        raise Http404("There is CSV of lists in the output only.")
    try:
        document, pointer = way_to(document, asked)[-1]
        table = table_of(document, pointer, checkpoint=give_way)
    except PointerNotFound:
        raise Http404("There is nothing at that place of the output.") from None
    if table is None:
        what = "What is at that place" if pointer else "The output"
        raise Http404(f"{what} is no list of objects, so there is no CSV of it.")
    only = asked.rows.filter_of(table)
    return csv_of(table, separator=";" if form == "csv;" else ",", only=only)


def _name_of(asked: AskedBranch) -> str:
    """The name of a list for a file: its own in the output, as far as a file can bear it."""
    last = asked.pointer.rpartition("/")[2].replace("~1", "/").replace("~0", "~")
    return _NOT_IN_A_NAME.sub("-", last)[:_LONGEST_NAME].strip("-") or "output"


def _text(packet: Packet) -> bytes:
    """The text that the output is, without the quotes that it may have been sent in."""
    document = decode(packet)
    if not document.is_text:
        raise Http404("The output is no text.")
    if document.kind in ("json", "superjson"):
        return document.leaf_text("").encode("utf-8", "replace")
    return document.raw
