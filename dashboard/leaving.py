"""The sign that a server is about to end, up where all its workers see it; it ends nothing.

A file in a folder of the server's own, named in the environment that its workers inherit.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_NAME = "RUNLENS_LEAVING_SIGN"


def prepare() -> None:
    """Choose where the sign will be, before the workers start."""
    os.environ[_NAME] = str(Path(tempfile.mkdtemp(prefix="runlens-")) / "leaving")


def put_up() -> None:
    """Say that this server leaves."""
    if path := os.environ.get(_NAME):
        Path(path).touch()


def take_down() -> None:
    """Leave nothing behind."""
    if path := os.environ.get(_NAME):
        Path(path).unlink(missing_ok=True)
        Path(path).parent.rmdir()


def is_up() -> bool:
    """Whether the server of this worker leaves."""
    path = os.environ.get(_NAME)
    return path is not None and Path(path).exists()
