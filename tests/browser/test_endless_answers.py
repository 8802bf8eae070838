"""Answers made to exhaust us: each ends in a named state while the same workers serve on."""

from __future__ import annotations

import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import sign_in
from tests.browser.stage import Stage, raised

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

CAP_BYTES = 16 * 1024 * 1024
TOO_MUCH = ("run_faultgzipbombforus", "run_faulthugeforus", "run_faultendlessforus")
ENDINGS = {
    "run_faulttruncatedforus": "Unreadable answer",
    "run_faultgarbageforus": "Unreadable answer",
    "run_faulthtml502forus": "API unreachable",
    "run_faultresetforus": "API unreachable",
    "run_faultdripforus": "API unreachable",
    "run_faultsilentforus": "API unreachable",
}


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, stores: dict[str, str]) -> Iterator[Stage]:
    with raised(tmp_path_factory.mktemp("endless"), stores) as running:
        # One key, so that one answer at a time is what is measured.
        running.keep_keys_of("dev")
        yield running


@pytest.fixture(autouse=True)
def trusted_address(stage: Stage) -> None:
    """Forget what earlier tests did to the address, which is left alone after some failures."""
    stage.forget_failures()


def memory_of(pid: int) -> int:
    """The most memory that a process ever held, in bytes."""
    status = Path(f"/proc/{pid}/status").read_text()
    kilobytes = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(kilobytes.split()[1]) * 1024


def workers(stage: Stage) -> dict[int, int]:
    """The server's processes with the most memory that each ever held."""
    return {pid: memory_of(pid) for pid in stage.workers()}


@pytest.mark.parametrize("run_id", TOO_MUCH)
def test_no_answer_outgrows_the_cap(browser: Browser, stage: Stage, run_id: str) -> None:
    context = browser.new_context(base_url=stage.url)
    page = context.new_page()
    sign_in(page, "alice")
    page.goto("/t/acme/runs/run_warmup/")
    before = workers(stage)

    page.goto(f"/t/acme/runs/{run_id}/")

    badge = page.locator("#run-panel .badge").first
    expect(badge).to_have_text(re.compile("Unreadable answer|API unreachable"), timeout=45_000)
    after = workers(stage)
    assert after.keys() == before.keys()
    for pid, most in after.items():
        assert most - before[pid] < 3 * CAP_BYTES, pid
    context.close()


def test_no_answer_outlasts_the_deadline_while_other_pages_are_served(
    browser: Browser, stage: Stage
) -> None:
    context = browser.new_context(base_url=stage.url)
    page = context.new_page()
    sign_in(page, "alice")
    before = workers(stage)

    pages = {run_id: context.new_page() for run_id in ENDINGS}
    for run_id, opened in pages.items():
        opened.goto(f"/t/acme/runs/{run_id}/")
    with urllib.request.urlopen(f"{stage.url}/health/live") as answer:
        assert answer.status == 200

    for run_id, opened in pages.items():
        badge = opened.locator("#run-panel .badge").first
        expect(badge).to_have_text(ENDINGS[run_id], timeout=45_000)
    assert workers(stage).keys() == before.keys()
    context.close()
