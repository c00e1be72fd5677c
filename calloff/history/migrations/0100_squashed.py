import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension, UnaccentExtension
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '__first__'),
    ]

    operations = [
        TrigramExtension(),
        UnaccentExtension(),
        BtreeGistExtension(),
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Event',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('verb', models.CharField(max_length=50)),
                        ('acting_for', models.CharField(blank=True, max_length=200)),
                        ('at', models.DateTimeField()),
                        ('reason_type', models.CharField(blank=True, max_length=100)),
                        ('reason_id', models.BigIntegerField(blank=True, null=True)),
                        ('changes', models.JSONField(blank=True, default=dict)),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('told', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), blank=True, default=list, size=None)),
                    ],
                    options={
                        'triggers': [pgtrigger.compiler.Trigger(name='is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF TG_OP = 'DELETE' AND current_user = 'calloff_disposal' THEN RETURN OLD; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot % rows of %', lower(TG_OP), TG_TABLE_NAME;\n", hash='367dcba3e076d29b513fb5c6d0b1616f2752f7ed', operation='UPDATE OR DELETE', pgid='pgtrigger_is_append_only_b409e', table='history_event', when='BEFORE')), pgtrigger.compiler.Trigger(name='is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF current_setting('calloff.allow_truncate', true) = 'on' THEN RETURN NULL; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot truncate the history';\n", hash='37f6475cbe66011ed7d65d74161bd22fafc25f0e', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_is_not_truncated_f905c', table='history_event', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='EventSubject',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('record_type', models.CharField(max_length=100)),
                        ('record_id', models.BigIntegerField()),
                        ('verb', models.CharField(max_length=50)),
                        ('source', models.CharField(blank=True, max_length=25)),
                        ('target', models.CharField(max_length=25)),
                        ('event', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='subjects', to='history.event')),
                    ],
                    options={
                        'db_table': 'history_subject',
                        'indexes': [models.Index(fields=['record_type', 'record_id', '-id'], name='subject_by_record')],
                        'triggers': [pgtrigger.compiler.Trigger(name='is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF TG_OP = 'DELETE' AND current_user = 'calloff_disposal' THEN RETURN OLD; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot % rows of %', lower(TG_OP), TG_TABLE_NAME;\n", hash='ac2bfb01aa5f05afe93299ee112f041d705d9b24', operation='UPDATE OR DELETE', pgid='pgtrigger_is_append_only_d5707', table='history_subject', when='BEFORE')), pgtrigger.compiler.Trigger(name='is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF current_setting('calloff.allow_truncate', true) = 'on' THEN RETURN NULL; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot truncate the history';\n", hash='c11dd132513b112ecf7010a57e501a87dcec8f61', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_is_not_truncated_164da', table='history_subject', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='OnceKey',
                    fields=[
                        ('digest', models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ('body_digest', models.CharField(max_length=64)),
                        ('used_at', models.DateTimeField()),
                        ('http_status', models.PositiveSmallIntegerField(default=0)),
                        ('location', models.TextField(blank=True, default='')),
                        ('answer', models.BinaryField(default=b'')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['used_at'], name='once_key_by_age')],
                    },
                ),
            ],
        ),
    ]
