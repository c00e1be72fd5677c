import django.contrib.postgres.functions
import django.db.models.deletion
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("oruk_entry", "service_id", "directory_service"),
    ("oruk_entry", "at_site_id", "directory_atsite"),
    ("oruk_entry", "market_id", "markets_market"),
    ("oruk_entry", "lot_id", "markets_lot"),
    ("oruk_entry", "lot_id", "markets_lot", "market_id"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('directory', '0100_squashed'),
        ('markets', '0100_squashed'),
        ('people', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='FeedEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(choices=[('service', 'Service'), ('service_at_location', 'Service at a location'), ('taxonomy', 'Taxonomy: the categories of a market'), ('taxonomy_term', 'Taxonomy term: a category')], max_length=20)),
                        ('number', models.PositiveIntegerField()),
                        ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                        ('entered_at', models.DateTimeField()),
                        ('at_site', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='directory.servicesite')),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('market', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                        ('service', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.service')),
                    ],
                    options={
                        'db_table': 'oruk_entry',
                        'constraints': [models.UniqueConstraint(fields=('kind', 'number'), name='entry_number_once'), models.UniqueConstraint(condition=models.Q(('kind', 'service')), fields=('service',), name='entry_of_a_service_once'), models.UniqueConstraint(fields=('at_site',), name='entry_of_a_site_once'), models.UniqueConstraint(condition=models.Q(('kind', 'taxonomy')), fields=('market',), name='entry_of_a_market_once'), models.UniqueConstraint(fields=('lot',), name='entry_of_a_lot_once'), models.CheckConstraint(condition=models.Q(('number__gte', 1)), name='entry_numbers_begin_at_one'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['service', 'service_at_location']), ('lot', None), ('market', None), ('service__isnull', False)), models.Q(('at_site', None), ('kind', 'taxonomy'), ('lot', None), ('market__isnull', False), ('service', None)), models.Q(('at_site', None), ('kind', 'taxonomy_term'), ('lot__isnull', False), ('market__isnull', False), ('service', None)), _connector='OR'), name='entry_says_what_it_is_of')],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
