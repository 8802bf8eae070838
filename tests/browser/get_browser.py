"""Finds a Chromium for the browser tests, or gets one; it knows no test.

In this order: one that is there; Debian's, when we are root; Playwright's own download; else a
failure that names both ways. `python -m tests.browser.get_browser` prints what it found.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed() -> str | None:
    """Return the path of a browser that is there, or None."""
    named = os.environ.get("BROWSER_PATH")
    if named:
        return named if Path(named).exists() else None
    return next(filter(None, map(shutil.which, _NAMES)), None) or _playwrights_own()


def _playwrights_own() -> str | None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def _from_debian() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("Installing Debian's Chromium …", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]
    for command in (install, ["apt-get", "update"], install):
        done = subprocess.run(command, env=environment, check=False, **quiet)  # type: ignore[call-overload]
        if done.returncode == 0 and command is install:
            return


def _from_playwright() -> None:
    print("Downloading Playwright's Chromium …", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "chromium"]
    subprocess.run(command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> int:
    """Make sure that there is a browser; 1 when none can be had."""
    for get in (None, _from_debian, _from_playwright):
        if get is not None:
            get()
        path = installed()
        if path:
            print(f"Browser: {path}")
            return 0
    print(
        "runlens: the browser tests need Chromium and none could be had.\n"
        "Either install your system's (Debian, as root: apt install chromium),\n"
        f"or let Playwright download its own: {sys.executable} -m playwright install --with-deps chromium",
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
