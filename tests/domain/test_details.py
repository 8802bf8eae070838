"""What the retrieve endpoint tells beside a result, from whole answers to nonsense."""

from __future__ import annotations

import json

import pytest

from results.domain.details import RunDetails, read_details, without_values
from results.domain.packet import Packet


def details(**members: object) -> RunDetails:
    return read_details(json.dumps(members).encode())


class TestFacts:
    def test_are_absent_and_never_zero_when_nothing_was_sent(self) -> None:
        assert read_details(None) == RunDetails()
        assert details() == RunDetails()

    def test_are_read_as_sent(self) -> None:
        read = details(
            attemptCount=3,
            version="20261118.3",
            tags=["alpha", "user:42"],
            isTest=True,
            idempotencyKey="contacts-2026-11-21",
            ttl="1h",
            region="main",
            batchId="batch_1",
            triggerFunction="batchTriggerAndWait",
        )

        assert read.attempts == 3
        assert read.version == "20261118.3"
        assert read.tags == ("alpha", "user:42")
        assert read.is_test is True
        assert read.idempotency_key == "contacts-2026-11-21"
        assert (read.ttl, read.region, read.batch_id) == ("1h", "main", "batch_1")
        assert read.triggered_by == "batchTriggerAndWait"

    def test_costs_keep_their_spelling_and_add_up_exactly(self) -> None:
        read = read_details(b'{"costInCents":1.08329,"baseCostInCents":0.0025}')

        assert read.cost_cents == "1.08329"
        assert read.total_cost == "1.08579"

    def test_payload_and_metadata_stay_bytes(self) -> None:
        read = read_details(b'{"payload":{"n":1.10},"metadata":{"progress":0.62}}')

        assert read.payload == Packet(b'{"n":1.10}', None, flattened=True)
        assert read.metadata == Packet(b'{"progress":0.62}', None, flattened=True)

    def test_a_schedule_is_told_in_words(self) -> None:
        generator = {"type": "CRON", "expression": "0 5 * * *", "description": "At 05:00"}

        read = details(schedule={"id": "sched_1", "generator": generator})

        assert read.schedule == "At 05:00 · 0 5 * * * · sched_1"


class TestRelatedRuns:
    def test_come_with_their_task_and_status(self) -> None:
        child = {"id": "run_child1", "taskIdentifier": "resize", "status": "FAILED"}

        (read,) = details(relatedRuns={"children": [child]}).related

        assert (read.relation, read.run_id, read.task) == ("child", "run_child1", "resize")
        assert (read.label, read.tone) == ("Failed", "bad")

    def test_a_parent_that_is_the_root_is_one_line(self) -> None:
        parent = {"id": "run_parent1", "taskIdentifier": "album", "status": "COMPLETED"}

        (read,) = details(relatedRuns={"root": parent, "parent": parent, "children": []}).related

        assert read.relation == "parent"

    def test_an_id_that_is_none_is_left_out(self) -> None:
        assert details(relatedRuns={"parent": {"id": "javascript:alert(1)"}}).related == ()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b'{"tags":{"a":1},"attemptCount":-1,"relatedRuns":[],"schedule":"x","isTest":"yes"}',
        b'{"tags":' + b"[" * 5000 + b"]" * 5000 + b"}",
        b'{"costInCents":"NaN"}',
        b'{"costInCents":1e999999999}',
    ],
)
def test_nonsense_is_left_out_and_never_raises(answer: bytes) -> None:
    read = read_details(answer)

    assert read.related == ()
    assert read.attempts is None
    assert read.total_cost is None


@pytest.mark.parametrize(
    "odd",
    [b'{"a":"cut \\ud83d"}', b'["\\udc00","\\ud83d\\ude00"]', b"[" * 5_000 + b"]" * 5_000],
)
def test_an_odd_value_loses_no_other(odd: bytes) -> None:
    answer = b'{"attemptCount":2, "payload": ' + odd + b' ,"metadata":{"n":1.10},"tags":["x"]}'

    read = read_details(answer)

    assert (read.attempts, read.tags) == (2, ("x",))
    assert read.payload == Packet(odd, None, flattened=True)
    assert read.metadata == Packet(b'{"n":1.10}', None, flattened=True)
    assert read_details(without_values(answer)) == RunDetails(attempts=2)
