from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('placements', '0105_disposal_approvals'),
    ]

    operations = [
        AddIndexConcurrently(
            'placement',
            models.Index(fields=['authority', '-confirmed_at', '-id'], name='placement_latest_of_council'),
        ),
        AddIndexConcurrently(
            'placement',
            models.Index(fields=['provider', '-confirmed_at', '-id'], name='placement_latest_of_provider'),
        ),
    ]
