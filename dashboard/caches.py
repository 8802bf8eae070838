"""Redis that may go away at any moment: then there is no cache, and nothing else changes.

It knows no key and no value. What must not be forgotten does not belong into a cache.
"""

from __future__ import annotations

import logging
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis import ConnectionPool
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)
LEFT_ALONE_S = 5.0
_LONGEST_SESSION_S = 60

# What each question is answered while Redis is away: as an empty cache would, and nothing was added,
# so that whoever counts on having added something does not go on. Whoever counts up gets the error.
_WITHOUT: dict[str, Callable[..., Any]] = {
    "add": lambda key, value, timeout: False,
    "get": lambda key, default: default,
    "set": lambda key, value, timeout: None,
    "touch": lambda key, timeout: False,
    "delete": lambda key: False,
    "get_many": lambda keys: {},
    "has_key": lambda key: False,
    "set_many": lambda data, timeout: None,
    "delete_many": lambda keys: None,
}
# Of this process, by server: each thread has a client of its own.
_left_alone_until: dict[str, float] = {}


class PassingClient(RedisCacheClient):
    """A client that waits for Redis once and then leaves it alone for a moment."""

    def __init__(self, servers: list[str], **options: Any) -> None:
        super().__init__(servers, **options)
        self._name = ",".join(servers)
        # It goes with its thread, and its connections with it instead of whenever they are collected.
        pools = self._pools  # type: ignore[attr-defined]
        weakref.finalize(self, _disconnect, pools).atexit = False

    def tried(self, name: str, *args: Any) -> Any:
        """Ask Redis, or answer without it."""
        if time.monotonic() < _left_alone_until.get(self._name, 0.0):
            return _WITHOUT[name](*args)
        try:
            return getattr(super(), name)(*args)
        except (RedisError, OSError) as error:
            _left_alone_until[self._name] = time.monotonic() + LEFT_ALONE_S
            _log.warning(
                "the cache is away; it is left alone for a moment (%s)", type(error).__name__
            )
            return _WITHOUT[name](*args)


def _disconnect(pools: Mapping[int, ConnectionPool]) -> None:
    for pool in pools.values():
        pool.disconnect()


def _passing(name: str) -> Callable[..., Any]:
    return lambda client, *args: client.tried(name, *args)


for _name in _WITHOUT:
    setattr(PassingClient, _name, _passing(_name))


class PassingRedisCache(RedisCache):
    """Django's own, which answers as an empty cache would while Redis does not."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = PassingClient


class SessionsInRedis(PassingRedisCache):
    """Keeps a session for a minute, which the database keeps for as long as it lasts.

    A session that ends while Redis is away would otherwise be there again when it is back.
    """

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> int:
        """A minute at the most."""
        asked: Any = super().get_backend_timeout(timeout)
        return _LONGEST_SESSION_S if asked is None else min(int(asked), _LONGEST_SESSION_S)


class WhileThere:
    """A cache that may be away: then nothing is in it. Only what must leave it may not fail unseen."""

    def __init__(self, cache: BaseCache) -> None:
        self._cache = cache

    def get(self, key: str) -> Any:
        """What is kept, nothing while the cache is away."""
        with suppress(RedisError):
            return self._cache.get(key)
        return None

    def set(self, key: str, value: Any, timeout: float | None) -> None:
        """Keep it, if that can be."""
        with suppress(RedisError):
            self._cache.set(key, value, timeout)

    def __contains__(self, key: str) -> bool:
        with suppress(RedisError):
            return key in self._cache
        return False

    def delete(self, key: str) -> None:
        """Drop it; a session that stayed here would live on when the cache is back."""
        self._cache.delete(key)
