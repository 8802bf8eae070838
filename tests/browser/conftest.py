"""The stage of the browser tests: `make demo`'s own program on free ports, and one Chromium."""

from __future__ import annotations

import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from psycopg.sql import SQL, Identifier

from tests.browser.get_browser import installed

# A busy machine takes its time; what does not come at all is as wrong after this.
expect.set_options(timeout=15_000)

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "browser tests only"
# A name that leads to this machine but that browsers do not trust as they trust localhost.
INSECURE_HOST = "runlens.test"
# Enough for the largest output of the sandbox.
OUTPUT_MAX_BYTES = 64 * 1024 * 1024


@dataclass
class Demo:
    """A running demo: its address, the sandbox's, what it printed, and its process."""

    url: str
    sandbox_url: str
    told: str
    _process: subprocess.Popen[str] | None = None

    @property
    def process(self) -> subprocess.Popen[str]:
        """The program `make demo`."""
        assert self._process is not None, "this instance is in another shape"
        return self._process


# Below those that the system gives away by itself: such a one may be somebody else's by the time that
# a server takes it. Every process begins elsewhere, and gives each only once.
_PORTS = range(20_000, 32_000)
_turns = itertools.count(os.getpid() * 101)


def free_port() -> int:
    """A port at which nobody listens."""
    for turn in itertools.islice(_turns, len(_PORTS)):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port := _PORTS[turn % len(_PORTS)]))
            return port
    raise AssertionError("no port is free")


def _environment(folder: Path, port: int, sandbox_port: int) -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "SSL_CERT_FILE")
    return {name: os.environ[name] for name in kept if name in os.environ} | {
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "DEMO_DIR": str(folder),
        "STATIC_ROOT": str(folder / "static"),
        "DEMO_PASSWORD": PASSWORD,
        "PYTHONUNBUFFERED": "1",
    }


def start_demo(
    folder: Path, *, in_background: bool = False, extra: Mapping[str, str] | None = None
) -> Demo:
    """Start the demo as a user would, and read what it prints until it says how to end it.

    What a script starts ``in_background`` is born deaf to Ctrl-C.
    """
    port, sandbox_port = free_port(), free_port()
    command = [sys.executable, "-m", "dashboard.demo"]
    deaf = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *command]
    process = subprocess.Popen(
        deaf if in_background else command,
        cwd=ROOT,
        env=_environment(folder, port, sandbox_port) | dict(extra or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    for line in process.stdout:
        lines.append(line)
        if "Ctrl-C" in line:
            break
    told = "".join(lines)
    assert process.poll() is None, told
    return Demo(f"http://localhost:{port}", f"http://127.0.0.1:{sandbox_port}", told, process)


def end_demo(demo: Demo) -> int:
    """Press Ctrl-C and return the exit status."""
    if demo.process.poll() is None:
        demo.process.send_signal(signal.SIGINT)
    status = demo.process.wait(timeout=60)
    if demo.process.stdout is not None:
        demo.process.stdout.close()
    return status


@pytest.fixture
def starts_demo() -> Iterator[Callable[..., Demo]]:
    """What starts demos that end with the test, however that ends."""
    started: list[Demo] = []

    def start(folder: Path, *, in_background: bool = False) -> Demo:
        started.append(start_demo(folder, in_background=in_background))
        return started[-1]

    yield start
    for demo in started:
        end_demo(demo)


@contextmanager
def own_stores() -> Iterator[dict[str, str]]:
    """Where one instance keeps its rows: a database of its own on PostgreSQL, and Redis, when the
    suite runs on them; otherwise nothing, and it makes a file."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if not url.startswith("postgres"):
        yield {}
        return
    name = f"runlens_browser_{os.getpid()}_{time.time_ns()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield {
                "DATABASE_URL": url.rpartition("/")[0] + "/" + name,
                "CACHE_URL": os.environ.get("TEST_CACHE_URL", "locmem://"),
            }
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture(scope="module")
def stores() -> Iterator[dict[str, str]]:
    """Stores of their own for the instance of one file."""
    with own_stores() as own:
        yield own


def is_grown() -> bool:
    """Whether the suite is to come through a proxy to several servers."""
    return os.environ.get("BROWSER_SHAPE") == "grown"


@contextmanager
def _grown_demo(folder: Path) -> Iterator[Demo]:
    # That shape is made of this module.
    from results.sandbox.server import Sandbox
    from tests.grown.shape import raised_grown

    extra = {"OUTPUT_MAX_BYTES": str(OUTPUT_MAX_BYTES)}
    with (
        own_stores() as own,
        Sandbox() as sandbox,
        raised_grown(folder, own, sandbox, extra) as grown,
    ):
        yield Demo(grown.url, sandbox.url, f"{grown.url}\n{grown.stage.told}")


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """One demo for the whole session; with BROWSER_SHAPE=grown an instance of two web servers, a
    watcher and a proxy in its place."""
    if is_grown():
        with _grown_demo(tmp_path_factory.mktemp("grown")) as grown:
            yield grown
        return
    with own_stores() as own:
        extra = {f"DEMO_{name}": url for name, url in own.items()}
        extra["OUTPUT_MAX_BYTES"] = str(OUTPUT_MAX_BYTES)
        running = start_demo(tmp_path_factory.mktemp("demo"), extra=extra)
        yield running
        end_demo(running)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the whole session."""
    path = installed()
    assert path, "no browser: run `make test`, or see tests/browser/get_browser.py"
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path,
            args=[
                *("--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                f"--host-resolver-rules=MAP {INSECURE_HOST} 127.0.0.1",
            ],
        )
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, demo: Demo) -> Iterator[BrowserContext]:
    """A fresh profile."""
    fresh = browser.new_context(base_url=demo.url, viewport={"width": 1200, "height": 900})
    yield fresh
    fresh.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails the test when anything violates the CSP or throws."""
    opened = context.new_page()
    problems: list[str] = []
    opened.on("pageerror", lambda error: problems.append(str(error)))
    opened.on(
        "console",
        lambda message: (
            problems.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield opened
    assert problems == []


def sign_in(page: Page, name: str) -> None:
    """Sign in at the form."""
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    # The page of sign-in ends in a slash as well: it must have been left.
    page.wait_for_url(lambda url: "/accounts/login/" not in url)


@pytest.fixture(scope="session")
def sessions() -> dict[str, list[Any]]:
    """The cookies of those who have signed in, so that each hashes their password once."""
    return {}


def _enter(page: Page, name: str, sessions: dict[str, list[Any]]) -> Page:
    page.context.add_cookies(sessions.get(name, []))
    page.goto("/")
    if "/accounts/login/" in page.url:
        sign_in(page, name)
        sessions[name] = list(page.context.cookies())
    return page


@pytest.fixture
def alice(page: Page, sessions: dict[str, list[Any]]) -> Page:
    """A page on which alice, who owns the team, is signed in."""
    return _enter(page, "alice", sessions)


@pytest.fixture
def bob(page: Page, sessions: dict[str, list[Any]]) -> Page:
    """A page on which bob, who may only look, is signed in."""
    return _enter(page, "bob", sessions)


_once = itertools.count(1)


def unseen(name: str) -> str:
    """A name, as of a run, that nobody has met here, also not when a test is tried a second time."""
    return f"{name}{next(_once)}"


def look_up(page: Page, text: str, *, by_button: bool = False) -> None:
    """Paste into the one box and press Enter, which needs the script, or the button."""
    page.goto("/")
    box = page.get_by_label("Run id, or anything that holds one")
    box.fill(text)
    with page.expect_navigation():
        if by_button:
            page.get_by_role("button", name="Look up", exact=True).click()
        else:
            box.press("Enter")


def share(page: Page, **told: str) -> str:
    """Make a link to the run that is open, fill fields in by their labels, and return its address."""
    page.get_by_role("link", name="Share this result").click()
    if "Passcode" in told:
        page.get_by_label("Ask for a passcode").check()
    for label, text in told.items():
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Make the link").click()
    return page.get_by_label("Address of the link").first.input_value()
