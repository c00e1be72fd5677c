import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("applications_application", "market_id", "markets_market"),
    ("applications_lotrequest", "application_id", "applications_application"),
    ("applications_lotrequest", "lot_id", "markets_lot"),
    ("applications_disposal", "market_id", "markets_market"),
    ("applications_part", "application_id", "applications_application"),
    ("applications_clarification", "application_id", "applications_application"),
    ("applications_lotrequest", "application_id", "applications_application", "provider_id"),
    ("applications_clarification", "application_id", "applications_application", "provider_id"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('documents', '0100_squashed'),
        ('markets', '0100_squashed'),
        ('people', '0100_squashed'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('questions', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='DraftDisposal',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('rule', models.CharField(max_length=40)),
                        ('words', models.CharField(max_length=200)),
                        ('months', models.PositiveSmallIntegerField()),
                        ('source', models.CharField(max_length=200)),
                        ('references', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(max_length=20), size=None)),
                        ('disposed_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                    ],
                    options={
                        'db_table': 'applications_disposal',
                        'triggers': [pgtrigger.compiler.Trigger(name='certificate_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='ee5692c81d1ba1a71064cda28c26dc0c324d3f5c', operation='UPDATE OR DELETE', pgid='pgtrigger_certificate_is_kept_6cc07', table='applications_disposal', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Application',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('reference', models.CharField(max_length=20, unique=True)),
                        ('lots', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, size=None)),
                        ('started_at', models.DateTimeField()),
                        ('amending', models.BooleanField(default=False)),
                        ('submitted_at', models.DateTimeField(blank=True, null=True)),
                        ('decide_by', models.DateField(blank=True, null=True)),
                        ('more_time_reason', models.TextField(blank=True)),
                        ('returned_because', models.TextField(blank=True)),
                        ('assessment_began_at', models.DateTimeField(blank=True, null=True)),
                        ('changed_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('assessing', 'Being assessed'), ('clarifying', 'Clarification needed'), ('to_decide', 'Awaiting decision'), ('decided', 'Decided'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('version', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.submittedversion')),
                        ('eligibility', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.RESTRICT, related_name='+', to='applications.eligibilitycheck')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['authority', 'status', 'decide_by'], name='application_queue'), models.Index(fields=['provider', '-id'], name='application_of_provider')],
                        'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['draft', 'withdrawn']), models.Q(('submitted_at__isnull', False), ('version__isnull', False)), _connector='OR'), name='application_sent_has_a_version'), models.CheckConstraint(condition=models.Q(('amending', False), ('status', 'submitted'), ('status', 'withdrawn'), _connector='OR'), name='application_amended_only_before_assessment')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='e970e4851b3c47bb06c6edc31d21624981978787', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_ae114', table='applications_application', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "applications_applicationevent" ("amending", "assessment_began_at", "authority_id", "changed_at", "decide_by", "eligibility_id", "id", "lots", "market_id", "more_time_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "reference", "returned_because", "started_at", "status", "submitted_at", "version_id") VALUES (NEW."amending", NEW."assessment_began_at", NEW."authority_id", NEW."changed_at", NEW."decide_by", NEW."eligibility_id", NEW."id", NEW."lots", NEW."market_id", NEW."more_time_reason", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider_id", NEW."reference", NEW."returned_because", NEW."started_at", NEW."status", NEW."submitted_at", NEW."version_id"); RETURN NULL;', hash='4b02203f41433a3270e26c7f968bc7a841a16b4d', operation='INSERT', pgid='pgtrigger_insert_insert_60e1b', table='applications_application', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "applications_applicationevent" ("amending", "assessment_began_at", "authority_id", "changed_at", "decide_by", "eligibility_id", "id", "lots", "market_id", "more_time_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "reference", "returned_because", "started_at", "status", "submitted_at", "version_id") VALUES (NEW."amending", NEW."assessment_began_at", NEW."authority_id", NEW."changed_at", NEW."decide_by", NEW."eligibility_id", NEW."id", NEW."lots", NEW."market_id", NEW."more_time_reason", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider_id", NEW."reference", NEW."returned_because", NEW."started_at", NEW."status", NEW."submitted_at", NEW."version_id"); RETURN NULL;', hash='f07c03bf6f0954139253cb0dbdf773de4fe8446f', operation='UPDATE', pgid='pgtrigger_update_update_f714e', table='applications_application', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "applications_applicationevent" ("amending", "assessment_began_at", "authority_id", "changed_at", "decide_by", "eligibility_id", "id", "lots", "market_id", "more_time_reason", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "reference", "returned_because", "started_at", "status", "submitted_at", "version_id") VALUES (OLD."amending", OLD."assessment_began_at", OLD."authority_id", OLD."changed_at", OLD."decide_by", OLD."eligibility_id", OLD."id", OLD."lots", OLD."market_id", OLD."more_time_reason", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider_id", OLD."reference", OLD."returned_because", OLD."started_at", OLD."status", OLD."submitted_at", OLD."version_id"); RETURN NULL;', hash='0597d0ec209ed18d269a293645ad4232383c265c', operation='DELETE', pgid='pgtrigger_delete_delete_9016e', table='applications_application', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='LotRequest',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('status', models.CharField(choices=[('requested', 'Requested'), ('admitted', 'Admitted'), ('conditional', 'Admitted with conditions'), ('refused', 'Not admitted'), ('withdrawn', 'Withdrawn'), ('released', 'Membership ended')], max_length=20)),
                        ('application', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='requests', to='applications.application')),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('requested', 'admitted', 'conditional'))), fields=('provider', 'lot'), name='lot_requested_once', violation_error_message='You have already applied to this category, or are already a member of it.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='8f4854ba9a5f2601195c30f96428a798325f495b', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_ea859', table='applications_lotrequest', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "applications_lotrequestevent" ("application_id", "authority_id", "id", "lot_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "status") VALUES (NEW."application_id", NEW."authority_id", NEW."id", NEW."lot_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider_id", NEW."status"); RETURN NULL;', hash='2e7c7a6e413c8d512ab0d3b41a996dec320c31c5', operation='INSERT', pgid='pgtrigger_insert_insert_650c2', table='applications_lotrequest', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "applications_lotrequestevent" ("application_id", "authority_id", "id", "lot_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "status") VALUES (NEW."application_id", NEW."authority_id", NEW."id", NEW."lot_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider_id", NEW."status"); RETURN NULL;', hash='f4b1e91fc96070d444c2158c5fa7a2780ff42c8c', operation='UPDATE', pgid='pgtrigger_update_update_b8f13', table='applications_lotrequest', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "applications_lotrequestevent" ("application_id", "authority_id", "id", "lot_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "status") VALUES (OLD."application_id", OLD."authority_id", OLD."id", OLD."lot_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider_id", OLD."status"); RETURN NULL;', hash='f81467d0f5f932365edf4accc46739babcb7b718', operation='DELETE', pgid='pgtrigger_delete_delete_4b6a1', table='applications_lotrequest', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='LotRequestEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('status', models.CharField(choices=[('requested', 'Requested'), ('admitted', 'Admitted'), ('conditional', 'Admitted with conditions'), ('refused', 'Not admitted'), ('withdrawn', 'Withdrawn'), ('released', 'Membership ended')], max_length=20)),
                        ('application', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='applications.application')),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.lot')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='applications.lotrequest')),
                        ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='97242b5fc39d714b71c0ade6610af2240dac6182', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4979f', table='applications_lotrequestevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='EvaluatorAssignment',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('allocated_at', models.DateTimeField()),
                        ('declared_at', models.DateTimeField(blank=True, null=True)),
                        ('interest', models.TextField(blank=True)),
                        ('finished_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('allocated', 'Allocated'), ('marking', 'Marking'), ('finished', 'Finished'), ('stood_down', 'Stood down'), ('taken_back', 'Withdrawn by the council')], max_length=20)),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='parts', to='applications.application')),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('taken_back_because', models.TextField(blank=True)),
                    ],
                    options={
                        'db_table': 'applications_part',
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status__in', ('stood_down', 'taken_back')), _negated=True), fields=('application', 'person'), name='part_once_for_a_person', violation_error_message='This person is already allocated to this application.'), models.CheckConstraint(condition=models.Q(('status__in', ['allocated', 'stood_down', 'taken_back']), ('declared_at__isnull', False), _connector='OR'), name='part_declares_before_marking'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'taken_back'), _negated=True), models.Q(('taken_back_because', ''), _negated=True), _connector='OR'), name='part_taken_back_with_a_reason')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='ec5ea837d4994383ac834f204875ca12a2f3f5e3', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_a3b91', table='applications_part', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Mark',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=60)),
                        ('passed', models.BooleanField(blank=True, null=True)),
                        ('score', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('reason', models.TextField()),
                        ('marked_at', models.DateTimeField()),
                        ('part', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='marks', to='applications.evaluatorassignment')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('part', 'key'), name='mark_once'), models.CheckConstraint(condition=models.Q(models.Q(('passed__isnull', False), ('score__isnull', True)), models.Q(('passed__isnull', True), ('score__isnull', False)), _connector='OR'), name='mark_is_a_pass_or_a_score'), models.CheckConstraint(condition=models.Q(('score', None), ('score__lte', 5), _connector='OR'), name='mark_score_from_0_to_5'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='mark_has_a_reason')],
                    },
                ),
                migrations.CreateModel(
                    name='SectionAnswers',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=50)),
                        ('answers', models.JSONField(default=dict)),
                        ('saves', models.PositiveIntegerField(default=0)),
                        ('saved_at', models.DateTimeField()),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sections', to='applications.application')),
                        ('saved_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'db_table': 'applications_section',
                        'constraints': [models.UniqueConstraint(fields=('application', 'key'), name='section_once')],
                    },
                ),
                migrations.CreateModel(
                    name='AgreedMark',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('key', models.CharField(max_length=60)),
                        ('passed', models.BooleanField(blank=True, null=True)),
                        ('score', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('reason', models.TextField()),
                        ('agreed_at', models.DateTimeField()),
                        ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreed_marks', to='applications.application')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('application', 'key'), name='agreed_mark_once'), models.CheckConstraint(condition=models.Q(models.Q(('passed__isnull', False), ('score__isnull', True)), models.Q(('passed__isnull', True), ('score__isnull', False), ('score__lte', 5)), _connector='OR'), name='agreed_mark_is_a_pass_or_a_score')],
                    },
                ),
                migrations.CreateModel(
                    name='Clarification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('question', models.TextField()),
                        ('asked_at', models.DateTimeField()),
                        ('answer_by', models.DateTimeField()),
                        ('answer', models.TextField(blank=True)),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('asked', 'Waiting for an answer'), ('answered', 'Answered')], max_length=20)),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='clarifications', to='applications.application')),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('application',), name='clarification_one_at_a_time', violation_error_message='You have already asked the provider a question. You can ask another when it has answered.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='606d8cb24040aab15d43540f562d80efaa88f3c3', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_9b91c', table='applications_clarification', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='EligibilityCheck',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('answers', models.JSONField()),
                        ('outcome', models.CharField(choices=[('eligible', 'Can apply'), ('needs_a_person', 'Can apply, with an answer to consider')], max_length=20)),
                        ('answered_at', models.DateTimeField()),
                        ('answered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='eligibility_checks', to='applications.application')),
                        ('edition', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='questions.questionsetversion')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('outcome__in', ['eligible', 'needs_a_person'])), name='eligibility_check_allows_an_application')],
                        'triggers': [pgtrigger.compiler.Trigger(name='is_append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF TG_OP = 'DELETE' AND current_user = 'calloff_disposal' THEN RETURN OLD; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot % rows of %', lower(TG_OP), TG_TABLE_NAME;\n", hash='ad4246a2eaf9518aee6381ab52e1b0706e9f65ce', operation='UPDATE OR DELETE', pgid='pgtrigger_is_append_only_0d53e', table='applications_eligibilitycheck', when='BEFORE')), pgtrigger.compiler.Trigger(name='is_not_truncated', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n    IF current_setting('calloff.allow_truncate', true) = 'on' THEN RETURN NULL; END IF;\n    RAISE EXCEPTION 'pgtrigger: Cannot truncate the history';\n", hash='629fd0115adbd86c324f396b792870c54b7598ce', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_is_not_truncated_45aaf', table='applications_eligibilitycheck', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SubmittedVersion',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('answers', models.JSONField()),
                        ('lots', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), size=None)),
                        ('submitted_at', models.DateTimeField()),
                        ('declared_name', models.CharField(max_length=100)),
                        ('declared_role', models.CharField(max_length=100)),
                        ('flags', models.JSONField(default=list)),
                        ('application', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='applications.application')),
                        ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('eligibility', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='applications.eligibilitycheck')),
                    ],
                    options={
                        'db_table': 'applications_version',
                        'constraints': [models.UniqueConstraint(fields=('application', 'number'), name='version_numbered_once')],
                        'triggers': [pgtrigger.compiler.Trigger(name='version_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='52f3b4f3a094293e3e514503fae76809e5c3784f', operation='UPDATE OR DELETE', pgid='pgtrigger_version_is_kept_7f462', table='applications_version', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SubmittedCopy',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('version', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='copy', to='applications.submittedversion')),
                    ],
                    options={
                        'db_table': 'applications_copy',
                    },
                ),
                migrations.CreateModel(
                    name='ApplicationEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('reference', models.CharField(max_length=20)),
                        ('lots', django.contrib.postgres.fields.ArrayField(base_field=models.PositiveSmallIntegerField(), default=list, size=None)),
                        ('started_at', models.DateTimeField()),
                        ('amending', models.BooleanField(default=False)),
                        ('submitted_at', models.DateTimeField(blank=True, null=True)),
                        ('decide_by', models.DateField(blank=True, null=True)),
                        ('more_time_reason', models.TextField(blank=True)),
                        ('returned_because', models.TextField(blank=True)),
                        ('assessment_began_at', models.DateTimeField(blank=True, null=True)),
                        ('changed_at', models.DateTimeField()),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('submitted', 'Submitted'), ('assessing', 'Being assessed'), ('clarifying', 'Clarification needed'), ('to_decide', 'Awaiting decision'), ('decided', 'Decided'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('market', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.market')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='applications.application')),
                        ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('version', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='applications.submittedversion')),
                        ('eligibility', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='applications.eligibilitycheck')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='630c1c333f6d410f309a87e3bbbc3af261f9a94f', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_4f572', table='applications_applicationevent', when='BEFORE'))],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
