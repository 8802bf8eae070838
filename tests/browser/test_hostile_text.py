"""Hostile text in every field of a run, in a real browser: nothing runs, with the CSP and without."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from results.sandbox.world import Run, with_attempts
from tests.browser.conftest import sign_in
from tests.browser.stage import Stage, raised
from tests.hostile import HOSTILE

SUPERJSON = "application/super+json"

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

FINISHED: dict[str, Any] = {
    "created_ms": 1_795_000_000_000,
    "started_ms": 1_795_000_001_000,
    "finished_ms": 1_795_000_005_000,
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, stores: dict[str, str]) -> Iterator[Stage]:
    with raised(tmp_path_factory.mktemp("hostile"), stores) as running:
        # One key: a run is then asked about twice and not six times.
        running.keep_keys_of("dev")
        yield running


@pytest.fixture(params=["with the CSP", "without the CSP"])
def context(
    request: pytest.FixtureRequest, browser: Browser, stage: Stage
) -> Iterator[BrowserContext]:
    # Bypassing leaves the header unread, and unlike rewriting each answer it keeps the cache.
    fresh = browser.new_context(base_url=stage.url, bypass_csp=request.param == "without the CSP")
    yield fresh
    fresh.close()


class Watch:
    """Everything that hostile text could make a page do."""

    def __init__(self, page: Page, origin: str) -> None:
        self.seen: list[str] = []
        page.add_init_script("window.hit = () => { window.wasHit = true; }")
        page.on("dialog", self._opened)
        page.on("pageerror", lambda error: self.seen.append(f"error {error}"))
        page.on("request", lambda asked: self._requested(asked.url, origin))
        page.on("console", lambda said: self._said(said.text))

    def _opened(self, dialog: Dialog) -> None:
        self.seen.append("dialog")
        dialog.dismiss()

    def _requested(self, url: str, origin: str) -> None:
        if urlsplit(url).path == "/xss-canary" or not url.startswith(origin):
            self.seen.append(f"request {url}")

    def _said(self, text: str) -> None:
        if "Content Security Policy" in text:
            self.seen.append(f"csp {text}")


def told(text: str) -> dict[str, Any]:
    """The fields beside a result that hold one text each."""
    return FINISHED | {
        "task": text,
        "version": text,
        "tags": (text, f"{text}2"),
        "idempotency_key": text,
        "ttl": text,
        "batch_id": text,
        "region": text,
        "trigger_function": text,
        "schedule": {"id": text, "generator": {"expression": text, "description": text}},
        "metadata": json.dumps({text: text}),
        "payload": json.dumps({text: text}),
    }


def runs_of_one(text: str, number: int) -> Iterator[Run]:
    """Runs for the fields that hold one text: everything around an error, and an output's type."""
    stack = f"{text}\n    at {text} (file:///app/{text}.ts:1:2)\n    at async {text}"
    error = {"type": "BUILT_IN_ERROR", "name": text, "message": text, "stackTrace": stack}
    failed: dict[str, Any] = told(text) | {"status": "COMPLETED_WITH_ERRORS", "error": error}
    yield with_attempts(Run(id=f"run_hostile{number}error", **failed))
    done: dict[str, Any] = told(text) | {"status": "COMPLETED_SUCCESSFULLY", "output": text}
    yield with_attempts(Run(id=f"run_hostile{number}type", output_type=text, **done))


def runs_of_all() -> Iterator[Run]:
    """Runs for the shapes that hold many texts: every kind of output, and the other errors."""
    together = "\n".join(HOSTILE)
    typed = {str(n): text for n, text in enumerate(HOSTILE)}
    annotations = ("Date", "bigint", "regexp", "URL", "Error", "set", "map")
    notes: dict[str, object] = {
        n: [annotations[int(n) % len(annotations)]] for n in typed if int(n) % 9
    }
    notes |= {n: [["custom", text]] for n, text in typed.items() if not int(n) % 9}
    objects = {text: [text, {text: text}] for text in HOSTILE}
    outputs = {
        "notes": (json.dumps({"json": typed, "meta": {"values": notes}}), SUPERJSON),
        "keys": (json.dumps({"json": objects}), SUPERJSON),
        "json": (json.dumps(objects), "application/json"),
        "text": (together, "text/plain"),
        "broken": (together, "application/json"),
        "unknown": (together, "text/html"),
    }
    for kind, (output, output_type) in outputs.items():
        done: dict[str, Any] = FINISHED | {"status": "COMPLETED_SUCCESSFULLY", "output": output}
        yield with_attempts(Run(id=f"run_hostile{kind}", output_type=output_type, **done))
    flat: dict[str, Any] = FINISHED | {"status": "COMPLETED_SUCCESSFULLY"}
    yield Run(id="run_hostileflat", output=json.dumps(objects), **flat)
    exited = "TASK_PROCESS_EXITED_WITH_NON_ZERO_CODE"
    errors: dict[str, object] = {
        "string": {"type": "STRING_ERROR", "raw": together},
        "custom": {"type": "CUSTOM_ERROR", "raw": json.dumps(objects)},
        "internal": {
            "type": "INTERNAL_ERROR",
            "code": exited,
            "message": together,
            "stackTrace": together,
        },
    }
    for kind, error in errors.items():
        failed: dict[str, Any] = FINISHED | {"status": "CRASHED", "error": error}
        yield with_attempts(Run(id=f"run_hostile{kind}", **failed))


def test_hostile_text_in_any_field_does_nothing(context: BrowserContext, stage: Stage) -> None:
    page = context.new_page()
    watch = Watch(page, stage.url)
    sign_in(page, "alice")
    runs = [*runs_of_all(), *(r for n, text in enumerate(HOSTILE) for r in runs_of_one(text, n))]
    for run in runs:
        stage.sandbox.world.add_run(run)
        page.goto(f"/t/acme/runs/{run.id}/")
        shown, was_hit = page.evaluate(
            """() => {
                document.querySelectorAll("details").forEach((details) => { details.open = true; });
                return [document.querySelectorAll("#run-panel .badge").length, window.wasHit === true];
            }"""
        )
        assert shown > 0, (run.id, page.content()[:500])
        assert was_hit is False, run.id
        assert watch.seen == [], run.id
    page.goto("/")
    assert watch.seen == []


def test_what_watches_would_notice(
    context: BrowserContext, stage: Stage, request: pytest.FixtureRequest
) -> None:
    page = context.new_page()
    watch = Watch(page, stage.url)
    page.goto("/accounts/login/")

    page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "hit()";
            document.body.append(script);
        }"""
    )

    if "without the CSP" in request.node.name:
        assert page.evaluate("window.wasHit") is True
    else:
        assert page.evaluate("window.wasHit === true") is False
        assert any(seen.startswith("csp") for seen in watch.seen)


def test_deep_nesting_of_64_kb_is_shown(browser: Browser, stage: Stage) -> None:
    deep = "[" * 32_768 + "]" * 32_768
    stage.sandbox.world.add_run(
        with_attempts(
            Run(
                id="run_deepnesting",
                status="COMPLETED_SUCCESSFULLY",
                output=deep,
                output_type="application/json",
            )
        )
    )
    context = browser.new_context(base_url=stage.url)
    page = context.new_page()
    sign_in(page, "alice")

    page.goto("/t/acme/runs/run_deepnesting/")

    expect(page.locator("#run-panel .badge").first).to_have_text("Succeeded")
    expect(page.locator("#output .tree")).to_contain_text("1 item")
    context.close()
