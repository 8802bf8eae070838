"""SQL by which the database keeps audit events as they are, whoever asks; it knows no event.

An event can only be added, and only at the end of its chain. A head only moves on by one. A
migration that has SQLite make one of the two tables anew (it copies a table to change a column)
must end with `install`, because the triggers go with the old table.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper

EVENTS, HEADS = "results_auditevent", "results_audithead"

_REFUSAL = "audit events are append-only"
_OUT_OF_PLACE = "an audit event must follow the last one of its chain"
_HEAD_REFUSAL = "the head of an audit chain only moves on by one"

_NEXT = f"""
    NEW.sequence = 1 AND NEW.previous = '{"0" * 64}' AND NOT EXISTS (
        SELECT 1 FROM {EVENTS} WHERE team_id = NEW.team_id
    ) OR EXISTS (
        SELECT 1 FROM {EVENTS} WHERE team_id = NEW.team_id
        AND sequence = NEW.sequence - 1 AND hash = NEW.previous
    )
"""  # noqa: S608  constants of this module

# `INSERT OR REPLACE` deletes what is in its way without asking a trigger for deletions.
_SQLITE = {
    f"{EVENTS}_update": f"BEFORE UPDATE ON {EVENTS} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"{EVENTS}_delete": f"BEFORE DELETE ON {EVENTS} BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"{EVENTS}_insert": f"""BEFORE INSERT ON {EVENTS}
        WHEN NOT ({_NEXT}) OR EXISTS (
            SELECT 1 FROM {EVENTS}
            WHERE id = NEW.id OR team_id = NEW.team_id AND sequence = NEW.sequence
        ) BEGIN SELECT RAISE(ABORT, '{_OUT_OF_PLACE}'); END""",  # noqa: S608  constants
    f"{HEADS}_update": f"""BEFORE UPDATE ON {HEADS}
        WHEN NEW.team_id <> OLD.team_id OR NEW.sequence <> OLD.sequence + 1
        BEGIN SELECT RAISE(ABORT, '{_HEAD_REFUSAL}'); END""",
    f"{HEADS}_delete": f"BEFORE DELETE ON {HEADS} BEGIN SELECT RAISE(ABORT, '{_HEAD_REFUSAL}'); END",
    f"{HEADS}_insert": f"""BEFORE INSERT ON {HEADS}
        WHEN EXISTS (SELECT 1 FROM {HEADS} WHERE team_id = NEW.team_id)
        BEGIN SELECT RAISE(ABORT, '{_HEAD_REFUSAL}'); END""",  # noqa: S608  constants
}


def _function(name: str, condition: str, words: str) -> str:
    # 23001 is the code of a refused change; the path is pinned, so that no other table answers.
    return f"""
        CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql
        SET search_path FROM CURRENT AS $$ BEGIN
            IF {condition} THEN RAISE EXCEPTION '{words}' USING ERRCODE = '23001'; END IF;
            RETURN NEW;
        END $$"""


_POSTGRES_FUNCTIONS = {
    f"{EVENTS}_refuse": _function(f"{EVENTS}_refuse", "true", _REFUSAL),
    f"{EVENTS}_follow": _function(f"{EVENTS}_follow", f"NOT ({_NEXT})", _OUT_OF_PLACE),
    f"{HEADS}_refuse": _function(f"{HEADS}_refuse", "true", _HEAD_REFUSAL),
    f"{HEADS}_move": _function(
        f"{HEADS}_move",
        "NEW.team_id <> OLD.team_id OR NEW.sequence <> OLD.sequence + 1",
        _HEAD_REFUSAL,
    ),
}
_POSTGRES = {
    f"{EVENTS}_change": (
        f"BEFORE UPDATE OR DELETE ON {EVENTS} FOR EACH ROW EXECUTE FUNCTION {EVENTS}_refuse()"
    ),
    f"{EVENTS}_truncate": (
        f"BEFORE TRUNCATE ON {EVENTS} FOR EACH STATEMENT EXECUTE FUNCTION {EVENTS}_refuse()"
    ),
    f"{EVENTS}_insert": (
        f"BEFORE INSERT ON {EVENTS} FOR EACH ROW EXECUTE FUNCTION {EVENTS}_follow()"
    ),
    f"{HEADS}_update": (f"BEFORE UPDATE ON {HEADS} FOR EACH ROW EXECUTE FUNCTION {HEADS}_move()"),
    f"{HEADS}_delete": (f"BEFORE DELETE ON {HEADS} FOR EACH ROW EXECUTE FUNCTION {HEADS}_refuse()"),
    f"{HEADS}_truncate": (
        f"BEFORE TRUNCATE ON {HEADS} FOR EACH STATEMENT EXECUTE FUNCTION {HEADS}_refuse()"
    ),
}


def install(connection: BaseDatabaseWrapper) -> None:
    """Make the triggers that are not there."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for sql in _POSTGRES_FUNCTIONS.values():
                cursor.execute(sql)
        ours = _ours(connection)
        for name in missing(connection):
            cursor.execute(f"CREATE TRIGGER {name} {ours[name]}")


def remove(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers away: for undoing the migration."""
    with connection.cursor() as cursor:
        for name in _ours(connection):
            if connection.vendor == "postgresql":
                table = EVENTS if name.startswith(EVENTS) else HEADS
                cursor.execute(f"DROP TRIGGER IF EXISTS {name} ON {table}")
            else:
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
        if connection.vendor == "postgresql":
            for name in _POSTGRES_FUNCTIONS:
                cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the names of the triggers that are not there, or are switched off."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')"
                " AND tgrelid IN (to_regclass(%s), to_regclass(%s))",
                [EVENTS, HEADS],
            )
        else:
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        there = {name for (name,) in cursor.fetchall()}
    return [name for name in _ours(connection) if name not in there]


def _ours(connection: BaseDatabaseWrapper) -> dict[str, str]:
    return _POSTGRES if connection.vendor == "postgresql" else _SQLITE
