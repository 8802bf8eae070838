"""Whether the database is of this release, and that only one process migrates."""

from __future__ import annotations

from django.db import connection

from results.services import schema


def test_a_migrated_database_is_of_this_release(db: None) -> None:
    assert schema.read() == schema.Schema((), ())


def test_what_is_not_applied_is_named(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'results' AND name > '0002'")

    found = schema.read()

    assert found.pending[0].startswith("results.0002")
    assert found.newer == ()
    assert found.too_new == ""


def test_what_only_a_later_release_knows_is_named(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('results', '9999_later', '2026-01-01'), ('gone', '0001_x', '2026-01-01')"
        )

    found = schema.read()

    assert found.newer == ("results.9999_later",)
    assert "results.9999_later" in found.too_new


def test_a_database_that_is_too_new_is_left_alone(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('results', '9999_later', '2026-01-01')"
        )
        cursor.execute("DELETE FROM django_migrations WHERE name LIKE '0008%'")

    found = schema.migrate()

    assert found.too_new
    assert schema.read().pending == found.pending
