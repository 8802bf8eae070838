"""Answers about parts of a value: a fragment for the script, a page for everybody else."""

from __future__ import annotations

from dataclasses import asdict

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers

from results.pages.branches import AskedBranch, BranchPage
from results.pages.ranges import place_in
from results.pages.search import SearchPage
from results.pages.tables import AskedTable

_FRAGMENT = "X-Fragment"
_TEXT = "text/plain; charset=utf-8"
_AGAIN_S = 5


def asked_branch(request: HttpRequest) -> AskedBranch:
    """Read `?of=…&in=…&at=…&after=…&view=…&as=…&reveal`; what is malformed asks for the beginning.

    With `view=table` also what a table is asked for.
    """
    asked = request.GET
    return AskedBranch(
        name=asked.get("of", "output"),
        pointer=asked.get("at", ""),
        after=place_in(asked.get("after", "")),
        inside=tuple(asked.getlist("in")),
        view=asked.get("view", ""),
        form=asked.get("as", ""),
        reveal="reveal" in asked,
        with_paths=_FRAGMENT not in request.headers,
        rows=AskedTable.of(asked.dict()),
    )


def branch_answer(request: HttpRequest, page: BranchPage | None, template: str) -> HttpResponse:
    """Answer with list items when the tree's script asks, else with a page; 404 without a page.

    With `?as=text` the node's whole value is the answer, with `?as=paths` the ways to it, with
    `?as=image` the picture that it is.
    """
    if page is None:
        raise Http404
    match page.asked.form:
        case "paths" if page.paths is not None:
            return JsonResponse(asdict(page.paths))
        case "text":
            return HttpResponse(page.text, content_type=_TEXT)
        case "image" if page.image is not None:
            return _image(page)
    wanted = "runs/_branch_items.html" if _FRAGMENT in request.headers else template
    response = render(request, wanted, {"page": page})
    patch_vary_headers(response, (_FRAGMENT,))
    return response


def search_answer(request: HttpRequest, page: SearchPage | None, template: str) -> HttpResponse:
    """Answer with the list of matches when the search's script asks, else with a page; 503 without an answer."""
    if page is None:
        raise Http404
    wanted = "runs/_matches.html" if _FRAGMENT in request.headers else template
    response = render(request, wanted, {"page": page}, status=200 if page.is_answered else 503)
    if not page.is_answered:
        response["Retry-After"] = str(_AGAIN_S)
    patch_vary_headers(response, (_FRAGMENT,))
    return response


def _image(page: BranchPage) -> HttpResponse:
    """A picture of a kind that holds no scripts, of the type that its bytes are."""
    if page.image is None:
        raise Http404
    response = HttpResponse(page.image.data, content_type=page.image.type)
    response["Content-Disposition"] = "inline"
    response["X-Content-Type-Options"] = "nosniff"
    return response
