"""Events that were written before there was a chain are chained as they are."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from results.models import AuditEvent, AuditHead, audit_triggers
from results.services import audit_chains
from tests import make

TEAMS = [uuid.UUID(int=1), uuid.UUID(int=2)]


def migrate(*, to_before_the_chain: bool = False) -> Any:
    executor = MigrationExecutor(connection)
    graph = executor.loader.graph
    targets = graph.leaf_nodes("results")
    if to_before_the_chain:
        chaining = next(node for node in graph.nodes if node[1].endswith("_audit_chain"))
        targets = [
            node.key for node in graph.node_map[chaining].parents if node.key[0] == "results"
        ]
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def _back_to_the_newest(transactional_db: None) -> Iterator[None]:
    yield
    migrate()


@pytest.mark.usefixtures("_back_to_the_newest")
def test_t24_earlier_events_are_chained_by_the_migration() -> None:
    old = migrate(to_before_the_chain=True).get_model("results", "AuditEvent")
    assert audit_triggers.missing(connection)
    for number in range(7):
        old.objects.create(
            team_id=TEAMS[number % 2],
            actor="älice",
            action="key.tested",
            subject=f"k{number}",
            at=make.NOW,
        )

    migrate()

    rows = AuditEvent.objects.order_by("pk").values_list("team_id", "sequence", "subject")
    assert list(rows) == [(TEAMS[n % 2], n // 2 + 1, f"k{n}") for n in range(7)]
    assert [(chain.events, chain.trouble) for chain in audit_chains.verify()] == [(4, ""), (3, "")]
    assert AuditHead.objects.count() == 2
    assert audit_triggers.missing(connection) == []
