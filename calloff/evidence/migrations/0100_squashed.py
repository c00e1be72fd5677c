import django.db.models.deletion
import pgtrigger.compiler
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("evidence_evidence", "supersedes_id", "evidence_evidence", "provider_id"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('documents', '0100_squashed'),
        ('people', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Evidence',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(max_length=12, unique=True)),
                        ('kind', models.CharField(max_length=50)),
                        ('kind_label', models.CharField(max_length=100)),
                        ('title', models.CharField(max_length=200)),
                        ('issued_on', models.DateField()),
                        ('expires_on', models.DateField(blank=True, null=True)),
                        ('details', models.JSONField(blank=True, default=dict)),
                        ('added_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('held', 'Valid'), ('superseded', 'Superseded'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('supersedes', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evidence.evidence')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['provider', 'kind', 'status'], name='evidence_of_provider'), models.Index(condition=models.Q(('status', 'held')), fields=['expires_on'], name='evidence_by_expiry')],
                        'constraints': [models.UniqueConstraint(fields=('supersedes',), name='evidence_renewed_once', violation_error_message='This document has already been renewed. Renew the newer document.'), models.CheckConstraint(condition=models.Q(('expires_on', None), ('expires_on__gte', models.F('issued_on')), _connector='OR'), name='evidence_ends_after_it_begins')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='c9375435563e89ad3b0b8e090ea2077070ba7cd6', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_17973', table='evidence_evidence', when='BEFORE')), pgtrigger.compiler.Trigger(name='what_was_uploaded_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."kind_label" IS DISTINCT FROM (NEW."kind_label") OR OLD."title" IS DISTINCT FROM (NEW."title") OR OLD."file_id" IS DISTINCT FROM (NEW."file_id") OR OLD."issued_on" IS DISTINCT FROM (NEW."issued_on") OR OLD."expires_on" IS DISTINCT FROM (NEW."expires_on") OR OLD."details" IS DISTINCT FROM (NEW."details") OR OLD."supersedes_id" IS DISTINCT FROM (NEW."supersedes_id") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='91ace549c2f0803d8bec054e280e409cbc044405', operation='UPDATE', pgid='pgtrigger_what_was_uploaded_stays_f6cfa', table='evidence_evidence', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='EvidenceReliance',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('purpose', models.CharField(max_length=30)),
                        ('stage', models.CharField(choices=[('application', 'Application'), ('membership', 'Membership')], max_length=20)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField(blank=True, null=True)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('evidence', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reliances', to='evidence.evidence')),
                    ],
                    options={
                        'db_table': 'evidence_reliance',
                        'indexes': [models.Index(fields=['authority', 'purpose'], name='reliance_by_purpose')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at', None)), fields=('evidence', 'authority', 'purpose', 'stage'), name='reliance_in_force_once'), models.CheckConstraint(condition=models.Q(('ends_at', None), ('ends_at__gte', models.F('starts_at')), _connector='OR'), name='reliance_ends_after_it_begins')],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
