"""Answers that are files; they are never shown by a browser, whatever is in them."""

from __future__ import annotations

from django.http import Http404, HttpResponse

from results.domain.csv_text import CONTENT_TYPE, csv_of
from results.domain.outputs import decode
from results.domain.packet import Packet
from results.domain.table import table_of
from results.right_of_way import give_way
from results.services.lookup import OpenedResult

_FORMS = ("raw", "text", "json", "csv", "csv;")


def output_download(opened: OpenedResult, *, form: str) -> HttpResponse:
    """The output as `raw`, `text`, `json`, `csv` or `csv;`; 404 for any other form and when there is none."""
    packet = opened.output
    if form not in _FORMS:
        raise Http404(f"The forms of an output are {', '.join(_FORMS)}.")
    if packet is None or packet.data is None:
        raise Http404("No output of this run is stored.")
    if form == "raw":
        body, kind, suffix = packet.data, "text/plain; charset=utf-8", "output.txt"
    elif form == "text":
        body, kind, suffix = _text(packet), "text/plain; charset=utf-8", "output.txt"
    elif form.startswith("csv"):
        table = table_of(decode(packet), checkpoint=give_way)
        if table is None:
            raise Http404("The output is no list of objects, so there is no CSV of it.")
        body = b"".join(csv_of(table, separator=";" if form == "csv;" else ","))
        kind, suffix = CONTENT_TYPE, "output.csv"
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


def _text(packet: Packet) -> bytes:
    """The text that the output is, without the quotes that it may have been sent in."""
    document = decode(packet)
    if not document.is_text:
        raise Http404("The output is no text.")
    if document.kind in ("json", "superjson"):
        return document.leaf_text("").encode("utf-8", "replace")
    return document.raw
