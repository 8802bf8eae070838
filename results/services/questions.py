"""Has the courier carry one question about a run to the keys of a plan; it records no answer."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from django.db import close_old_connections
from django.utils import timezone

from results import courier
from results.services import answers, asking, circuits
from results.services.candidates import Plan

R = TypeVar("R")


def carry(
    run_id: str,
    plan: Plan,
    then: Callable[[answers.Asked], R],
    *,
    on_failure: Callable[[answers.Failure], object] = lambda _: None,
) -> Future[R]:
    """Ask, and run ``then`` with the answers on a recorder thread; returns at once.

    Failures of an address are counted as they happen, and ``on_failure`` runs with each of them, so
    that nobody learns of them only when the last try has failed.
    """

    def count(failure: answers.Failure) -> bool:
        close_old_connections()
        on_failure(failure)
        return circuits.failed(failure, now=timezone.now())

    async def tell(failure: answers.Failure) -> bool:
        return await courier.courier().on_a_recorder(lambda: count(failure))

    async def errand() -> answers.Asked:
        return await asking.ask(
            run_id,
            plan.candidates,
            first_alone=plan.first_alone,
            not_asked=plan.not_asked,
            tell=tell,
            now=timezone.now,
        )

    def record(asked: answers.Asked) -> R:
        close_old_connections()
        return then(asked)

    return courier.courier().carry(errand, record)
