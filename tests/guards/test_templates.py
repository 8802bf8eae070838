"""Templates hold no script, no style, no way round escaping, and no name that nothing answers to."""

from __future__ import annotations

import ast
import copy
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as live_settings
from django.test import Client
from django.utils import timezone

from results.domain.status import State
from results.models import ShareLink, Sighting, StoredResult, Team
from tests import make
from tests.guards.stage import set_stage

FOLDER = Path(live_settings.BASE_DIR) / "templates"
SOURCES = {
    str(p.relative_to(FOLDER)): p.read_text(encoding="utf-8") for p in FOLDER.rglob("*.html")
}
MARK = "UNKNOWN-NAME"

FORBIDDEN = {
    "escaping is switched off": r"\|\s*safe\b|\|\s*safeseq\b|autoescape\s+off|mark_safe",
    "inline script": r"<script(?![^>]*\bsrc=)",
    "inline style": r"<style\b|\sstyle\s*=",
    "inline handler": r"\son[a-z]+\s*=",
    "script in an address": r"javascript:",
    "something from elsewhere": r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//",
    "evaluated by htmx": r"hx-on|hx-vars|hx-vals=[\"']js:|js:",
}


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_template_breaks_the_policy(rule: str) -> None:
    pattern = re.compile(FORBIDDEN[rule], re.IGNORECASE)

    assert [name for name, source in SOURCES.items() if pattern.search(source)] == []


def test_no_code_goes_round_escaping() -> None:
    # What the server sent may be parsed inside an inert <template>, and nowhere else.
    pattern = re.compile(
        r"mark_safe|SafeString|SafeData|format_html\(f|__html__|(?<!template)\.(?:inner|outer)HTML"
        r"|insertAdjacent|document\.write"
    )
    sources = [*Path(live_settings.BASE_DIR, "results").rglob("*.py")]
    sources += [*Path(live_settings.BASE_DIR, "dashboard").rglob("*.py")]
    sources += [*Path(live_settings.BASE_DIR, "static").rglob("*.js")]

    found = [p for p in sources if pattern.search(p.read_text(encoding="utf-8"))]
    assert [str(p.relative_to(live_settings.BASE_DIR)) for p in found] == [DRAWN_BY_CODE]


# Trees and lines are drawn by code, because a template costs a hundred times more per node. Whatever is in
# them is proved by tests/templatetags to be text; nothing else may be drawn this way.
DRAWN_BY_CODE = "results/templatetags/marks.py"


def test_the_code_that_draws_trees_vouches_for_it_in_one_place() -> None:
    source = (Path(live_settings.BASE_DIR) / DRAWN_BY_CODE).read_text(encoding="utf-8")
    tree = ast.parse(source)
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    vouching = {
        function.name: [name.id for name in ast.walk(function) if isinstance(name, ast.Name)]
        for function in functions
    }

    assert {name for name, names in vouching.items() if "mark_safe" in names} == {"vouched"}
    assert vouching["vouched"].count("mark_safe") == 1
    # Every other mention is the type of an answer, or the import.
    mentions = len(re.findall(r"\bSafeString\b", source))
    assert mentions == source.count("-> SafeString:") + 1
    assert source.count("mark_safe") == 2
    assert not re.search(r"SafeData|__html__|format_html", source)


def test_every_form_that_posts_carries_a_token() -> None:
    for name, source in SOURCES.items():
        for form in re.findall(r"<form\b.*?</form>", source, re.DOTALL):
            if 'method="post"' in form:
                assert "{% csrf_token %}" in form, name


@pytest.fixture
def _marked(settings: Any) -> None:
    """Let a name that nothing answers to appear in the page."""
    templates = copy.deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["string_if_invalid"] = MARK
    settings.TEMPLATES = templates


@pytest.mark.usefixtures("_marked")
def test_every_name_in_every_page_is_known(
    as_alice: Client, as_bob: Client, client: Client, alice: Any, team: Team
) -> None:
    stage = set_stage(team=team, by=alice)
    pages = stage.member_pages | stage.pages_for_roles | stage.open_pages
    pages |= _more_pages(stage.team, alice)
    for name, address in pages.items():
        headers = {"HX-Request": "true"} if "panel" in name else {}
        for reader in (as_alice, as_bob, client):
            response = reader.get(address, headers=headers)
            assert MARK not in response.content.decode(), name
    for text in ("", "run_a run_b", make.KEY):
        assert MARK not in as_alice.post("/", {"text": text}).content.decode()
    assert MARK not in as_alice.post(f"/t/{team.slug}/keys/add/").content.decode()
    assert MARK not in client.post("/accounts/login/", {"username": "x"}).content.decode()
    ShareLink.objects.update(revoked_at=timezone.now())
    assert MARK not in as_alice.get(pages["shares-show"]).content.decode()


def _more_pages(team: Team, by: Any) -> dict[str, str]:
    """A page of every kind of run, each stored so that nobody is asked."""
    pages = {"failed": "/t/acme/runs/run_failed1/", "nothing": "/nothing/"}
    branches = "/t/acme/runs/run_stored1/branch/"
    pages |= {"up": f"{branches}?of=payload&at=/card", "no branch": f"{branches}?of=nothing"}
    for state in State:
        run_id = "run_of" + state.replace("_", "")
        if state.is_final:
            make.make_result(team=team, run_id=run_id, state=state, error=b"{}")
            StoredResult.objects.filter(run_id=run_id).update(
                project="P", environment="prod", branch="b", output_trouble="was gone"
            )
            pages[state] = f"/t/acme/runs/{run_id}/"
        else:
            said = [{"key_id": "1", "key": "k", "state": state.value, "said": "said"}]
            make.make_sighting(team=team, run_id=run_id, state=state, now=timezone.now())
            Sighting.objects.filter(run_id=run_id).update(
                keys_asked=said, trouble="broke", checked_at=timezone.now()
            )
            pages["panel " + state] = f"/t/acme/runs/{run_id}/panel/"
    for number, (sent, kind) in enumerate(
        [(None, None), (b"text", "text/plain"), (b"{", "application/json"), (b"x" * 400_000, "a/b")]
    ):
        make.make_result(team=team, run_id=f"run_out{number}", output=sent, output_type=kind)
        pages[f"out {number}"] = f"/t/acme/runs/run_out{number}/"
    return pages
