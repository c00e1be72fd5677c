import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("demand_gap", "lot_id", "markets_lot"),
    ("demand_answer", "nomination_id", "demand_nomination"),
    ("demand_answer", "market_id", "markets_market"),
    ("demand_entry", "service_id", "directory_service"),
    ("demand_told", "search_id", "demand_savedsearch"),
    ("demand_told", "service_id", "directory_service"),
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
                    name='Gap',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('who', models.CharField(choices=[('family', 'A parent, a carer or a young person'), ('school', 'A school or college'), ('professional', 'Another professional')], max_length=12)),
                        ('searched', models.JSONField(default=list)),
                        ('asked', models.JSONField(default=dict)),
                        ('need', models.CharField(blank=True, choices=[('SPLD', 'Specific learning difficulty'), ('MLD', 'Moderate learning difficulty'), ('SLD', 'Severe learning difficulty'), ('PMLD', 'Profound and multiple learning difficulty'), ('SEMH', 'Social, emotional and mental health'), ('SLCN', 'Speech, language and communication needs'), ('HI', 'Hearing impairment'), ('VI', 'Vision impairment'), ('MSI', 'Multi-sensory impairment'), ('PD', 'Physical disability'), ('ASD', 'Autistic spectrum disorder'), ('OTH', 'Other difficulty or disability'), ('NSA', 'SEN support, type of need not yet assessed'), ('DS', 'Down syndrome')], max_length=4)),
                        ('outcode', models.CharField(blank=True, max_length=4)),
                        ('said', models.TextField(blank=True)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('made_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['authority', '-made_at', '-id'], name='gap_by_authority'), models.Index(condition=models.Q(('email', ''), _negated=True), fields=['made_at'], name='gap_with_an_email')],
                    },
                ),
                migrations.CreateModel(
                    name='Nomination',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('who', models.CharField(choices=[('family', 'A parent, a carer or a young person'), ('school', 'A school or college'), ('professional', 'Another professional')], max_length=12)),
                        ('name', models.CharField(max_length=200)),
                        ('website', models.URLField(blank=True)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('offers', models.TextField()),
                        ('made_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['authority', '-made_at', '-id'], name='nomination_by_authority')],
                    },
                ),
                migrations.CreateModel(
                    name='NominationResponse',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reason', models.TextField(blank=True)),
                        ('answered_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('invited', 'Invited'), ('set_aside', 'Closed')], max_length=20)),
                        ('answered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('market', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                        ('nomination', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='answers', to='demand.nomination')),
                    ],
                    options={
                        'db_table': 'demand_answer',
                        'constraints': [models.UniqueConstraint(fields=('nomination',), name='nomination_answered_once', violation_error_message='A colleague answered this nomination a moment ago. Open it to see how.'), models.CheckConstraint(condition=models.Q(models.Q(('market__isnull', False), ('status', 'invited')), models.Q(('status', 'set_aside'), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='answer_names_a_market_or_a_reason')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='540508e4980a4f415385584843f180983162b77b', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_329a6', table='demand_answer', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SavedSearch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('query', models.TextField(blank=True)),
                        ('asked', models.JSONField(default=dict)),
                        ('searched', models.JSONField(default=list)),
                        ('saved_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('watched', 'Emails you'), ('quiet', 'No emails'), ('deleted', 'Deleted')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['status', 'id'], name='saved_search_by_status')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'deleted'), _negated=True), fields=('buyer', 'person', 'name'), name='saved_search_named_once', violation_error_message='You already have a saved search with this name. Choose another name.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='180bbb36be8a004cb6fc7f66a15171e203fc0222', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_2bdaf', table='demand_savedsearch', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SavedSearchMatch',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('search', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='told', to='demand.savedsearch')),
                        ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.service')),
                    ],
                    options={
                        'db_table': 'demand_told',
                        'constraints': [models.UniqueConstraint(fields=('search', 'service'), name='service_told_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ShortlistEntry',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('note', models.TextField(blank=True)),
                        ('added_at', models.DateTimeField()),
                        ('changed_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('listed', 'On the shortlist'), ('taken_off', 'Removed')], max_length=20)),
                        ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('noted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.service')),
                    ],
                    options={
                        'db_table': 'demand_entry',
                        'indexes': [models.Index(fields=['service'], name='shortlisted_by_service')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'listed')), fields=('buyer', 'service'), name='service_shortlisted_once', violation_error_message='This service is already on your shortlist.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='5e3e69e3a9470f8833169c680f1df367c0898603', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_4e518', table='demand_entry', when='BEFORE'))],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
