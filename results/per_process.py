"""An object that each process has one of, made when it is first asked for; it must not know what it is."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class PerProcess(Generic[T]):
    """Hands out this process's own object; a process that was forked makes another one."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._made: tuple[int, T] | None = None

    def get(self) -> T:
        """Return the object of this process, made now if it was not."""
        with self._lock:
            pid = os.getpid()
            if self._made is None or self._made[0] != pid:
                self._made = pid, self._make()
            return self._made[1]

    def made(self) -> T | None:
        """Return the object of this process if there is one; makes none."""
        with self._lock:
            return self._made[1] if self._made and self._made[0] == os.getpid() else None
