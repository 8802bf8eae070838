import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('results', '0007_key_generations'),
    ]

    operations = [
        migrations.CreateModel(
            name='Chore',
            fields=[
                ('name', models.CharField(max_length=32, primary_key=True, serialize=False)),
                ('due_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Tombstone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run_id', models.CharField(max_length=68)),
                ('departure', models.CharField(choices=[('deleted', 'Deleted'), ('expired', 'Kept long enough')], max_length=8)),
                ('by', models.CharField(blank=True, max_length=150)),
                ('stored_at', models.DateTimeField()),
                ('gone_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='team',
            name='keep_days',
            field=models.PositiveIntegerField(editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(('keep_days__isnull', True), ('keep_days__gte', 1), _connector='OR'), name='results_are_kept_for_a_day_at_least'),
        ),
        migrations.AddField(
            model_name='tombstone',
            name='team',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tombstones', to='results.team'),
        ),
        migrations.AddConstraint(
            model_name='tombstone',
            constraint=models.UniqueConstraint(fields=('team', 'run_id'), name='one_tombstone_per_run'),
        ),
    ]
