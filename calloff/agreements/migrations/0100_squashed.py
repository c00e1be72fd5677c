import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('documents', '0100_squashed'),
        ('people', '0100_squashed'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='AgreementText',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.SlugField(max_length=80)),
                        ('version', models.PositiveSmallIntegerField()),
                        ('title', models.CharField(max_length=200)),
                        ('source', models.CharField(max_length=200)),
                        ('body', models.TextField()),
                    ],
                    options={
                        'db_table': 'agreements_text',
                        'constraints': [models.UniqueConstraint(fields=('key', 'version'), name='text_version_once')],
                        'triggers': [pgtrigger.compiler.Trigger(name='text_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='d53ff1d4571bc4fcdccde844cebc2c86da702ce3', operation='UPDATE OR DELETE', pgid='pgtrigger_text_is_kept_33170', table='agreements_text', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Agreement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(max_length=20, unique=True)),
                        ('title', models.CharField(max_length=200)),
                        ('lots', models.JSONField(default=list)),
                        ('prices', models.JSONField(default=list)),
                        ('starts_on', models.DateField(blank=True, null=True)),
                        ('ends_on', models.DateField(blank=True, null=True)),
                        ('on_paper', models.BooleanField(default=False)),
                        ('source', models.CharField(blank=True, max_length=300)),
                        ('offered_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('to_sign', 'Awaiting signature'), ('to_countersign', 'Awaiting countersignature'), ('in_force', 'In force'), ('superseded', 'Superseded'), ('ended', 'Ended')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('paper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('provider', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('text', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreementtext')),
                        ('ended_because', models.TextField(blank=True)),
                        ('buyer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('kind', models.CharField(choices=[('provider', 'Provider agreement'), ('partnership', 'Partnership Agreement'), ('placement', 'Individual placement agreement')], default='provider', max_length=12)),
                        ('particulars', models.JSONField(default=list)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['authority', 'status'], name='agreement_by_authority'), models.Index(fields=['provider', 'status'], name='agreement_by_provider'), models.Index(fields=['buyer', 'status'], name='agreement_by_buyer')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('on_paper', True), ('text', None)), models.Q(('on_paper', False), ('text__isnull', False)), _connector='OR'), name='agreement_pins_a_text_unless_on_paper'), models.CheckConstraint(condition=models.Q(models.Q(('buyer', None), ('kind', 'provider'), ('provider__isnull', False)), models.Q(('buyer__isnull', False), ('kind', 'partnership'), ('provider', None)), models.Q(('buyer__isnull', False), ('kind', 'placement'), ('provider__isnull', False)), _connector='OR'), name='agreement_has_its_two_sides'), models.CheckConstraint(condition=models.Q(('ends_on', None), ('starts_on', None), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='agreement_ends_after_it_starts')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='c5d3b7a6d34e5c23c4dc86dff2244fa8cb043fda', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_cf46b', table='agreements_agreement', when='BEFORE')), pgtrigger.compiler.Trigger(name='ends_on_changes_by_a_verb', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."ends_on" IS DISTINCT FROM (NEW."ends_on"))', func="\n            IF coalesce(current_setting('calloff.verb', true), '') NOT IN ('prolong', 'end', 'dissolve')\n            THEN RAISE EXCEPTION 'pgtrigger: ends_on of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='712f10759805bfd16b97ed15011da5ff180ff002', operation='UPDATE', pgid='pgtrigger_ends_on_changes_by_a_verb_3f73c', table='agreements_agreement', when='BEFORE')), pgtrigger.compiler.Trigger(name='columns_are_set_once', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."paper_id" IS NOT NULL AND OLD."paper_id" IS DISTINCT FROM (NEW."paper_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='fb3c4dd77fb96cfa0599c9915e6df9da04b43e5b', operation='UPDATE', pgid='pgtrigger_columns_are_set_once_e234c', table='agreements_agreement', when='BEFORE')), pgtrigger.compiler.Trigger(name='agreement_is_never_rewritten', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."authority_id" IS DISTINCT FROM (NEW."authority_id") OR OLD."buyer_id" IS DISTINCT FROM (NEW."buyer_id") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."lots" IS DISTINCT FROM (NEW."lots") OR OLD."offered_at" IS DISTINCT FROM (NEW."offered_at") OR OLD."on_paper" IS DISTINCT FROM (NEW."on_paper") OR OLD."particulars" IS DISTINCT FROM (NEW."particulars") OR OLD."prices" IS DISTINCT FROM (NEW."prices") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."reference" IS DISTINCT FROM (NEW."reference") OR OLD."source" IS DISTINCT FROM (NEW."source") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."text_id" IS DISTINCT FROM (NEW."text_id") OR OLD."title" IS DISTINCT FROM (NEW."title"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='393e2b1128afc883380ff85cd55504c5b4f1a676', operation='UPDATE', pgid='pgtrigger_agreement_is_never_rewritten_d7703', table='agreements_agreement', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "agreements_agreementevent" ("authority_id", "buyer_id", "ended_because", "ends_on", "id", "kind", "lots", "offered_at", "on_paper", "paper_id", "particulars", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "provider_id", "reference", "source", "starts_on", "status", "text_id", "title") VALUES (NEW."authority_id", NEW."buyer_id", NEW."ended_because", NEW."ends_on", NEW."id", NEW."kind", NEW."lots", NEW."offered_at", NEW."on_paper", NEW."paper_id", NEW."particulars", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."prices", NEW."provider_id", NEW."reference", NEW."source", NEW."starts_on", NEW."status", NEW."text_id", NEW."title"); RETURN NULL;', hash='e4a00f65e938f29d37fd0b982c12bb020db916e6', operation='INSERT', pgid='pgtrigger_insert_insert_13a93', table='agreements_agreement', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "agreements_agreementevent" ("authority_id", "buyer_id", "ended_because", "ends_on", "id", "kind", "lots", "offered_at", "on_paper", "paper_id", "particulars", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "provider_id", "reference", "source", "starts_on", "status", "text_id", "title") VALUES (NEW."authority_id", NEW."buyer_id", NEW."ended_because", NEW."ends_on", NEW."id", NEW."kind", NEW."lots", NEW."offered_at", NEW."on_paper", NEW."paper_id", NEW."particulars", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."prices", NEW."provider_id", NEW."reference", NEW."source", NEW."starts_on", NEW."status", NEW."text_id", NEW."title"); RETURN NULL;', hash='120f6bee784071a78a997b57adf362a909be665c', operation='UPDATE', pgid='pgtrigger_update_update_36fdd', table='agreements_agreement', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "agreements_agreementevent" ("authority_id", "buyer_id", "ended_because", "ends_on", "id", "kind", "lots", "offered_at", "on_paper", "paper_id", "particulars", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "prices", "provider_id", "reference", "source", "starts_on", "status", "text_id", "title") VALUES (OLD."authority_id", OLD."buyer_id", OLD."ended_because", OLD."ends_on", OLD."id", OLD."kind", OLD."lots", OLD."offered_at", OLD."on_paper", OLD."paper_id", OLD."particulars", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."prices", OLD."provider_id", OLD."reference", OLD."source", OLD."starts_on", OLD."status", OLD."text_id", OLD."title"); RETURN NULL;', hash='96ab47c09f21f059b1252da228bf82a5f72a5e86', operation='DELETE', pgid='pgtrigger_delete_delete_a07e3', table='agreements_agreement', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='Signature',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('side', models.CharField(choices=[('provider', 'For the provider'), ('buyer', 'For the buyer'), ('authority', 'For the authority')], max_length=10)),
                        ('name', models.CharField(max_length=100)),
                        ('role', models.CharField(max_length=100)),
                        ('authority', models.CharField(max_length=300)),
                        ('text_sha256', models.CharField(max_length=64)),
                        ('signed_at', models.DateTimeField()),
                        ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='agreements.agreement')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('agreement', 'side'), name='agreement_signed_once_by_each_side', violation_error_message='This side has already signed.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='signature_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='c2e7d4658253c36bea1f906360b046429c3c65dc', operation='UPDATE OR DELETE', pgid='pgtrigger_signature_is_kept_b14c1', table='agreements_signature', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SigningCode',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('digest', models.CharField(max_length=64)),
                        ('sent_at', models.DateTimeField()),
                        ('attempts', models.PositiveSmallIntegerField(default=0)),
                        ('used_at', models.DateTimeField(blank=True, null=True)),
                        ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='agreements.agreement')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('used_at', None)), fields=('agreement', 'person'), name='signing_code_one_at_a_time')],
                    },
                ),
                migrations.CreateModel(
                    name='AgreementEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('reference', models.CharField(max_length=20)),
                        ('title', models.CharField(max_length=200)),
                        ('lots', models.JSONField(default=list)),
                        ('prices', models.JSONField(default=list)),
                        ('starts_on', models.DateField(blank=True, null=True)),
                        ('ends_on', models.DateField(blank=True, null=True)),
                        ('on_paper', models.BooleanField(default=False)),
                        ('source', models.CharField(blank=True, max_length=300)),
                        ('offered_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('to_sign', 'Awaiting signature'), ('to_countersign', 'Awaiting countersignature'), ('in_force', 'In force'), ('superseded', 'Superseded'), ('ended', 'Ended')], max_length=20)),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('paper', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='documents.storedfile')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='agreements.agreement')),
                        ('provider', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('text', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='agreements.agreementtext')),
                        ('ended_because', models.TextField(blank=True)),
                        ('buyer', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('kind', models.CharField(choices=[('provider', 'Provider agreement'), ('partnership', 'Partnership Agreement'), ('placement', 'Individual placement agreement')], default='provider', max_length=12)),
                        ('particulars', models.JSONField(default=list)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='10a426d334db94a2d51d3555cf1d4c20cc116b1d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_ab134', table='agreements_agreementevent', when='BEFORE'))],
                    },
                ),
            ],
        ),
    ]
