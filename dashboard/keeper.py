"""Keeps one process beside the workers of a server running; it must not know what that process does."""

from __future__ import annotations

import logging
import multiprocessing
import threading
import time
from collections.abc import Callable
from multiprocessing.process import BaseProcess

_log = logging.getLogger(__name__)
# One that dies at once every time is not started more often than this.
_LEAST_S = 5.0


class Keeper:
    """Starts a process, starts it anew whenever it ends by itself, and ends it."""

    def __init__(self, name: str, does: Callable[[], None]) -> None:
        self._name = name
        self._does = does
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._process: BaseProcess | None = None
        self._watching = threading.Thread(target=self._watch, name=f"keeps {name}", daemon=True)

    def start(self) -> None:
        """Start it, from here on kept."""
        self._start()
        self._watching.start()

    def ask_to_end(self) -> None:
        """SIGTERM; it is not started anew. Waits for nothing."""
        with self._lock:
            self._ending.set()
            if self._process is not None:
                self._process.terminate()

    def end(self, *, timeout_s: float) -> None:
        """Ask it to end, wait for it, and kill it when it is still there after ``timeout_s``."""
        self.ask_to_end()
        process = self._process
        if process is None:
            return
        process.join(timeout_s)
        if process.is_alive():
            process.kill()
            process.join()

    def _start(self) -> BaseProcess | None:
        with self._lock:
            if self._ending.is_set():
                return None
            made = multiprocessing.Process(target=self._does, name=self._name)
            made.start()
            self._process = made
            return made

    def _watch(self) -> None:
        process = self._process
        while process is not None:
            began = time.monotonic()
            process.join()
            if self._ending.is_set():
                return
            _log.error("the process for %s ended by itself and is started anew", self._name)
            if self._ending.wait(max(0.0, began + _LEAST_S - time.monotonic())):
                return
            process = self._start()
