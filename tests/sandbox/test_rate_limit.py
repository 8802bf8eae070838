"""The token bucket of an environment, and the minute of a public token."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from results.sandbox.rate_limit import Limiter
from results.sandbox.scenarios import LIMITED_KEY, SANDBOX_KEYS
from results.sandbox.server import Sandbox
from results.sandbox.world import Bucket
from tests.sandbox.wire import ask

if TYPE_CHECKING:
    from tests.sandbox.conftest import Clock

PATH = "/api/v1/runs/run_unknown/result"


def test_a_bucket_refills_only_in_whole_intervals() -> None:
    limiter, bucket = Limiter(), Bucket(size=2, refill=1, interval_s=10)
    first = [limiter.take("dev", bucket, 1000.0).allowed for _ in range(3)]
    later = [limiter.take("dev", bucket, 1000.0 + after).allowed for after in (9.9, 10, 10.1)]
    assert (first, later) == ([True, True, False], [False, True, False])


def test_a_bucket_never_holds_more_than_its_size() -> None:
    limiter, bucket = Limiter(), Bucket(size=3, refill=2, interval_s=10)
    limiter.take("dev", bucket, 1000.0)
    assert limiter.take("dev", bucket, 9000.0).remaining == 2


def test_the_reset_is_the_next_refill_in_milliseconds() -> None:
    limiter, bucket = Limiter(), Bucket(size=3, refill=1, interval_s=30)
    assert limiter.take("dev", bucket, 1000.5).reset_ms == 1_030_500
    assert limiter.take("dev", bucket, 1020.5).reset_ms == 1_030_500
    assert limiter.take("dev", bucket, 1031.0).reset_ms == 1_060_500


def test_a_public_token_has_sixty_requests_in_every_minute_of_the_clock() -> None:
    limiter = Limiter()
    allowed = [limiter.take_of_window("token", 1_199.0).allowed for _ in range(61)]
    assert allowed == [*[True] * 60, False]
    assert limiter.take_of_window("token", 1_200.0).remaining == 59


def test_many_threads_take_exactly_the_tokens_there_are() -> None:
    limiter, bucket = Limiter(), Bucket(size=100, refill=1, interval_s=10)
    with ThreadPoolExecutor(8) as pool:
        verdicts = list(pool.map(lambda _: limiter.take("dev", bucket, 1.0), range(400)))
    assert sum(verdict.allowed for verdict in verdicts) == 100


def test_an_environment_may_have_a_bucket_of_its_own(sandbox: Sandbox) -> None:
    statuses = [ask(sandbox, PATH, LIMITED_KEY).status for _ in range(4)]
    assert statuses == [404, 404, 404, 429]
    assert ask(sandbox, PATH, SANDBOX_KEYS["prod"]).status == 404


def test_a_refused_request_says_when_to_come_back_in_milliseconds_and_without_retry_after(
    sandbox: Sandbox, clock: Clock
) -> None:
    for _ in range(3):
        ask(sandbox, PATH, LIMITED_KEY)
    clock.advance(12)
    refused = ask(sandbox, PATH, LIMITED_KEY)
    reset_ms = round((clock.now + 18) * 1000)
    assert refused.headers["x-ratelimit-reset"] == str(reset_ms)
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert "retry-after" not in refused.headers
    body = refused.json()
    assert (body["reset"], body["remaining"], body["secondsUntilReset"]) == (reset_ms, -1, 18)
    assert body["detail"] == "Rate limit exceeded 0/3 requests remaining. Retry in 18 seconds."


def test_a_limited_key_may_ask_again_after_the_reset(sandbox: Sandbox, clock: Clock) -> None:
    for _ in range(4):
        ask(sandbox, PATH, LIMITED_KEY)
    clock.advance(30)
    assert ask(sandbox, PATH, LIMITED_KEY).status == 404


def test_the_whole_sandbox_can_have_small_buckets(clock: Clock) -> None:
    with Sandbox(now=clock, bucket=Bucket(1, 1, 10)) as small:
        statuses = [ask(small, PATH, SANDBOX_KEYS["dev"]).status for _ in range(2)]
        unknown = [ask(small, PATH, "tr_dev_unknown").status for _ in range(2)]
    assert (statuses, unknown) == ([404, 429], [401, 429])
