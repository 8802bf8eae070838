from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('results', '0012_personal_tokens'),
    ]

    operations = [
        migrations.AddField(
            model_name='team',
            name='source_address',
            field=models.CharField(blank=True, db_default='', default='', editable=False, max_length=300),
        ),
    ]
