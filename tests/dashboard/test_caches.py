"""A cache that goes away takes nothing with it: pages, sign-ins and sign-outs go on."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis
from django.conf import settings as live_settings
from django.core.cache import caches
from django.test import Client

from dashboard import caches as ours
from dashboard import server_urls
from results.models import Team
from tests.grown.stores import OwnRedis
from tests.processes.instance import wait_for


@pytest.fixture
def own_redis(tmp_path: Path, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[OwnRedis]:
    if not OwnRedis.can_be_had():
        pytest.skip("there is no redis-server here")
    server = OwnRedis(tmp_path)
    server.start()
    monkeypatch.setenv("CACHE_URL", server.url)
    shared: dict[str, Any] = server_urls.cache("CACHE_URL", default="")
    # A server that is there is always waited for, one that was killed never.
    shared["OPTIONS"]["socket_timeout"] = 60
    settings.CACHES = {
        "default": shared,
        "sessions": shared | {"BACKEND": "dashboard.caches.SessionsInRedis"},
    }
    settings.SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
    settings.SESSION_CACHE_ALIAS = "sessions"
    ours._left_alone_until.clear()
    yield server
    server.stop()
    ours._left_alone_until.clear()


def test_without_redis_every_question_is_answered_as_by_an_empty_cache(
    own_redis: OwnRedis, caplog: pytest.LogCaptureFixture
) -> None:
    cache = caches["default"]
    cache.set("a", 1)
    assert cache.get("a") == 1
    own_redis.stop()

    assert cache.get("a") is None
    assert cache.get("a", "none") == "none"
    assert cache.get_many(["a"]) == {}
    assert (cache.add("b", 1), cache.touch("a"), cache.delete("a")) == (False, False, False)
    assert "a" not in cache
    cache.set("a", 2)
    cache.set_many({"a": 2})
    cache.delete_many(["a"])
    with pytest.raises(redis.RedisError):
        cache.incr("a")

    assert len([r for r in caplog.records if "the cache is away" in r.message]) == 1
    own_redis.start()
    ours._left_alone_until.clear()
    assert cache.get("a") == 1


def test_pages_are_served_and_people_stay_signed_in_without_redis(
    own_redis: OwnRedis, alice: Any, team: Team
) -> None:
    client = Client()
    client.force_login(alice)
    assert client.get("/t/acme/keys/").status_code == 200
    own_redis.stop()

    assert client.get("/t/acme/keys/").status_code == 200
    assert client.get("/health/ready").status_code == 200
    other = Client()
    signed_in = other.post("/accounts/login/", {"username": "alice", "password": "password"})
    assert signed_in.status_code == 302
    assert other.get("/t/acme/keys/").status_code == 200


def test_a_session_that_ends_without_redis_is_in_it_for_a_minute_at_the_most(
    own_redis: OwnRedis, alice: Any, team: Team
) -> None:
    client = Client()
    client.force_login(alice)
    cookie = client.cookies[live_settings.SESSION_COOKIE_NAME].value
    assert client.get("/t/acme/keys/").status_code == 200
    with redis.Redis(port=own_redis.port) as inside:
        (kept,) = [key for key in inside.scan_iter() if cookie.encode() in key]
        assert 0 < inside.ttl(kept) <= 60
    own_redis.stop()

    assert client.post("/accounts/logout/").status_code == 302

    client.cookies[live_settings.SESSION_COOKIE_NAME] = cookie
    assert client.get("/t/acme/keys/").status_code == 302


def test_a_thread_that_ends_leaves_no_connection_behind(own_redis: OwnRedis) -> None:
    with redis.Redis(port=own_redis.port) as inside:
        before = len(inside.client_list())
        gc.disable()
        try:
            for _ in range(3):
                thread = threading.Thread(target=lambda: caches["default"].set("a", 1))
                thread.start()
                thread.join()

            wait_for(lambda: len(inside.client_list()) == before, "a connection was left behind")
        finally:
            gc.enable()
        assert inside.keys() != []


def test_a_redis_that_hangs_is_waited_for_once(own_redis: OwnRedis, settings: Any) -> None:
    settings.CACHES["default"]["OPTIONS"] = server_urls.cache("CACHE_URL", default="")["OPTIONS"]
    cache = caches["default"]
    assert cache.get("a") is None
    with redis.Redis(port=own_redis.port) as inside:
        inside.execute_command("CLIENT", "PAUSE", "60000")
        asked: list[str] = []

        class Counting(ours.PassingClient):
            def get_client(self, *args: Any, **kwargs: Any) -> Any:
                asked.append("asked")
                return super().get_client(*args, **kwargs)

        cache._class = Counting  # type: ignore[attr-defined]
        cache.__dict__.pop("_cache", None)
        assert [cache.get("a") for _ in range(50)] == [None] * 50

    assert asked == ["asked"]
