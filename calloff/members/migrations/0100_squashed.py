import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("members_member", "market_id", "markets_market"),
    ("members_member", "lot_id", "markets_lot"),
    ("members_member", "request_id", "applications_lotrequest"),
    ("members_member", "agreement_id", "agreements_agreement"),
    ("members_member", "suspension_id", "members_suspension"),
    ("members_reinstatement", "suspension_id", "members_suspension"),
    ("members_decision", "application_id", "applications_application"),
    ("members_decision", "agreement_id", "agreements_agreement"),
    ("members_outcome", "decision_id", "members_decision"),
    ("members_outcome", "request_id", "applications_lotrequest"),
    ("members_outcome", "lot_id", "markets_lot"),
    ("members_condition", "member_id", "members_member"),
    ("members_removal", "member_id", "members_member"),
    ("members_member", "request_id", "applications_lotrequest", "provider_id"),
    ("members_member", "agreement_id", "agreements_agreement", "provider_id"),
    ("members_member", "suspension_id", "members_suspension", "provider_id"),
    ("members_decision", "application_id", "applications_application", "provider_id"),
    ("members_decision", "agreement_id", "agreements_agreement", "provider_id"),
    ("members_condition", "member_id", "members_member", "provider_id"),
    ("members_removal", "member_id", "members_member", "provider_id"),
    ("members_member", "request_id", "applications_lotrequest", "lot_id"),
    ("members_outcome", "request_id", "applications_lotrequest", "lot_id"),
    ("members_member", "lot_id", "markets_lot", "market_id"),
    ("members_documentpromise", "member_id", "members_member"),
    ("members_documentpromise", "member_id", "members_member", "provider_id"),
    ("members_documentpromise", "evidence_id", "evidence_evidence", "provider_id"),
    ("members_suspensionreview", "suspension_id", "members_suspension"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agreements', '0100_squashed'),
        ('applications', '0100_squashed'),
        ('documents', '0100_squashed'),
        ('evidence', '0100_squashed'),
        ('markets', '0100_squashed'),
        ('people', '0100_squashed'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='ApplicationDecision',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('decided_at', models.DateTimeField()),
                        ('letter', models.JSONField()),
                        ('agreement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreement')),
                        ('application', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.application')),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('paper', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'db_table': 'members_decision',
                        'triggers': [pgtrigger.compiler.Trigger(name='decision_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4cdce7c98e5c220e30b138778e70b19ed1735fc8', operation='UPDATE OR DELETE', pgid='pgtrigger_decision_is_kept_3b3ed', table='members_decision', when='BEFORE')), pgtrigger.compiler.Trigger(name='nobody_approves_their_own_marks', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM applications_part WHERE application_id = NEW.application_id\n                               AND person_id = NEW.by_id)\n                    THEN RAISE EXCEPTION 'pgtrigger: Nobody approves their own marks'; END IF;\n                    RETURN NEW;\n                ", hash='a6c59a08cd08f8bc21c54fb9c4de7ebe15d4b039', operation='INSERT', pgid='pgtrigger_nobody_approves_their_own_marks_4a496', table='members_decision', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='LotOutcome',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('admitted', models.BooleanField()),
                        ('reason', models.TextField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('decision', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='members.applicationdecision')),
                        ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.lotrequest')),
                    ],
                    options={
                        'db_table': 'members_outcome',
                        'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='outcome_has_a_reason')],
                        'triggers': [pgtrigger.compiler.Trigger(name='outcome_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='b9e464888e5ebc60cf6fc3babcda6bc15f893bd8', operation='UPDATE OR DELETE', pgid='pgtrigger_outcome_is_kept_5ddb5', table='members_outcome', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Suspension',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('clause', models.CharField(max_length=300)),
                        ('reason', models.TextField()),
                        ('review_route', models.TextField()),
                        ('left_out_reason', models.TextField(blank=True)),
                        ('made_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('review_on', models.DateField(db_default=models.Func(function='', output_field=models.DateField(), template='(CURRENT_DATE + 28)'))),
                        ('withheld_because', models.TextField(blank=True)),
                        ('withheld_by', models.CharField(blank=True, max_length=200)),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('withheld_because', ''), ('withheld_by', '')), models.Q(models.Q(('withheld_by', ''), _negated=True), models.Q(('withheld_because', ''), _negated=True)), _connector='OR'), name='suspension_withheld_says_who_and_why')],
                        'triggers': [pgtrigger.compiler.Trigger(name='suspension_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='2cee069504f3cd21803b2c7c67eff4610c73c65b', operation='UPDATE OR DELETE', pgid='pgtrigger_suspension_is_kept_0716b', table='members_suspension', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Member',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(max_length=20, unique=True)),
                        ('joined_at', models.DateTimeField()),
                        ('required_evidence', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                        ('query', models.CharField(blank=True, max_length=300)),
                        ('last_checked_on', models.DateField(blank=True, null=True)),
                        ('changed_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('active', 'Live'), ('suspended', 'Suspended'), ('removed', 'Removed'), ('ended', 'Ended')], max_length=20)),
                        ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreement')),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('request', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.lotrequest')),
                        ('suspension', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='members.suspension')),
                        ('least_cover', models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        'indexes': [models.Index(fields=['authority', 'status'], name='member_by_authority'), models.Index(fields=['provider'], name='member_by_provider')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('active', 'suspended'))), fields=('lot', 'provider'), name='member_stands_once_in_a_lot', violation_error_message='This provider is already a member of this category.'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'suspended'), _negated=True), ('suspension__isnull', False), _connector='OR'), name='member_suspended_by_a_suspension')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='542579a74d58f0fc185e863d491a095caed5f227', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_4c010', table='members_member', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "members_memberevent" ("agreement_id", "authority_id", "changed_at", "id", "joined_at", "last_checked_on", "least_cover", "lot_id", "market_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "query", "reference", "request_id", "required_evidence", "status", "suspension_id") VALUES (NEW."agreement_id", NEW."authority_id", NEW."changed_at", NEW."id", NEW."joined_at", NEW."last_checked_on", NEW."least_cover", NEW."lot_id", NEW."market_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider_id", NEW."query", NEW."reference", NEW."request_id", NEW."required_evidence", NEW."status", NEW."suspension_id"); RETURN NULL;', hash='faf63594c17c2d0a4d8d3c903ba5e3f00981f948', operation='INSERT', pgid='pgtrigger_insert_insert_2df50', table='members_member', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "members_memberevent" ("agreement_id", "authority_id", "changed_at", "id", "joined_at", "last_checked_on", "least_cover", "lot_id", "market_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "query", "reference", "request_id", "required_evidence", "status", "suspension_id") VALUES (NEW."agreement_id", NEW."authority_id", NEW."changed_at", NEW."id", NEW."joined_at", NEW."last_checked_on", NEW."least_cover", NEW."lot_id", NEW."market_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider_id", NEW."query", NEW."reference", NEW."request_id", NEW."required_evidence", NEW."status", NEW."suspension_id"); RETURN NULL;', hash='f65e2bb2716086925fb0be07e7a939832ede29aa', operation='UPDATE', pgid='pgtrigger_update_update_b1bc1', table='members_member', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "members_memberevent" ("agreement_id", "authority_id", "changed_at", "id", "joined_at", "last_checked_on", "least_cover", "lot_id", "market_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "query", "reference", "request_id", "required_evidence", "status", "suspension_id") VALUES (OLD."agreement_id", OLD."authority_id", OLD."changed_at", OLD."id", OLD."joined_at", OLD."last_checked_on", OLD."least_cover", OLD."lot_id", OLD."market_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider_id", OLD."query", OLD."reference", OLD."request_id", OLD."required_evidence", OLD."status", OLD."suspension_id"); RETURN NULL;', hash='67e52ae7168f9362e9473a83f7e9a0dede0777fb', operation='DELETE', pgid='pgtrigger_delete_delete_925fb', table='members_member', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='MembershipCondition',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('text', models.TextField()),
                        ('due_on', models.DateField()),
                        ('answer', models.TextField(blank=True)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('met_at', models.DateTimeField(blank=True, null=True)),
                        ('met_because', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('outstanding', 'Not yet met'), ('answered', 'Answered'), ('met', 'Met')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conditions', to='members.member')),
                    ],
                    options={
                        'db_table': 'members_condition',
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='991f6d53fd41f8e9b4710d5a16ecc183d6e27455', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_83f68', table='members_condition', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='MemberRemoval',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reason', models.TextField()),
                        ('proposed_at', models.DateTimeField()),
                        ('answer_by', models.DateTimeField()),
                        ('answer', models.TextField(blank=True)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('closing_reason', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('proposed', 'Proposed'), ('answered', 'Answered'), ('done', 'Removed'), ('dropped', 'Dropped')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='removals', to='members.member')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'db_table': 'members_removal',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ['proposed', 'answered'])), fields=('member',), name='removal_one_at_a_time', violation_error_message='A removal has already been proposed. Decide that removal first.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='29a0921abb406f18f1d4efbb809c06323cb0ffc0', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_a4339', table='members_removal', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Reinstatement',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reason', models.TextField()),
                        ('made_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('suspension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.suspension')),
                    ],
                    options={
                        'triggers': [pgtrigger.compiler.Trigger(name='reinstatement_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4fd5c038719861eccfdfc39745a51bc9d526764e', operation='UPDATE OR DELETE', pgid='pgtrigger_reinstatement_is_kept_6d149', table='members_reinstatement', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='MemberEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('reference', models.CharField(max_length=20)),
                        ('joined_at', models.DateTimeField()),
                        ('required_evidence', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=60), blank=True, default=list, size=None)),
                        ('query', models.CharField(blank=True, max_length=300)),
                        ('last_checked_on', models.DateField(blank=True, null=True)),
                        ('changed_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('active', 'Live'), ('suspended', 'Suspended'), ('removed', 'Removed'), ('ended', 'Ended')], max_length=20)),
                        ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='agreements.agreement')),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.lot')),
                        ('market', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.market')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='members.member')),
                        ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('request', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='applications.lotrequest')),
                        ('suspension', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.suspension')),
                        ('least_cover', models.JSONField(blank=True, default=dict)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='adf47588a34feaa7fc9f2d2dcecbee2efbf62151', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_de38d', table='members_memberevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ProviderCheck',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('checked_on', models.DateField()),
                        ('how', models.CharField(choices=[('visit', 'Visit'), ('desk', 'Desktop check'), ('call', 'Call')], max_length=10)),
                        ('found', models.TextField(blank=True)),
                        ('recorded_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'db_table': 'members_check',
                        'indexes': [models.Index(fields=['authority', 'provider', '-checked_on'], name='check_by_provider')],
                        'triggers': [pgtrigger.compiler.Trigger(name='check_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='076729e0826833f66da786c9becddced88b256ca', operation='UPDATE OR DELETE', pgid='pgtrigger_check_is_kept_a3e66', table='members_check', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='DocumentPromise',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=50)),
                        ('title', models.CharField(max_length=300)),
                        ('cover', models.DecimalField(blank=True, decimal_places=2, max_digits=12, null=True)),
                        ('due_on', models.DateField(blank=True, null=True)),
                        ('promised_by', models.CharField(max_length=100)),
                        ('promised_at', models.DateTimeField()),
                        ('fulfilled_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('promised', 'Promised'), ('fulfilled', 'Fulfilled')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('evidence', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='evidence.evidence')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='promises', to='members.member')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('member', 'kind'), name='document_promised_once', violation_error_message='This document has already been promised.'), models.CheckConstraint(condition=models.Q(models.Q(('evidence', None), ('fulfilled_at', None), ('status', 'promised')), models.Q(('evidence__isnull', False), ('fulfilled_at__isnull', False), ('status', 'fulfilled')), _connector='OR'), name='promise_fulfilled_by_a_document')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='0bdb126d69d996028def5c4af67074eed2b1e956', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_e808a', table='members_documentpromise', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SuspensionReview',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('found', models.TextField()),
                        ('gives_reason', models.BooleanField(default=False)),
                        ('next_on', models.DateField()),
                        ('made_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('suspension', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='members.suspension')),
                    ],
                    options={
                        'triggers': [pgtrigger.compiler.Trigger(name='suspension_review_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='f640eaeb8ac7569d2cda789e5c458e04a5e5517a', operation='UPDATE OR DELETE', pgid='pgtrigger_suspension_review_is_kept_38566', table='members_suspensionreview', when='BEFORE'))],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
