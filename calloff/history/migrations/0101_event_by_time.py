from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("history", "0100_squashed")]
    operations = [AddIndexConcurrently("event", models.Index(fields=["at"], name="event_by_time"))]
