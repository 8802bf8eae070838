"""The demo as a program: it keeps what was there, ends cleanly, and outlives its API."""

from __future__ import annotations

import os
import signal
import socket
import stat
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from results.sandbox.scenarios import scenario
from tests.browser.conftest import Demo, end_demo, look_up, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


def sandbox_pid(demo: Demo) -> int:
    """The process that listens on the sandbox's port, a child of the demo."""
    children = Path(f"/proc/{demo.process.pid}/task/{demo.process.pid}/children").read_text()
    for child in children.split():
        if b"sandbox" in Path(f"/proc/{child}/cmdline").read_bytes():
            return int(child)
    raise AssertionError("no sandbox runs")


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


def listening_at(ports: set[int]) -> set[str]:
    """The addresses, as the kernel writes them, on which anything listens at these ports."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {
        row[1].split(":")[0]
        for row in rows
        if int(row[1].split(":")[1], 16) in ports and row[3] == "0A"
    }


def wait_until_free(port: int) -> None:
    """Wait until nobody answers at the port; fail when somebody keeps on."""
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return
        time.sleep(0.05)
    raise AssertionError(f"somebody still listens at port {port}")


def test_without_the_api_stored_results_open_and_a_new_lookup_says_whose_side_it_is_on(
    browser: Browser, tmp_path: Path, starts_demo: Callable[..., Demo]
) -> None:
    demo = starts_demo(tmp_path)
    context = browser.new_context(base_url=demo.url)
    page = context.new_page()
    sign_in(page, "alice")
    look_up(page, scenario("order-report").run_id)
    expect(page.locator("#run-panel")).to_contain_text("Zoë Müller", timeout=30_000)
    os.kill(sandbox_pid(demo), signal.SIGSTOP)

    page.reload()
    expect(page.locator("#run-panel")).to_contain_text("Zoë Müller")
    look_up(page, "run_afterthesilence")
    expect(page.locator("#run-panel .badge").first).to_have_text("Looking")
    expect(page.locator("#run-panel .badge").first).to_have_text("API unreachable", timeout=60_000)
    expect(page.locator("#run-panel")).to_contain_text("not yours")

    os.kill(sandbox_pid(demo), signal.SIGCONT)
    context.close()
    assert end_demo(demo) == 0


def test_it_is_for_this_machine_and_its_owner_alone_and_a_second_start_keeps_what_was_there(
    browser: Browser, tmp_path: Path, starts_demo: Callable[..., Demo]
) -> None:
    demo = starts_demo(tmp_path)
    with urllib.request.urlopen(f"{demo.url}/health/ready") as answer:
        assert answer.status == 200
    ports = {port_of(demo.url), port_of(demo.sandbox_url)}
    assert listening_at(ports) == {"0100007F"}
    for name in ("secret_key", "vault_keys"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    context = browser.new_context(base_url=demo.url)
    page = context.new_page()
    sign_in(page, "alice")
    look_up(page, scenario("exact-numbers").run_id)
    expect(page.locator("#run-panel")).to_contain_text("3544790567247868102", timeout=30_000)
    context.close()
    assert end_demo(demo) == 0
    for port in ports:
        wait_until_free(port)
    kept = (tmp_path / "vault_keys").read_text()

    again = starts_demo(tmp_path, in_background=True)

    assert (tmp_path / "vault_keys").read_text() == kept
    context = browser.new_context(base_url=again.url)
    page = context.new_page()
    sign_in(page, "alice")
    expect(page.get_by_role("link", name=scenario("exact-numbers").run_id)).to_be_visible()
    context.close()
    assert end_demo(again) == 0
