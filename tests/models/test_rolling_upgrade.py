"""Expand, migrate, contract: code of the version before goes on writing and reading while the schema is newer.

During a rolling upgrade processes of both versions run on the new schema. So a migration adds only
what older code need not know, and takes away only what no released code uses any more.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, migrations, models
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from tests import make

# Rolling upgrades are promised from here on.
SINCE = "0008"
# A step that older code would notice, by migration and operation, with the reason why none does.
ACCEPTED: dict[tuple[str, str], str] = {
    (
        "0009_share_scopes",
        "Create constraint a_link_expires_unless_it_says_never on model sharelink",
    ): "older code always writes the end of a link, and never the column that says that there is none",
}


def promised() -> list[migrations.Migration]:
    """The migrations of the product that older code has to bear, in their order."""
    loader = MigrationLoader(None)
    plan = loader.graph.forwards_plan(loader.graph.leaf_nodes("results")[0])
    return [loader.graph.nodes[node] for node in plan if node[0] == "results" and node[1] >= SINCE]


def noticed(migration: migrations.Migration) -> Iterator[str]:
    """What older code would notice of a migration."""
    made = {
        operation.name.lower()
        for operation in migration.operations
        if isinstance(operation, migrations.CreateModel)
    }
    added: set[tuple[str, str]] = set()
    for operation in migration.operations:
        model = getattr(operation, "model_name", getattr(operation, "name", "")).lower()
        if model in made or (migration.name, operation.describe()) in ACCEPTED:
            continue
        match operation:
            case migrations.AddField():
                added.add((model, operation.name))
                if not _needs_no_value(operation.field):
                    yield f"{operation.describe()}: older code writes rows without it"
            case migrations.AlterField():
                if not _needs_no_value(operation.field):
                    yield f"{operation.describe()}: older code may write what it refuses"
            case (
                migrations.RemoveField()
                | migrations.RenameField()
                | migrations.DeleteModel()
                | migrations.RenameModel()
                | migrations.AlterModelTable()
            ):
                yield f"{operation.describe()}: older code still asks for it"
            case migrations.AddConstraint():
                old = set(_columns(operation.constraint)) - {
                    name for owner, name in added if owner == model
                }
                if old:
                    yield f"{operation.describe()}: older code may write what it refuses"


def _needs_no_value(field: models.Field[Any, Any]) -> bool:
    return field.null or field.many_to_many or field.has_db_default()


def _columns(constraint: models.BaseConstraint) -> set[str]:
    if isinstance(constraint, models.UniqueConstraint):
        return set(constraint.fields) or {"an expression"}
    if isinstance(constraint, models.CheckConstraint):
        return {name.partition("__")[0] for name, _ in _leaves(constraint.condition)}
    return {"a constraint of another kind"}


def _leaves(condition: Any) -> Iterator[tuple[str, Any]]:
    for child in condition.children:
        if isinstance(child, tuple):
            yield child
        else:
            yield from _leaves(child)


def migration_of(*operations: Any) -> migrations.Migration:
    class Tried(migrations.Migration):
        pass

    Tried.operations = list(operations)
    return Tried("9999_tried", "results")


def test_r19_no_migration_takes_the_ground_from_older_code() -> None:
    found = {one.name: list(noticed(one)) for one in promised()}

    assert found, "there are migrations to look at"
    assert not any(found.values()), (
        f"{found}: give a new column null=True or db_default, and take things away a release later"
    )


_TEXT = models.CharField(max_length=5)
_SEES: list[Any] = [
    migrations.AddField("team", "colour", _TEXT),
    migrations.AddField("team", "colour", models.CharField(max_length=5, default="red")),
    migrations.AlterField("team", "name", _TEXT),
    migrations.RemoveField("team", "slug"),
    migrations.RenameField("team", "name", "title"),
    migrations.DeleteModel("Team"),
    migrations.AddConstraint(
        "team", models.CheckConstraint(condition=models.Q(name="x"), name="c")
    ),
    migrations.AddConstraint("team", models.UniqueConstraint(fields=["name"], name="u")),
]
_DOES_NOT_SEE: list[Any] = [
    migrations.AddField("team", "colour", models.CharField(max_length=5, null=True)),
    migrations.AddField("team", "colour", models.CharField(max_length=5, db_default="red")),
    migrations.CreateModel("Colour", [("name", _TEXT)]),
    migrations.AddIndex("team", models.Index(fields=["name"], name="i")),
]


def test_the_rule_finds_what_older_code_would_notice() -> None:
    for operation in _SEES:
        assert list(noticed(migration_of(operation))), operation.describe()
    for operation in _DOES_NOT_SEE:
        assert list(noticed(migration_of(operation))) == [], operation.describe()
    new = migrations.AddField("team", "size", models.IntegerField(null=True))
    of_the_new = models.CheckConstraint(condition=models.Q(size__gte=1), name="s")
    assert list(noticed(migration_of(new, migrations.AddConstraint("team", of_the_new)))) == []


# --- The statements themselves ------------------------------------------------------------------

# What a constraint or a trigger asks for.
_FITTING = {
    "sequence": 1,
    "previous": "0" * 64,
    "event": "webhook.test",
    "expires_at": make.NOW + timedelta(days=7),
}


class OlderCode:
    """Writes and reads one row of every kind with the columns that a version knew."""

    def __init__(self, apps: Any) -> None:
        self._apps = apps
        self._rows: dict[Any, Any] = {}
        self._number = 0

    def write_and_read(self) -> int:
        """One of each; returns how many kinds there are."""
        kinds = list(self._apps.get_app_config("results").get_models())
        for model in kinds:
            row = self._row(model)
            assert model._default_manager.filter(pk=row.pk).values().get()
            if "audit" not in model._meta.model_name:
                # Everything that it knows is written back, as `save` does.
                row.save(force_update=bool(model._meta.concrete_fields[1:]))
        return len(kinds)

    def _row(self, model: Any) -> Any:
        if model not in self._rows:
            values = {
                field.name: self._value(field)
                for field in model._meta.concrete_fields
                if not isinstance(field, models.AutoField)
            }
            self._rows[model] = model._default_manager.create(**values)
        return self._rows[model]

    def _value(self, field: Any) -> Any:
        self._number += 1
        if field.name in _FITTING:
            return _FITTING[field.name]
        if field.null:
            return None
        if field.is_relation:
            return self._row(field.remote_field.model)
        if field.has_default():
            return field.get_default()
        if field.choices:
            return "" if field.blank else field.choices[0][0]
        return {
            "DateTimeField": make.NOW + timedelta(minutes=self._number),
            "BinaryField": self._number.to_bytes(32, "big"),
            "UUIDField": uuid.uuid4(),
            "JSONField": [],
            "BooleanField": False,
        }.get(field.get_internal_type(), self._plain(field))

    def _plain(self, field: Any) -> Any:
        if isinstance(field, models.CharField | models.TextField):
            return f"x{self._number}"[: field.max_length]
        return 1


@pytest.fixture
def _back_to_the_newest(transactional_db: None) -> Iterator[None]:
    yield
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.usefixtures("_back_to_the_newest")
def test_r19_what_older_code_sends_is_taken_by_each_newer_schema() -> None:
    steps = promised()
    executor = MigrationExecutor(connection)
    before = next(key for key in steps[0].dependencies if key[0] == "results")
    executor.migrate([before])

    for step in steps:
        # Each step loads anew what is applied.
        executor = MigrationExecutor(connection)
        older = executor.loader.project_state([before]).apps
        executor.migrate([(step.app_label, step.name)])
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
        assert "results_team" in tables

        kinds = OlderCode(older).write_and_read()

        assert kinds >= 15, step.name
        _forget_rows()
        before = (step.app_label, step.name)


def _forget_rows() -> None:
    from django.core.management import call_command

    call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
