import pgtrigger.compiler
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Link',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('purpose', models.CharField(max_length=40)),
                        ('record_type', models.CharField(max_length=100)),
                        ('record_id', models.BigIntegerField()),
                        ('digest', models.CharField(max_length=64, unique=True)),
                        ('made_at', models.DateTimeField()),
                        ('expires_at', models.DateTimeField()),
                        ('max_uses', models.PositiveSmallIntegerField(default=1)),
                        ('uses', models.PositiveSmallIntegerField(default=0)),
                        ('last_used_at', models.DateTimeField(blank=True, null=True)),
                        ('revoked_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['record_type', 'record_id'], name='link_of_a_record')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('max_uses__gte', 1), ('uses__lte', models.F('max_uses'))), name='link_used_no_more_than_allowed'), models.CheckConstraint(condition=models.Q(('expires_at__gt', models.F('made_at'))), name='link_expires_after_it_is_made'), models.CheckConstraint(condition=models.Q(models.Q(('last_used_at', None), ('uses', 0)), models.Q(('last_used_at__isnull', False), ('uses__gt', 0)), _connector='OR'), name='link_used_at_an_instant')],
                        'triggers': [pgtrigger.compiler.Trigger(name='columns_are_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."digest" IS DISTINCT FROM (NEW."digest") OR OLD."expires_at" IS DISTINCT FROM (NEW."expires_at") OR OLD."made_at" IS DISTINCT FROM (NEW."made_at") OR OLD."max_uses" IS DISTINCT FROM (NEW."max_uses") OR OLD."purpose" IS DISTINCT FROM (NEW."purpose") OR OLD."record_id" IS DISTINCT FROM (NEW."record_id") OR OLD."record_type" IS DISTINCT FROM (NEW."record_type"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='11ea242f41861ea2817ed388e9e97d5fe4eb83f7', operation='UPDATE', pgid='pgtrigger_columns_are_never_rewritten_a0021', table='links_link', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_set_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."revoked_at" IS NOT NULL AND OLD."revoked_at" IS DISTINCT FROM (NEW."revoked_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='f097271263754e64a44906405cf1dd1f26b46466', operation='UPDATE', pgid='pgtrigger_columns_are_set_once_d96de', table='links_link', when='BEFORE')), pgtrigger.compiler.Trigger(name='uses_are_counted_up', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."uses" < (OLD."uses"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='8189d7130eda289e9afe3baf940f865efac61a2f', operation='UPDATE', pgid='pgtrigger_uses_are_counted_up_efd13', table='links_link', when='BEFORE'))],
                    },
                ),
            ],
        ),
    ]
