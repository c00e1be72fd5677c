import django.db.models.deletion
import pgtrigger.compiler
import uuid
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='StoredFile',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.UUIDField(default=uuid.uuid4, unique=True)),
                        ('name', models.CharField(max_length=120)),
                        ('kind', models.CharField(choices=[('pdf', 'PDF'), ('docx', 'Word document'), ('xlsx', 'spreadsheet'), ('csv', 'CSV file'), ('png', 'PNG image'), ('jpeg', 'JPEG image'), ('txt', 'text file')], max_length=10)),
                        ('size', models.PositiveIntegerField()),
                        ('sha256', models.CharField(max_length=64)),
                        ('uploaded_at', models.DateTimeField()),
                        ('scan', models.CharField(choices=[('waiting', 'Being checked for viruses'), ('clean', 'Checked'), ('infected', 'Contains a virus')], max_length=10)),
                        ('scanned_at', models.DateTimeField(blank=True, null=True)),
                        ('uploaded_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'documents_file',
                        'indexes': [models.Index(fields=['sha256'], name='file_by_content'), models.Index(condition=models.Q(('scan', 'waiting')), fields=['id'], name='file_waiting_for_scan')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('size__gt', 0)), name='file_is_not_empty'), models.CheckConstraint(condition=models.Q(models.Q(('scan', 'waiting'), ('scanned_at', None)), models.Q(models.Q(('scan', 'waiting'), _negated=True), ('scanned_at__isnull', False)), _connector='OR'), name='file_scanned_at_when_scanned'), models.CheckConstraint(condition=models.Q(('sha256__regex', '^[0-9a-f]{64}$')), name='file_sha256_is_one')],
                        'triggers': [pgtrigger.compiler.Trigger(name='columns_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."key" IS DISTINCT FROM (NEW."key") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."sha256" IS DISTINCT FROM (NEW."sha256") OR OLD."size" IS DISTINCT FROM (NEW."size") OR OLD."uploaded_at" IS DISTINCT FROM (NEW."uploaded_at") OR OLD."uploaded_by_id" IS DISTINCT FROM (NEW."uploaded_by_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='ae72ea0cde75b53e1eaaf919f6daaf3c173fddd2', operation='UPDATE', pgid='pgtrigger_columns_are_never_rewritten_7f339', table='documents_file', when='BEFORE')), pgtrigger.compiler.Trigger(name='scan_result_is_final', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."scan" IS DISTINCT FROM (NEW."scan") AND (OLD."scan" = \'infected\' OR NEW."scan" = \'waiting\'))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='721fc91607ee5a6d9adae0c5cbb86ae4c9d2dbcf', operation='UPDATE', pgid='pgtrigger_scan_result_is_final_48463', table='documents_file', when='BEFORE'))],
                    },
                ),
            ],
        ),
    ]
