"""Long work that pauses now and then, so that others may go on; it must not know who they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")


def pausing(items: Iterable[T], checkpoint: Callable[[], None], *, every: int = 200) -> Iterator[T]:
    """The items, with ``checkpoint`` called before the first and after each ``every`` of them."""
    for number, item in enumerate(items):
        if not number % every:
            checkpoint()
        yield item
