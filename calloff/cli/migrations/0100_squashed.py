from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Demonstration',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('story_anchor', models.DateField()),
                        ('made_at', models.DateTimeField()),
                        ('secret', models.CharField(max_length=100)),
                        ('only', models.BooleanField(default=True, unique=True)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('only', True)), name='one_demonstration_only')],
                    },
                ),
            ],
        ),
    ]
