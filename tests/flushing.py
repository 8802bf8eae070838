"""Lets a test that commits be cleaned up: the suite alone takes the audit's triggers away, and puts them back.

Django empties every table after such a test, which is what the triggers are there to refuse. They
have no exception, so nothing but taking them away helps; it happens here, in one transaction with
the emptying, and never while a test runs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection, transaction

from results.models import audit_triggers


@contextmanager
def past_the_triggers() -> Iterator[None]:
    """Empty tables inside this; the triggers are there again afterwards, or nothing was done."""
    operations = type(connection.ops)
    flush = operations.execute_sql_flush
    statements = operations.sql_flush

    def flush_all(self: object, sql_list: Sequence[str]) -> None:
        with transaction.atomic():
            audit_triggers.remove(connection)
            flush(self, sql_list)  # type: ignore[arg-type]
            audit_triggers.install(connection)

    def deletions(self: object, style: object, tables: Sequence[str], **options: bool) -> list[str]:
        if connection.vendor != "postgresql" or options.get("reset_sequences"):
            return statements(self, style, tables, **options)  # type: ignore[arg-type]
        # For a few rows ten times as fast as TRUNCATE, which makes every table a new file.
        every = ["DELETE FROM " + connection.ops.quote_name(table) for table in tables]  # noqa: S608
        return [*every, "SET CONSTRAINTS ALL IMMEDIATE"]

    operations.execute_sql_flush = flush_all  # type: ignore[assignment,method-assign]
    operations.sql_flush = deletions  # type: ignore[method-assign]
    try:
        yield
    finally:
        operations.execute_sql_flush = flush  # type: ignore[method-assign]
        operations.sql_flush = statements  # type: ignore[method-assign]
