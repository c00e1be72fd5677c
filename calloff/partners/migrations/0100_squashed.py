import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("partners_coverage", "market_id", "markets_market"),
    ("partners_coverage", "partnership_id", "partners_partnership"),
    ("partners_partnership", "agreement_id", "agreements_agreement"),
    ("partners_partnership", "market_id", "markets_market"),
    ("partners_reminder", "market_id", "markets_market"),
    ("partners_coverage", "partnership_id", "partners_partnership", "market_id"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agreements', '0100_squashed'),
        ('markets', '0100_squashed'),
        ('people', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Partnership',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('entity', models.CharField(choices=[('governing_body', 'Governing body'), ('trust', 'Academy trust'), ('college', 'College corporation'), ('council', 'Council'), ('proprietor', 'Proprietor')], max_length=20)),
                        ('entity_name', models.CharField(max_length=200)),
                        ('entity_number', models.CharField(blank=True, max_length=30)),
                        ('made_at', models.DateTimeField()),
                        ('agreement', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreement')),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                    ],
                ),
                migrations.CreateModel(
                    name='SchoolCoverage',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('standing', models.CharField(choices=[('waiting', 'Waiting for signatures'), ('binding', 'Signed by both sides'), ('past', 'Past')], max_length=10)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                        ('partnership', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='covers', to='partners.partnership')),
                    ],
                    options={
                        'db_table': 'partners_coverage',
                        'indexes': [models.Index(fields=['buyer', 'standing'], name='coverage_by_buyer')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('standing__in', ['waiting', 'binding'])), fields=('market', 'buyer', 'standing'), name='school_covered_once', violation_error_message='There is already an agreement for this school. Open that agreement.'), models.UniqueConstraint(fields=('partnership', 'buyer'), name='school_listed_once')],
                    },
                ),
                migrations.CreateModel(
                    name='SigningReminder',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('on', models.DateField()),
                        ('sent_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                    ],
                    options={
                        'db_table': 'partners_reminder',
                        'constraints': [models.UniqueConstraint(fields=('market', 'buyer', 'on'), name='school_reminded_once_a_day', violation_error_message='They have already been reminded today. Remind them again tomorrow.')],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
