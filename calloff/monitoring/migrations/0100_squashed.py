import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("monitoring_recall", "suspension_id", "members_suspension"),
    ("monitoring_recall", "suspension_id", "members_suspension", "provider_id"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('members', '0100_squashed'),
        ('people', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='SuspensionNotice',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('children', models.PositiveIntegerField()),
                        ('orders', models.PositiveIntegerField(default=0)),
                        ('told_at', models.DateTimeField()),
                        ('reminded_at', models.DateTimeField(blank=True, null=True)),
                        ('acknowledged_at', models.DateTimeField(blank=True, null=True)),
                        ('said', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('told', 'Not acknowledged'), ('acknowledged', 'Acknowledged')], max_length=20)),
                        ('acknowledged_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('suspension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.suspension')),
                        ('to_start', models.PositiveIntegerField(default=0)),
                        ('offers', models.PositiveIntegerField(default=0)),
                    ],
                    options={
                        'db_table': 'monitoring_recall',
                        'indexes': [models.Index(fields=['buyer', 'status'], name='recall_by_buyer')],
                        'constraints': [models.UniqueConstraint(fields=('suspension', 'buyer'), name='buyer_told_once'), models.CheckConstraint(condition=models.Q(('children__gt', 0), ('to_start__gt', 0), ('offers__gt', 0), ('orders__gt', 0), _connector='OR'), name='recall_of_something'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'acknowledged'), _negated=True), models.Q(('acknowledged_at__isnull', False), ('acknowledged_by__isnull', False)), _connector='OR'), name='recall_acknowledged_by_somebody')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='2720218971cebc96c097e2d051930bcfb71c887d', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_84688', table='monitoring_recall', when='BEFORE'))],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
