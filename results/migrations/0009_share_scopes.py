from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('results', '0008_retention'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='sharelink',
            name='a_link_expires_after_it_was_made',
        ),
        migrations.AddField(
            model_name='sharelink',
            name='found_count',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='label',
            field=models.CharField(blank=True, db_default='', default='', max_length=80),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='never_expires',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='passcode',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=128),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='refusal_noted_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='rotated_at',
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='scope',
            field=models.CharField(choices=[('whole', 'the whole result'), ('part', 'one part of the output'), ('error', 'the error')], db_default='whole', default='whole', max_length=8),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='sealed_choices',
            field=models.BinaryField(null=True),
        ),
        migrations.AddField(
            model_name='sharelink',
            name='shown_count',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AlterField(
            model_name='sharelink',
            name='expires_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddConstraint(
            model_name='sharelink',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('expires_at__isnull', False), ('never_expires', False), ('expires_at__gt', models.F('created_at'))), models.Q(('expires_at__isnull', True), ('never_expires', True)), _connector='OR'), name='a_link_expires_unless_it_says_never'),
        ),
        migrations.AddConstraint(
            model_name='sharelink',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['whole', 'part', 'error'])), name='a_link_has_a_known_scope'),
        ),
        migrations.AddConstraint(
            model_name='sharelink',
            constraint=models.CheckConstraint(condition=models.Q(('scope', 'whole'), ('sealed_choices__isnull', False), _connector='OR'), name='a_narrow_link_says_what_it_opens'),
        ),
    ]
