"""What a person notices in a real browser: usable time, memory, cold loads; it must not know the targets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.bench import servers
from tests.bench.goals import Finding
from tests.bench.ratios import Row, middle, over, ratio_of
from tests.bench.servers import NotRun, Server
from tests.bench.stage import Stage
from tests.browser.get_browser import installed

# Scroll to the middle, then fold or open something, and each time wait until it has been drawn.
_USE = """async () => {
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  await drawn();
  scrollTo(0, document.documentElement.scrollHeight / 2);
  await drawn();
  const summary = document.querySelector(".tree details details > summary") ?? document.querySelector("details > summary");
  summary.click();
  await drawn();
  return document.querySelectorAll("*").length;
}"""

_PAINTED = 'performance.getEntriesByName("first-contentful-paint")[0].startTime'


@contextmanager
def browser() -> Iterator[Browser]:
    """A Chromium of our own; raises NotRun where there is none."""
    path = installed()
    if path is None:
        raise NotRun("no Chromium: python -m tests.browser.get_browser gets one")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        try:
            yield running
        finally:
            running.close()


def signed_in(on: Browser, server: Server, cookie: str) -> BrowserContext:
    """A fresh profile with somebody's session."""
    name, _, value = cookie.partition("=")
    context = on.new_context(viewport={"width": 1200, "height": 900})
    context.add_cookies([{"name": name, "value": value, "url": server.url}])
    return context


def flat(stage: Stage) -> Iterator[Finding]:
    """Goal 10: a page of 10 MB beside one of 10 KB."""
    product = stage.product
    used: list[Row] = []
    weighed: list[Row] = []
    first: list[Row] = []
    elements: dict[str, int] = {}
    with stage.serving() as on, browser() as chromium:
        server = on.product()
        for number in range(-1, 8 if stage.full else 4):
            row: Row = {}
            memory: Row = {}
            painted: Row = {}
            for name in ("small", "large") if number % 2 else ("large", "small"):
                context = signed_in(chromium, server, product.cookie)
                page = context.new_page()
                began = time.perf_counter()
                page.goto(server.url + product.run_path(name), wait_until="load")
                elements[name] = page.evaluate(_USE)
                row[name] = time.perf_counter() - began
                painted[name] = page.evaluate(_PAINTED)
                memory[name] = _renderer_mib()
                context.close()
            if number >= 0:
                used.append(row)
                weighed.append(memory)
                first.append(painted)
    ratio = over("large", "small")
    figures = (middle(used, name) * 1000 for name in ("large", "small"))
    note = "10 MB {:.0f} ms, 10 KB {:.0f} ms".format(*figures)
    note += f"; {elements['large']:,} and {elements['small']:,} elements."
    yield Finding("10 time", ratio_of(used, ratio), note)
    figures = (middle(first, name) for name in ("large", "small"))
    note = "first content painted after {:.0f} ms, of 10 KB after {:.0f} ms.".format(*figures)
    yield Finding("large first", ratio_of(first, ratio), note)
    figures = (middle(weighed, name) for name in ("large", "small"))
    yield Finding(
        "10 memory",
        ratio_of(weighed, ratio),
        "10 MB {:.0f} MiB, 10 KB {:.0f} MiB.".format(*figures),
    )


def _renderer_mib() -> float:
    """The largest renderer among the processes that this one started."""
    import os

    found = []
    for pid in servers.family(os.getpid()):
        try:
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"--type=renderer" in command:
            found.append(servers.pss_mib([pid]))
    servers.need_proc()
    return max(found, default=0.0) or 1.0


def cold_load(stage: Stage) -> Iterator[Finding]:
    """Goal 11: how many requests and bytes a first visit takes."""
    product = stage.product
    with stage.serving() as on, browser() as chromium:
        server = on.product()
        ours = wire(chromium, server, product.run_path("small"), product.cookie)
    note = f"{ours['requests']:.0f} requests, {ours['bytes'] / 1024:.0f} KiB on the wire"
    seen = [{"requests": ours["requests"], "one": 1.0}]
    yield Finding("11 requests", ratio_of(seen, over("requests", "one")), f"{note}.")


def wire(on: Browser, server: Server, path: str, cookie: str) -> Row:
    """Requests and bytes of a page with an empty cache, as the browser's own network log says."""
    context = signed_in(on, server, cookie)
    page = context.new_page()
    log = context.new_cdp_session(page)
    log.send("Network.enable")
    finished: list[dict[str, Any]] = []
    log.on("Network.loadingFinished", lambda event: finished.append(event))
    page.goto(server.url + path, wait_until="networkidle")
    context.close()
    return {
        "requests": float(len(finished)),
        "bytes": float(sum(each["encodedDataLength"] for each in finished)),
    }
