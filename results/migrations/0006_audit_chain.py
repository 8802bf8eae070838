"""Chain the audit events, those that are there too, and have the database keep them as they are."""

from typing import Any

from django.db import migrations, models

import results.models.audit
from results.domain.audit import Entry, Head, entry_hash
from results.models import audit_triggers

AT_ONCE = 1_000


def chain_what_is_there(apps: Any, schema_editor: Any) -> None:
    """Number and hash the events of each team in the order in which they were written."""
    AuditEvent = apps.get_model("results", "AuditEvent")
    AuditHead = apps.get_model("results", "AuditHead")
    heads: dict[Any, Head] = {}
    place = 0
    while rows := list(AuditEvent.objects.filter(pk__gt=place).order_by("pk")[:AT_ONCE]):
        for row in rows:
            head = heads.get(row.team_id, Head())
            row.sequence, row.previous = head.sequence + 1, head.hash
            entry = Entry(
                team_id=row.team_id,
                sequence=row.sequence,
                at=row.at,
                actor=row.actor,
                actor_id=row.actor_id,
                action=row.action,
                subject=row.subject,
                address=row.address,
                request_id=row.request_id,
            )
            row.hash = entry_hash(entry, previous=row.previous)
            heads[row.team_id] = Head(row.sequence, row.hash)
        AuditEvent.objects.bulk_update(rows, ["sequence", "previous", "hash"])
        place = rows[-1].pk
    AuditHead.objects.bulk_create(
        [
            AuditHead(team_id=team_id, sequence=head.sequence, hash=head.hash)
            for team_id, head in heads.items()
        ],
        batch_size=AT_ONCE,
    )


def install(apps: Any, schema_editor: Any) -> None:
    audit_triggers.install(schema_editor.connection)


def remove(apps: Any, schema_editor: Any) -> None:
    audit_triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):

    dependencies = [("results", "0005_history_of_earlier_lookups")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                ("team_id", models.UUIDField(primary_key=True, serialize=False)),
                ("sequence", models.PositiveBigIntegerField(default=0)),
                ("hash", models.CharField(default="0" * 64, max_length=64)),
            ],
        ),
        migrations.AddField("auditevent", "actor_id", models.BigIntegerField(null=True)),
        migrations.AddField("auditevent", "address", models.CharField(blank=True, default="", max_length=45), preserve_default=False),
        migrations.AddField("auditevent", "request_id", models.CharField(blank=True, default="", max_length=64), preserve_default=False),
        migrations.AddField("auditevent", "previous", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("auditevent", "hash", models.CharField(default="", max_length=64), preserve_default=False),
        migrations.AddField("auditevent", "sequence", models.PositiveBigIntegerField(null=True)),
        migrations.RunPython(chain_what_is_there, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("auditevent", "sequence", models.PositiveBigIntegerField()),
        migrations.AlterField("auditevent", "team_id", models.UUIDField()),
        migrations.AlterField("auditevent", "action", models.CharField(choices=results.models.audit.action_choices, max_length=32)),
        migrations.AddConstraint("auditevent", models.UniqueConstraint(fields=("team_id", "sequence"), name="one_event_a_place")),
        migrations.AddConstraint("auditevent", models.CheckConstraint(condition=models.Q(("sequence__gte", 1)), name="events_count_from_one")),
        migrations.AddField("sharelink", "opening_noted_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("sharelink", "download_noted_at", models.DateTimeField(editable=False, null=True)),
        # Last: SQLite makes a table anew to change it, and its triggers go with the old one.
        migrations.RunPython(install, remove),
    ]
