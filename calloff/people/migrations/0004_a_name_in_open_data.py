"""An organisation has one name in open data, as services and sites have: in the feed, the files and wherever else."""

import django.contrib.postgres.functions
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0003_keys'),
    ]

    operations = [
        migrations.AddField(
            model_name='organisation',
            name='uuid',
            field=models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True),
        ),
    ]
