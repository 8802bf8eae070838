from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('results', '0010_invitations'),
    ]

    operations = [
        migrations.AddField(
            model_name='team',
            name='viewers_see_outputs',
            field=models.BooleanField(db_default=True, default=True, editable=False),
        ),
    ]
