import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from typing import Any

from django.core.management import call_command
from calloff.kernel.table_creation import CreateTables


def create_cache_table(apps: Any, schema_editor: Any) -> None:
    """Create the table of the cache that all processes share: limits on signing in are counted in it."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


def drop_cache_table(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute("DROP TABLE web_cache")


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='LateSubmission',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('path', models.CharField(max_length=500)),
                        ('token', models.CharField(max_length=40, unique=True)),
                        ('sealed', models.BinaryField()),
                        ('kept_at', models.DateTimeField()),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'web_keptpost',
                        'constraints': [models.UniqueConstraint(fields=('person', 'path'), name='kept_post_once_a_page')],
                    },
                ),
            ],
        ),
        migrations.RunPython(create_cache_table, drop_cache_table),
    ]
