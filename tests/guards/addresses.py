"""Every address of the site outside Django's admin, found by walking the resolver; it knows no view."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from results.domain.disclosure import Choices

# What stands for each part of an address; nothing of this kind is stored.
PARTS = {
    "team": "acme",
    "run_id": "run_stored1",
    "key_id": uuid.UUID(int=7),
    "share_id": uuid.UUID(int=7),
    "delivery_id": uuid.UUID(int=7),
    "note_id": uuid.UUID(int=7),
    "token_id": uuid.UUID(int=7),
    "member_id": 7,
    "invitation_id": uuid.UUID(int=7),
    "pk": 7,
    "uidb36": "7",
    "key": "A" * 43,
    "provider_id": "oidc",
    "token": "A" * 43,
    "choices": Choices().for_address,
    "task": "report",
}


@dataclass(frozen=True, slots=True)
class Address:
    """A named pattern and its view."""

    name: str
    view: Callable[..., Any]
    parts: tuple[str, ...]

    @property
    def path(self) -> str:
        """The address with the stand-ins in it."""
        return reverse(self.name, kwargs={part: PARTS[part] for part in self.parts})


def addresses(
    patterns: Sequence[URLPattern | URLResolver] | None = None,
) -> Iterator[Address]:
    """All of them, in order; every one has a name."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                yield from addresses(pattern.url_patterns)
        else:
            parts = tuple(pattern.pattern.converters)
            yield Address(pattern.name or "", pattern.callback, parts)
