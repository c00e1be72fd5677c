from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='AttemptCount',
                    fields=[
                        ('key', models.CharField(max_length=120, primary_key=True, serialize=False)),
                        ('ends_at', models.DateTimeField()),
                        ('times', models.PositiveIntegerField()),
                        ('pending', models.PositiveIntegerField(db_default=0)),
                        ('pending_until', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'db_table': 'rate_limits_count',
                    },
                ),
            ],
        ),
        # Counting never waits for the disk: after a crash of the database every window starts again.
        migrations.RunSQL("ALTER TABLE rate_limits_count SET UNLOGGED", "ALTER TABLE rate_limits_count SET LOGGED"),
    ]
