"""Who comes first among the requests of a process: the short ones, but nobody waits for ever."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from dashboard.middleware import RightOfWayMiddleware
from results import right_of_way
from results.courier import Courier
from results.models import Team
from results.right_of_way import LONG_BYTES, RightOfWay
from results.services import lookup
from tests import make

FOR_EVER = 60.0
A_MOMENT = 0.05
# Much longer than anything here takes, and over before those who wait for ever lose their patience.
A_WHILE = 20.0


@pytest.fixture
def way() -> RightOfWay:
    return RightOfWay(waits_s=FOR_EVER)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> RightOfWay:
    """The requests of this process, of which long ones wait as long as it takes."""
    monkeypatch.setattr(right_of_way.requests, "waits_s", FOR_EVER)
    return right_of_way.requests


@contextmanager
def meanwhile(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Another thread at work beside the block; it says when it has begun."""
    begun = threading.Event()
    thread = threading.Thread(target=work, args=(begun,))
    thread.start()
    assert begun.wait(FOR_EVER)
    try:
        yield
    finally:
        thread.join(FOR_EVER)
        assert not thread.is_alive()


def short_request(
    way: RightOfWay, told: list[str], *, after: threading.Event | None = None
) -> Callable[[threading.Event], None]:
    """A request that is answered in a moment, or once ``after`` is set."""

    def answer(begun: threading.Event) -> None:
        with way.answering():
            with way.idle():
                pass
            begun.set()
            if after is None:
                threading.Event().wait(A_MOMENT)
            else:
                assert after.wait(A_WHILE), "somebody waited for it"
            told.append("short")

    return answer


def test_a_long_request_goes_on_after_the_short_ones(way: RightOfWay) -> None:
    told: list[str] = []

    with way.answering(), meanwhile(short_request(way, told)):
        way.expect_long()
        way.give_way()
        told.append("long")

    assert told == ["short", "long"]


def test_a_short_request_waits_for_nobody(way: RightOfWay) -> None:
    told: list[str] = []
    done = threading.Event()

    with way.answering(), meanwhile(short_request(way, told, after=done)):
        way.give_way()
        told.append("the other short one")
        done.set()

    assert told == ["the other short one", "short"]


def test_long_requests_do_not_wait_for_each_other(way: RightOfWay) -> None:
    done = threading.Event()

    def another(begun: threading.Event) -> None:
        with way.answering():
            way.expect_long()
            begun.set()
            assert done.wait(A_WHILE)

    with way.answering(), meanwhile(another):
        way.expect_long()
        way.give_way()
        done.set()


def test_a_long_request_that_is_answered_makes_nobody_wait(way: RightOfWay) -> None:
    with way.answering():
        way.expect_long()
        way.expect_long()

    with way.answering():
        way.expect_long()
        way.give_way()


def test_nobody_waits_longer_than_is_bearable() -> None:
    way, gone_on = RightOfWay(waits_s=A_MOMENT), threading.Event()
    told: list[str] = []

    with way.answering(), meanwhile(short_request(way, told, after=gone_on)):
        way.expect_long()
        for _ in range(3):
            way.give_way()
        told.append("long")
        gone_on.set()

    assert told == ["long", "short"]


def test_nobody_gives_way_to_a_request_that_only_waits(way: RightOfWay) -> None:
    answered = threading.Event()

    def waiting(begun: threading.Event) -> None:
        with way.answering(), way.idle():
            begun.set()
            assert answered.wait(A_WHILE)

    with way.answering(), meanwhile(waiting):
        way.expect_long()
        with way.idle():
            way.give_way()
        answered.set()


def test_a_long_request_gives_way_no_longer_for_having_waited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    way, gone_on = RightOfWay(waits_s=0), threading.Event()
    told: list[str] = []
    clock = [0.0]
    monkeypatch.setattr(right_of_way, "monotonic", lambda: clock[0])

    with way.answering(), meanwhile(short_request(way, told, after=gone_on)):
        way.expect_long()
        with way.idle():
            clock[0] += FOR_EVER
        way.give_way()
        told.append("long")
        gone_on.set()

    assert told == ["long", "short"]


def test_nobody_gives_way_to_a_request_that_waits_for_the_network(patient: RightOfWay) -> None:
    told: list[str] = []

    def long_request(begun: threading.Event) -> None:
        with patient.answering():
            patient.expect_long()
            begun.set()
            patient.give_way()
            told.append("long")
        answered.set()

    answered = threading.Event()

    async def errand() -> None:
        assert await asyncio.to_thread(answered.wait, A_WHILE)
        told.append("errand")

    with patient.answering(), meanwhile(long_request):
        Courier().run(errand, timeout_s=FOR_EVER)

    assert told == ["long", "errand"]


def test_a_request_inside_of_another_is_a_part_of_it(way: RightOfWay) -> None:
    told: list[str] = []

    with way.answering():
        with pytest.raises(ZeroDivisionError), way.answering():
            raise ZeroDivisionError
        with way.answering(), meanwhile(short_request(way, told)):
            way.expect_long()
        way.give_way()

    # Of all of these none is left that a long one would wait for.
    with way.answering():
        way.expect_long()
        way.give_way()
    assert told == ["short"]


def test_a_request_that_failed_is_not_waited_for(way: RightOfWay) -> None:
    with pytest.raises(ZeroDivisionError), way.answering():
        raise ZeroDivisionError

    with way.answering():
        way.expect_long()
        way.give_way()


def test_what_is_done_outside_of_requests_has_no_way_to_give(way: RightOfWay) -> None:
    told: list[str] = []
    done = threading.Event()

    with meanwhile(short_request(way, told, after=done)):
        way.expect_long()
        with way.idle():
            way.give_way()
        told.append("a command")
        done.set()

    assert told == ["a command", "short"]


@pytest.mark.parametrize("size", [LONG_BYTES // 2, 2 * LONG_BYTES])
def test_opening_a_large_result_makes_a_request_a_long_one(
    team: Team, patient: RightOfWay, size: int
) -> None:
    result = make.make_result(team=team, output=b'"' + b"x" * size + b'"')
    told: list[str] = []
    opened = threading.Event()
    after = None if size > LONG_BYTES else opened

    with patient.answering(), meanwhile(short_request(patient, told, after=after)):
        lookup.open_result(result=result, team=team)
        told.append("opened")
        opened.set()

    assert told == (["short", "opened"] if size > LONG_BYTES else ["opened", "short"])


def test_every_request_is_counted_until_it_is_answered(patient: RightOfWay) -> None:
    told: list[str] = []

    def long_request() -> None:
        with patient.answering():
            patient.expect_long()
            patient.give_way()
            told.append("long")

    thread = threading.Thread(target=long_request)

    def answer(request: HttpRequest) -> HttpResponse:
        thread.start()
        threading.Event().wait(A_MOMENT)
        told.append("short")
        return HttpResponse()

    RightOfWayMiddleware(answer)(RequestFactory().get("/"))
    thread.join(FOR_EVER)

    assert told == ["short", "long"]
