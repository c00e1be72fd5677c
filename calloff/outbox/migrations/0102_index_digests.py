from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):

    atomic = False

    dependencies = [
        ('outbox', '0101_digests'),
    ]

    operations = [
        AddIndexConcurrently(
            'message',
            models.Index(fields=['to'], name='message_for_digest', condition=models.Q(for_digest=True, sent_at=None)),
        ),
    ]
