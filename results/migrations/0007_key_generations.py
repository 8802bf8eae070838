from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def made_with_their_team(apps: Any, schema_editor: Any) -> None:
    """The data keys that there are were made when their teams were."""
    apps.get_model('results', 'Team').objects.update(key_made_at=models.F('created_at'))



class Migration(migrations.Migration):

    dependencies = [
        ('results', '0006_audit_chain'),
    ]

    operations = [
        migrations.CreateModel(
            name='FormerKey',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('generation', models.PositiveIntegerField()),
                ('ring_key_id', models.CharField(max_length=32)),
                ('wrapped_key', models.BinaryField()),
                ('replaced_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='KeyRotation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('began_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.AddField(
            model_name='projectkey',
            name='fingerprint',
            field=models.BinaryField(max_length=32, null=True),
        ),
        migrations.AddField(
            model_name='team',
            name='key_generation',
            field=models.PositiveIntegerField(default=1, editable=False),
        ),
        migrations.AddField(
            model_name='team',
            name='key_made_at',
            field=models.DateTimeField(default=django.utils.timezone.now, editable=False),
            preserve_default=False,
        ),
        migrations.RunPython(made_with_their_team, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name='projectkey',
            constraint=models.UniqueConstraint(fields=('team', 'fingerprint'), name='a_team_has_a_key_once'),
        ),
        migrations.AddField(
            model_name='formerkey',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='former_keys', to='results.team'),
        ),
        migrations.AddConstraint(
            model_name='keyrotation',
            constraint=models.UniqueConstraint(models.Case(models.When(ended_at__isnull=True, then=models.Value(1)), output_field=models.IntegerField()), name='one_rotation_under_way'),
        ),
        migrations.AddConstraint(
            model_name='formerkey',
            constraint=models.UniqueConstraint(fields=('team', 'generation'), name='one_key_per_generation'),
        ),
    ]
