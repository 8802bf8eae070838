"""What a run's page says of its place among the others, and how a task is spelt in an address."""

from __future__ import annotations

import uuid

import pytest

from results.domain.status import State
from results.models import StoredResult, Team
from results.pages.tasks import TaskConverter, run_history
from results.services.history import Around, PastRun
from tests import make
from tests.hostile import HOSTILE

TEAM = Team(slug="acme", name="Acme")


def said(mine: int | None, *others: int | None, is_latest: bool = True) -> str:
    durations = [*others, mine]
    runs = tuple(
        PastRun(uuid.UUID(int=n), f"run_{n}", State.SUCCEEDED, make.NOW, True, ms, None)
        for n, ms in enumerate(durations)
    )
    row = StoredResult(pk=runs[-1].pk, run_id=runs[-1].run_id, task="report", environment="prod")
    return run_history(Around(runs, is_latest), result=row, team=TEAM, now=make.NOW).summary


@pytest.mark.parametrize(
    ("mine", "others", "sentence"),
    [
        (9_000, [1_000, 2_000, 9_500], "Slower than 2 of the last 3 other runs; median 2.00 s."),
        (9_000, [1_000, 2_000], "Slower than all of the last 2 other runs; median 2.00 s."),
        (1_500, [1_000, 2_000, 3_000], "Faster than 2 of the last 3 other runs; median 1.50 s."),
        (1_000, [1_000, 1_000], "As long as the last 2 other runs; median 1.00 s."),
        (1_000, [1_000], "As long as the one other run, which took 1.00 s."),
        (1_000, [3_000, None], "Faster than the one other run, which took 3.00 s."),
        (None, [1_000], "The duration of this run was not reported."),
        (1_000, [None, None], "The duration of the other runs was not reported."),
        (None, [None], "No duration was reported for these runs; their outcomes are known."),
        (
            1_000,
            [],
            "This is the first run of its task that is stored, so there is nothing to compare.",
        ),
    ],
)
def test_one_sentence_says_how_long_it_took_beside_the_others(
    mine: int | None, others: list[int | None], sentence: str
) -> None:
    assert said(mine, *others) == sentence


def test_an_older_run_is_not_said_to_be_among_the_last() -> None:
    assert said(1, 2, 3, is_latest=False) == "Faster than all of the 2 other runs; median 2 ms."


@pytest.mark.parametrize("task", [*HOSTILE, "", ".", "..", "/", "a//b", "~", "~/~~/..", "a/./b\n"])
def test_a_task_survives_its_address(task: str) -> None:
    spelt = TaskConverter().to_url(task)

    assert TaskConverter().to_python(spelt) == task
    assert not {"", ".", ".."} & set(spelt.split("/"))


def test_two_tasks_never_share_an_address() -> None:
    tasks = [*HOSTILE, "", "~", "~~", ".", "~.", "..", "~..", "/", "~/", "/~", "~/~"]

    assert len({TaskConverter().to_url(task) for task in tasks}) == len(set(tasks))
