import django.db.models.deletion
import pgtrigger.compiler
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("markets_lot", "market_id", "markets_market"),
    ("markets_extension", "market_id", "markets_market"),
    ("markets_modification", "market_id", "markets_market"),
    ("markets_modification", "lot_id", "markets_lot"),
    ("markets_marketgrant", "market_id", "markets_market"),
    ("markets_modification", "lot_id", "markets_lot", "market_id"),
)


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agreements', '0100_squashed'),
        ('people', '0100_squashed'),
        ('pghistory', '0007_auto_20250421_0444'),
        ('questions', '0100_squashed'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='MarketTerms',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('fingerprint', models.CharField(max_length=64, unique=True)),
                        ('content', models.JSONField()),
                    ],
                    options={
                        'db_table': 'markets_terms',
                        'triggers': [pgtrigger.compiler.Trigger(name='terms_are_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='367f849e590cab48c4616d5976c6fa9d22cc0efd', operation='UPDATE OR DELETE', pgid='pgtrigger_terms_are_kept_29d1c', table='markets_terms', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Market',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('code', models.CharField(max_length=6, unique=True)),
                        ('slug', models.SlugField(max_length=80)),
                        ('title', models.CharField(max_length=200)),
                        ('summary', models.TextField()),
                        ('tool', models.CharField(choices=[('dps', 'Dynamic purchasing system'), ('framework', 'Framework'), ('open_framework', 'Open framework'), ('dynamic_market', 'Dynamic market'), ('light_touch_arrangement', 'Light-touch arrangement')], max_length=30)),
                        ('ruleset', models.CharField(max_length=50)),
                        ('began_on', models.DateField(blank=True, null=True)),
                        ('opens_at', models.DateTimeField()),
                        ('closes_at', models.DateTimeField()),
                        ('term_starts_on', models.DateField()),
                        ('term_ends_on', models.DateField()),
                        ('demonstration_term', models.BooleanField(default=False)),
                        ('loaded_as', models.CharField(max_length=64)),
                        ('prices_public', models.BooleanField(default=False)),
                        ('justification', models.TextField(blank=True)),
                        ('ended_because', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('ended', 'Ended')], max_length=20)),
                        ('agreement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreementtext')),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('eligibility', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='questions.questionsetversion')),
                        ('questions', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='questions.questionsetversion')),
                        ('terms', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.marketterms')),
                        ('partnership', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreementtext')),
                        ('placement', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreementtext')),
                        ('ruleset_digest', models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('authority', 'slug'), name='market_slug_once', violation_error_message='Another market already uses this slug. Choose another slug.'), models.CheckConstraint(condition=models.Q(('closes_at__gt', models.F('opens_at'))), name='market_closes_after_it_opens'), models.CheckConstraint(condition=models.Q(('term_ends_on__gte', models.F('term_starts_on'))), name='market_term_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('code__regex', '^[A-Z]{2,6}$')), name='market_code_is_letters', violation_error_message='Market code must be 2 to 6 capital letters.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='84e5123eb58a856c4c74707d6d63b58e20fedbab', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_4f9eb', table='markets_market', when='BEFORE')), pgtrigger.compiler.Trigger(name='market_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='793dbe95bbb880c1a984d51b94c8b2cd7fa30cf4', operation='DELETE', pgid='pgtrigger_market_is_kept_4081b', table='markets_market', when='BEFORE')), pgtrigger.compiler.Trigger(name='market_is_frozen_once_open', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IN (\'open\', \'ended\'))', func="\n                    IF (OLD.authority_id, OLD.code, OLD.slug, OLD.title, OLD.tool, OLD.ruleset, OLD.began_on,\n                        OLD.ruleset_digest, OLD.opens_at, OLD.term_starts_on, OLD.loaded_as, OLD.questions_id,\n                        OLD.eligibility_id, OLD.agreement_id, OLD.partnership_id, OLD.placement_id)\n                    IS DISTINCT FROM\n                       (NEW.authority_id, NEW.code, NEW.slug, NEW.title, NEW.tool, NEW.ruleset, NEW.began_on,\n                        NEW.ruleset_digest, NEW.opens_at, NEW.term_starts_on, NEW.loaded_as, NEW.questions_id,\n                        NEW.eligibility_id, NEW.agreement_id, NEW.partnership_id, NEW.placement_id)\n                    THEN RAISE EXCEPTION 'pgtrigger: An open market is frozen'; END IF;\n                    IF (OLD.closes_at, OLD.term_ends_on) IS DISTINCT FROM (NEW.closes_at, NEW.term_ends_on)\n                       AND current_setting('calloff.verb', true) IS DISTINCT FROM 'extend'\n                    THEN RAISE EXCEPTION 'pgtrigger: An open market is prolonged by an extension alone'; END IF;\n                    IF (OLD.summary, OLD.terms_id, OLD.prices_public)\n                       IS DISTINCT FROM (NEW.summary, NEW.terms_id, NEW.prices_public)\n                       AND current_setting('calloff.verb', true) IS DISTINCT FROM 'modify'\n                    THEN RAISE EXCEPTION 'pgtrigger: An open market is changed by a modification alone'; END IF;\n                    RETURN NEW;\n                ", hash='f0db931f8a312a13f9c21b1155c699cddb7696d0', operation='UPDATE', pgid='pgtrigger_market_is_frozen_once_open_0ba4a', table='markets_market', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "markets_marketevent" ("agreement_id", "authority_id", "began_on", "closes_at", "code", "demonstration_term", "eligibility_id", "ended_because", "id", "justification", "loaded_as", "opens_at", "partnership_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placement_id", "prices_public", "questions_id", "ruleset", "ruleset_digest", "slug", "status", "summary", "term_ends_on", "term_starts_on", "terms_id", "title", "tool") VALUES (NEW."agreement_id", NEW."authority_id", NEW."began_on", NEW."closes_at", NEW."code", NEW."demonstration_term", NEW."eligibility_id", NEW."ended_because", NEW."id", NEW."justification", NEW."loaded_as", NEW."opens_at", NEW."partnership_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."placement_id", NEW."prices_public", NEW."questions_id", NEW."ruleset", NEW."ruleset_digest", NEW."slug", NEW."status", NEW."summary", NEW."term_ends_on", NEW."term_starts_on", NEW."terms_id", NEW."title", NEW."tool"); RETURN NULL;', hash='21b475c91da4c46037d73d2588198f82162f42b1', operation='INSERT', pgid='pgtrigger_insert_insert_a056a', table='markets_market', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "markets_marketevent" ("agreement_id", "authority_id", "began_on", "closes_at", "code", "demonstration_term", "eligibility_id", "ended_because", "id", "justification", "loaded_as", "opens_at", "partnership_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placement_id", "prices_public", "questions_id", "ruleset", "ruleset_digest", "slug", "status", "summary", "term_ends_on", "term_starts_on", "terms_id", "title", "tool") VALUES (NEW."agreement_id", NEW."authority_id", NEW."began_on", NEW."closes_at", NEW."code", NEW."demonstration_term", NEW."eligibility_id", NEW."ended_because", NEW."id", NEW."justification", NEW."loaded_as", NEW."opens_at", NEW."partnership_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."placement_id", NEW."prices_public", NEW."questions_id", NEW."ruleset", NEW."ruleset_digest", NEW."slug", NEW."status", NEW."summary", NEW."term_ends_on", NEW."term_starts_on", NEW."terms_id", NEW."title", NEW."tool"); RETURN NULL;', hash='375fee5867cd9ce825dd43f6e4ddb11108e7276e', operation='UPDATE', pgid='pgtrigger_update_update_b9822', table='markets_market', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "markets_marketevent" ("agreement_id", "authority_id", "began_on", "closes_at", "code", "demonstration_term", "eligibility_id", "ended_because", "id", "justification", "loaded_as", "opens_at", "partnership_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "placement_id", "prices_public", "questions_id", "ruleset", "ruleset_digest", "slug", "status", "summary", "term_ends_on", "term_starts_on", "terms_id", "title", "tool") VALUES (OLD."agreement_id", OLD."authority_id", OLD."began_on", OLD."closes_at", OLD."code", OLD."demonstration_term", OLD."eligibility_id", OLD."ended_because", OLD."id", OLD."justification", OLD."loaded_as", OLD."opens_at", OLD."partnership_id", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."placement_id", OLD."prices_public", OLD."questions_id", OLD."ruleset", OLD."ruleset_digest", OLD."slug", OLD."status", OLD."summary", OLD."term_ends_on", OLD."term_starts_on", OLD."terms_id", OLD."title", OLD."tool"); RETURN NULL;', hash='605088fe35a32e3ce9eb014dce72d601b73fa1b5', operation='DELETE', pgid='pgtrigger_delete_delete_606a0', table='markets_market', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='Lot',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('title', models.CharField(max_length=250)),
                        ('description', models.TextField(blank=True)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lots', to='markets.market')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(fields=('market', 'number'), name='lot_number_used_once')],
                        'triggers': [pgtrigger.compiler.Trigger(name='lot_is_frozen_with_its_market', sql=pgtrigger.compiler.UpsertTriggerSql(declare='DECLARE lot markets_lot;', func="\n                    lot = COALESCE(NEW, OLD);\n                    IF EXISTS (SELECT FROM markets_market WHERE id = lot.market_id AND status <> 'draft')\n                       AND NOT (TG_OP = 'UPDATE' AND (OLD.market_id, OLD.number, OLD.title)\n                                IS NOT DISTINCT FROM (NEW.market_id, NEW.number, NEW.title)\n                                AND current_setting('calloff.verb', true) = 'modify')\n                    THEN RAISE EXCEPTION 'pgtrigger: The lots of an open market are frozen'; END IF;\n                    RETURN lot;\n                ", hash='73f70cef30ce46d9c3c70218ce9e7772dfc25d8f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_lot_is_frozen_with_its_market_1f782', table='markets_lot', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "markets_lotevent" ("authority_id", "description", "id", "market_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title") VALUES (NEW."authority_id", NEW."description", NEW."id", NEW."market_id", NEW."number", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."title"); RETURN NULL;', hash='f1964ae80e7666bf3162eb62aec290569699716a', operation='INSERT', pgid='pgtrigger_insert_insert_a0604', table='markets_lot', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "markets_lotevent" ("authority_id", "description", "id", "market_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title") VALUES (NEW."authority_id", NEW."description", NEW."id", NEW."market_id", NEW."number", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."title"); RETURN NULL;', hash='2bb2fdbc2a813aa0c2c9b7f39a23b7f2b3921e82', operation='UPDATE', pgid='pgtrigger_update_update_91580', table='markets_lot', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "markets_lotevent" ("authority_id", "description", "id", "market_id", "number", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "title") VALUES (OLD."authority_id", OLD."description", OLD."id", OLD."market_id", OLD."number", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."title"); RETURN NULL;', hash='0fba00788fc1b4976a334932ada79e85033cddc7', operation='DELETE', pgid='pgtrigger_delete_delete_1db5f', table='markets_lot', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='LotEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('number', models.PositiveSmallIntegerField()),
                        ('title', models.CharField(max_length=250)),
                        ('description', models.TextField(blank=True)),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='markets.lot')),
                        ('market', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.market')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='87bf6ba8b803fb42cf8c1a2cb601d3cae4b550c9', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_dbac4', table='markets_lotevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='MarketExtension',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('old_closes_at', models.DateTimeField()),
                        ('new_closes_at', models.DateTimeField()),
                        ('old_term_ends_on', models.DateField()),
                        ('new_term_ends_on', models.DateField()),
                        ('reason', models.TextField()),
                        ('citation', models.CharField(max_length=300)),
                        ('made_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='extensions', to='markets.market')),
                    ],
                    options={
                        'db_table': 'markets_extension',
                        'constraints': [models.UniqueConstraint(fields=('market', 'number'), name='extension_numbered_once')],
                        'triggers': [pgtrigger.compiler.Trigger(name='extension_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='5751045728640af9c9662c37952a1026e792ddea', operation='UPDATE OR DELETE', pgid='pgtrigger_extension_is_kept_f1474', table='markets_extension', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ReferenceCounter',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('kind', models.CharField(max_length=1)),
                        ('last', models.PositiveIntegerField(default=0)),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.market')),
                    ],
                    options={
                        'db_table': 'markets_counter',
                        'constraints': [models.UniqueConstraint(fields=('market', 'kind'), name='counter_once')],
                    },
                ),
                migrations.CreateModel(
                    name='MarketGrant',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('role', models.CharField(choices=[('provider_lead', 'Provider lead'), ('provider_staff', 'Provider staff'), ('provider_signatory', 'Provider signatory'), ('provider_safeguarding', 'Provider safeguarding lead'), ('ap_lead', 'AP lead or SENCO'), ('commissioner', 'Commissioner'), ('head', 'Head or signatory'), ('safeguarding_lead', 'Designated safeguarding lead'), ('finance', 'Finance'), ('buyer_admin', 'People administrator'), ('contracts_officer', 'Contracts officer'), ('evaluator', 'Evaluator'), ('approver', 'Approver'), ('quality_officer', 'Quality officer'), ('administrator', 'Administrator'), ('sen_officer', 'SEN officer'), ('virtual_school', 'Virtual school')], max_length=25)),
                        ('starts_at', models.DateTimeField()),
                        ('ends_at', models.DateTimeField(blank=True, null=True)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='markets.market')),
                        ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(condition=models.Q(('ends_at', None)), fields=('market', 'person', 'role'), name='market_grant_held_once', violation_error_message='This person already has this role in this market.')],
                    },
                ),
                migrations.CreateModel(
                    name='MarketModification',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('number', models.PositiveSmallIntegerField()),
                        ('what', models.CharField(max_length=100)),
                        ('old', models.TextField()),
                        ('new', models.TextField()),
                        ('reason', models.TextField()),
                        ('made_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('market', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='modifications', to='markets.market')),
                    ],
                    options={
                        'db_table': 'markets_modification',
                        'constraints': [models.UniqueConstraint(fields=('market', 'number'), name='modification_numbered_once')],
                        'triggers': [pgtrigger.compiler.Trigger(name='modification_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='97482502d85db69261756bb904084dea98b5fb7a', operation='UPDATE OR DELETE', pgid='pgtrigger_modification_is_kept_7baeb', table='markets_modification', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='MarketEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('code', models.CharField(max_length=6)),
                        ('slug', models.SlugField(db_index=False, max_length=80)),
                        ('title', models.CharField(max_length=200)),
                        ('summary', models.TextField()),
                        ('tool', models.CharField(choices=[('dps', 'Dynamic purchasing system'), ('framework', 'Framework'), ('open_framework', 'Open framework'), ('dynamic_market', 'Dynamic market'), ('light_touch_arrangement', 'Light-touch arrangement')], max_length=30)),
                        ('ruleset', models.CharField(max_length=50)),
                        ('began_on', models.DateField(blank=True, null=True)),
                        ('opens_at', models.DateTimeField()),
                        ('closes_at', models.DateTimeField()),
                        ('term_starts_on', models.DateField()),
                        ('term_ends_on', models.DateField()),
                        ('demonstration_term', models.BooleanField(default=False)),
                        ('loaded_as', models.CharField(max_length=64)),
                        ('prices_public', models.BooleanField(default=False)),
                        ('justification', models.TextField(blank=True)),
                        ('ended_because', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('draft', 'Draft'), ('open', 'Open'), ('ended', 'Ended')], max_length=20)),
                        ('agreement', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='agreements.agreementtext')),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('eligibility', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='questions.questionsetversion')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='markets.market')),
                        ('questions', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='questions.questionsetversion')),
                        ('terms', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.marketterms')),
                        ('partnership', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='agreements.agreementtext')),
                        ('placement', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='agreements.agreementtext')),
                        ('ruleset_digest', models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='9a2870f0b0d800d4d652e9278b37163e8bec1ca5', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_bb957', table='markets_marketevent', when='BEFORE'))],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
    ]
