import calloff.directory.models
import calloff.kernel.geography
import calloff.kernel.money
import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.functions
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.constraints
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import django.db.models.functions.math
import django.db.models.functions.text
import pgtrigger.compiler
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models
from calloff.kernel.table_creation import CreateTables
from calloff.kernel.tenant_constraints import same_owner_sql


OWNED = (  # child, relation, parent and, unless it is the authority, the column that both rows share
    ("directory_service", "member_id", "members_member"),
    ("directory_service", "lot_id", "markets_lot"),
    ("directory_service", "member_id", "members_member", "provider_id"),
    ("directory_service", "site_id", "directory_site", "provider_id"),
    ("directory_price", "service_id", "directory_service", "provider_id"),
    ("directory_service", "member_id", "members_member", "lot_id"),
    ("directory_atsite", "service_id", "directory_service"),
    ("directory_atsite", "service_id", "directory_service", "provider_id"),
    ("directory_atsite", "site_id", "directory_site", "provider_id"),
    ("directory_change", "service_id", "directory_service"),
    ("directory_change", "service_id", "directory_service", "provider_id"),
    ("directory_picture", "service_id", "directory_service"),
    ("directory_picture", "service_id", "directory_service", "provider_id"),
    ("directory_uplift", "member_id", "members_member"),
    ("directory_uplift", "member_id", "members_member", "provider_id"),
    ("directory_price", "uplift_id", "directory_uplift", "provider_id"),
)


WATCHED = (  # tables with rows that a search page or a feed shows
    "agreements_agreement", "directory_atsite", "directory_price", "directory_service", "directory_site",
    "evidence_evidence", "markets_lot", "markets_market", "members_condition", "members_member", "people_organisation",
    "members_documentpromise", "directory_openinghours",
)
# As the owner, so that it notes what any role does. One row for each transaction, and none waits for another's.
NOTE = """
    CREATE FUNCTION directory_is_touched() RETURNS trigger LANGUAGE plpgsql
        SECURITY DEFINER SET search_path = public, pg_temp AS $$
    BEGIN
        INSERT INTO directory_touch (transaction) VALUES (pg_current_xact_id()::text::bigint) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END $$;
"""
# Files are uploaded and scanned all day. Only a document that is found to be infected changes what a directory shows.
NOTE_INFECTED = """
    CREATE TRIGGER directory_is_touched AFTER UPDATE OF scan ON documents_file FOR EACH ROW
        WHEN (OLD.scan <> NEW.scan AND 'infected' IN (OLD.scan, NEW.scan))
        EXECUTE FUNCTION directory_is_touched()
"""
AT_ITS_SITE = """
    ALTER TABLE directory_service ADD CONSTRAINT directory_service_is_at_its_site FOREIGN KEY (id, site_id)
        REFERENCES directory_atsite (service_id, site_id) DEFERRABLE INITIALLY DEFERRED
"""
HOURS_AT_ITS_SITE = """
    ALTER TABLE directory_openinghours ADD CONSTRAINT opening_hours_at_its_site FOREIGN KEY (service_id, site_id)
        REFERENCES directory_atsite (service_id, site_id) DEFERRABLE INITIALLY DEFERRED
"""


def watch(table: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER directory_is_touched AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION directory_is_touched()",
        f"DROP TRIGGER directory_is_touched ON {table}",
    )


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agreements', '0100_squashed'),
        ('documents', '0100_squashed'),
        ('evidence', '0100_squashed'),
        ('history', '0100_squashed'),
        ('markets', '0100_squashed'),
        ('members', '0100_squashed'),
        ('people', '0100_squashed'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [
        CreateTables(
            operations=[
                migrations.CreateModel(
                    name='Site',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=100)),
                        ('address', models.TextField()),
                        ('town', models.CharField(max_length=100)),
                        ('postcode', models.CharField(max_length=8)),
                        ('position', calloff.kernel.geography.PointField(blank=True, null=True)),
                        ('access', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], max_length=20)),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('run_by', models.CharField(blank=True, max_length=200)),
                        ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                    ],
                    options={
                        'indexes': [django.contrib.postgres.indexes.GistIndex(fields=['position'], name='site_by_position')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'open')), fields=('provider', 'name'), name='site_name_once', violation_error_message='You already have a site with this name.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='cbab0a76817ee2727e3b19f8f8900694877fafe9', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_057f1', table='directory_site', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_siteevent" ("access", "address", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "provider_id", "run_by", "status", "town", "uuid") VALUES (NEW."access", NEW."address", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."postcode", NEW."provider_id", NEW."run_by", NEW."status", NEW."town", NEW."uuid"); RETURN NULL;', hash='e896ce716f4ffde989c5cb5ca02dff8c24ce552f', operation='INSERT', pgid='pgtrigger_insert_insert_8ed51', table='directory_site', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."access" IS DISTINCT FROM (NEW."access") OR OLD."address" IS DISTINCT FROM (NEW."address") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."postcode" IS DISTINCT FROM (NEW."postcode") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."run_by" IS DISTINCT FROM (NEW."run_by") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."town" IS DISTINCT FROM (NEW."town") OR OLD."uuid" IS DISTINCT FROM (NEW."uuid"))', func='INSERT INTO "directory_siteevent" ("access", "address", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "provider_id", "run_by", "status", "town", "uuid") VALUES (NEW."access", NEW."address", NEW."id", NEW."name", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."postcode", NEW."provider_id", NEW."run_by", NEW."status", NEW."town", NEW."uuid"); RETURN NULL;', hash='deaaf523bf6122a837437a59a02500ede1bad3e1', operation='UPDATE', pgid='pgtrigger_update_update_8f84b', table='directory_site', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_siteevent" ("access", "address", "id", "name", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "postcode", "provider_id", "run_by", "status", "town", "uuid") VALUES (OLD."access", OLD."address", OLD."id", OLD."name", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."postcode", OLD."provider_id", OLD."run_by", OLD."status", OLD."town", OLD."uuid"); RETURN NULL;', hash='0d9cafd00c42cd8ce408b2d9ae2410790e44d1e2', operation='DELETE', pgid='pgtrigger_delete_delete_0f6cf', table='directory_site', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='Service',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('name', models.CharField(max_length=120)),
                        ('slug', models.SlugField(max_length=150)),
                        ('summary', models.CharField(max_length=300)),
                        ('description', models.TextField()),
                        ('age_from', models.PositiveSmallIntegerField()),
                        ('age_to', models.PositiveSmallIntegerField()),
                        ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('SPLD', 'Specific learning difficulty'), ('MLD', 'Moderate learning difficulty'), ('SLD', 'Severe learning difficulty'), ('PMLD', 'Profound and multiple learning difficulty'), ('SEMH', 'Social, emotional and mental health'), ('SLCN', 'Speech, language and communication needs'), ('HI', 'Hearing impairment'), ('VI', 'Vision impairment'), ('MSI', 'Multi-sensory impairment'), ('PD', 'Physical disability'), ('ASD', 'Autistic spectrum disorder'), ('OTH', 'Other difficulty or disability'), ('NSA', 'SEN support, type of need not yet assessed'), ('DS', 'Down syndrome')], max_length=4), size=None)),
                        ('mode', models.CharField(choices=[('group', 'In a group'), ('one_to_one', 'One to one'), ('online', 'Online'), ('outreach', 'At the school or at home')], max_length=12)),
                        ('hours', models.CharField(blank=True, max_length=100)),
                        ('staff', models.PositiveSmallIntegerField(default=1)),
                        ('children', models.PositiveSmallIntegerField()),
                        ('places', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('places_at', models.DateTimeField(blank=True, null=True)),
                        ('added_at', models.DateTimeField()),
                        ('changed_at', models.DateTimeField()),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('to_check', 'Being checked'), ('not_approved', 'Not approved'), ('live', 'Live'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='markets.lot')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.site')),
                        ('a_day', models.TextField(blank=True)),
                        ('area', models.CharField(blank=True, max_length=200)),
                        ('around', models.TextField(blank=True, editable=False)),
                        ('asking', models.TextField(blank=True)),
                        ('gender', models.CharField(choices=[('any', 'Girls and boys'), ('girls', 'Girls'), ('boys', 'Boys')], default='any', max_length=5)),
                        ('main_needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('SPLD', 'Specific learning difficulty'), ('MLD', 'Moderate learning difficulty'), ('SLD', 'Severe learning difficulty'), ('PMLD', 'Profound and multiple learning difficulty'), ('SEMH', 'Social, emotional and mental health'), ('SLCN', 'Speech, language and communication needs'), ('HI', 'Hearing impairment'), ('VI', 'Vision impairment'), ('MSI', 'Multi-sensory impairment'), ('PD', 'Physical disability'), ('ASD', 'Autistic spectrum disorder'), ('OTH', 'Other difficulty or disability'), ('NSA', 'SEN support, type of need not yet assessed'), ('DS', 'Down syndrome')], max_length=4), blank=True, default=list, size=None)),
                        ('places_from', models.DateField(blank=True, null=True)),
                        ('qualifications', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('entry', 'Entry level certificates'), ('functional', 'Functional Skills'), ('gcse', 'GCSEs'), ('a_level', 'A levels'), ('units', 'Unit awards'), ('vocational', 'Vocational certificates'), ('arts', 'Arts awards'), ('outdoor', 'Outdoor and sports awards'), ('work', 'Work and employability awards')], max_length=10), blank=True, default=list, size=None)),
                        ('reach', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('registration', models.CharField(choices=[('none', 'None named'), ('school', 'Independent school'), ('state', 'State school, academy or pupil referral unit'), ('college', 'Further education college'), ('childcare', 'Ofsted: childcare or children’s home'), ('care', 'Care Quality Commission')], default='none', max_length=9)),
                        ('registration_number', models.CharField(blank=True, max_length=20)),
                        ('team', models.TextField(blank=True)),
                        ('transport', models.CharField(choices=[('none', 'No transport'), ('arranged', 'By arrangement'), ('included', 'Included in the price')], default='none', max_length=8)),
                        ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                        ('words', models.GeneratedField(db_persist=True, expression=django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.SearchVector('name', config='english', weight='A'), '||', django.contrib.postgres.search.SearchVector('summary', 'around', config='english', weight='B'), django.contrib.postgres.search.SearchConfig('english')), '||', django.contrib.postgres.search.SearchVector('description', 'a_day', config='english', weight='C'), django.contrib.postgres.search.SearchConfig('english')), output_field=django.contrib.postgres.search.SearchVectorField())),
                        ('spelling', models.GeneratedField(db_persist=True, expression=django.db.models.functions.text.Lower(django.db.models.functions.text.Concat('name', models.Value(' '), 'around', models.Value(' '), 'summary', output_field=models.TextField())), output_field=models.TextField())),
                        ('week', models.JSONField(blank=True, default=list)),
                        ('published_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['words'], name='service_by_words'), django.contrib.postgres.indexes.GinIndex(fields=['needs'], name='service_by_needs'), django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass('spelling', 'gin_trgm_ops'), name='service_by_spelling'), models.Index(fields=['member', 'status'], name='service_by_member'), models.Index(fields=['authority', 'status'], name='service_by_authority')],
                        'constraints': [models.UniqueConstraint(fields=('authority', 'slug'), name='service_slug_once'), models.UniqueConstraint(condition=models.Q(('status', 'withdrawn'), _negated=True), fields=('member', 'name'), name='service_name_once', violation_error_message='You already have a service with this name in this category.'), models.CheckConstraint(condition=models.Q(('age_from__lte', models.F('age_to')), ('age_to__lte', 25)), name='service_ages'), models.CheckConstraint(condition=models.Q(('children__gte', 1), ('staff__gte', 1)), name='service_ratio'), models.CheckConstraint(condition=models.Q(models.Q(('places', None), ('places_at', None)), models.Q(('places__isnull', False), ('places_at__isnull', False)), _connector='OR'), name='service_places_said_at_a_time'), models.CheckConstraint(condition=models.Q(('places_from', None), ('places__gt', 0), _connector='OR'), name='service_places_free_from_a_day'), models.CheckConstraint(condition=models.Q(('needs__contains', models.F('main_needs'))), name='service_main_needs_are_needs'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'live'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='service_live_once_published'), models.CheckConstraint(condition=models.Q(('reach', None), ('site__isnull', False), _connector='OR'), name='service_reaches_from_a_site'), models.CheckConstraint(condition=models.Q(('mode__in', ['online', 'outreach']), ('site__isnull', False), _connector='OR'), name='service_online_needs_no_site')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='87035f55e04d64f8dac8c93c1a83ac6189b6a171', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_b5085', table='directory_service', when='BEFORE')), pgtrigger.compiler.Trigger(name='week_becomes_hours', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF TG_OP = 'UPDATE' AND OLD.week = NEW.week THEN RETURN NULL; END IF;\n                    DELETE FROM directory_openinghours WHERE service_id = NEW.id;\n                    INSERT INTO directory_openinghours (service_id, weekday, starts, ends, site_id, from_on, to_on)\n                    SELECT NEW.id, one->>'day', (one->>'from')::time, (one->>'to')::time, (one->>'site')::bigint,\n                        (one->>'starts_on')::date, (one->>'ends_on')::date\n                    FROM jsonb_array_elements(NEW.week) one;\n                    RETURN NULL;\n                ", hash='5bc4688a2867a300b7e7097bc62b07e6a5df53fe', operation='INSERT OR UPDATE', pgid='pgtrigger_week_becomes_hours_e116e', table='directory_service', when='AFTER')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "published_at", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (NEW."a_day", NEW."added_at", NEW."age_from", NEW."age_to", NEW."area", NEW."asking", NEW."authority_id", NEW."changed_at", NEW."children", NEW."description", NEW."gender", NEW."hours", NEW."id", NEW."lot_id", NEW."main_needs", NEW."member_id", NEW."mode", NEW."name", NEW."needs", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."places", NEW."places_at", NEW."places_from", NEW."provider_id", NEW."published_at", NEW."qualifications", NEW."reach", NEW."registration", NEW."registration_number", NEW."site_id", NEW."slug", NEW."staff", NEW."status", NEW."summary", NEW."team", NEW."transport", NEW."uuid", NEW."week", NEW."withdrawn_at"); RETURN NULL;', hash='abf200417c92ea66478d7cda319566f78edc4231', operation='INSERT', pgid='pgtrigger_insert_insert_26dc6', table='directory_service', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."a_day" IS DISTINCT FROM (NEW."a_day") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."age_from" IS DISTINCT FROM (NEW."age_from") OR OLD."age_to" IS DISTINCT FROM (NEW."age_to") OR OLD."area" IS DISTINCT FROM (NEW."area") OR OLD."asking" IS DISTINCT FROM (NEW."asking") OR OLD."authority_id" IS DISTINCT FROM (NEW."authority_id") OR OLD."changed_at" IS DISTINCT FROM (NEW."changed_at") OR OLD."children" IS DISTINCT FROM (NEW."children") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."gender" IS DISTINCT FROM (NEW."gender") OR OLD."hours" IS DISTINCT FROM (NEW."hours") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lot_id" IS DISTINCT FROM (NEW."lot_id") OR OLD."main_needs" IS DISTINCT FROM (NEW."main_needs") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."needs" IS DISTINCT FROM (NEW."needs") OR OLD."places" IS DISTINCT FROM (NEW."places") OR OLD."places_at" IS DISTINCT FROM (NEW."places_at") OR OLD."places_from" IS DISTINCT FROM (NEW."places_from") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."qualifications" IS DISTINCT FROM (NEW."qualifications") OR OLD."reach" IS DISTINCT FROM (NEW."reach") OR OLD."registration" IS DISTINCT FROM (NEW."registration") OR OLD."registration_number" IS DISTINCT FROM (NEW."registration_number") OR OLD."site_id" IS DISTINCT FROM (NEW."site_id") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."staff" IS DISTINCT FROM (NEW."staff") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."team" IS DISTINCT FROM (NEW."team") OR OLD."transport" IS DISTINCT FROM (NEW."transport") OR OLD."uuid" IS DISTINCT FROM (NEW."uuid") OR OLD."week" IS DISTINCT FROM (NEW."week") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at"))', func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "published_at", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (NEW."a_day", NEW."added_at", NEW."age_from", NEW."age_to", NEW."area", NEW."asking", NEW."authority_id", NEW."changed_at", NEW."children", NEW."description", NEW."gender", NEW."hours", NEW."id", NEW."lot_id", NEW."main_needs", NEW."member_id", NEW."mode", NEW."name", NEW."needs", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."places", NEW."places_at", NEW."places_from", NEW."provider_id", NEW."published_at", NEW."qualifications", NEW."reach", NEW."registration", NEW."registration_number", NEW."site_id", NEW."slug", NEW."staff", NEW."status", NEW."summary", NEW."team", NEW."transport", NEW."uuid", NEW."week", NEW."withdrawn_at"); RETURN NULL;', hash='f74ef5b7138c60c2ac911450a1c203c1e1740d02', operation='UPDATE', pgid='pgtrigger_update_update_dd0d1', table='directory_service', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "published_at", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (OLD."a_day", OLD."added_at", OLD."age_from", OLD."age_to", OLD."area", OLD."asking", OLD."authority_id", OLD."changed_at", OLD."children", OLD."description", OLD."gender", OLD."hours", OLD."id", OLD."lot_id", OLD."main_needs", OLD."member_id", OLD."mode", OLD."name", OLD."needs", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."places", OLD."places_at", OLD."places_from", OLD."provider_id", OLD."published_at", OLD."qualifications", OLD."reach", OLD."registration", OLD."registration_number", OLD."site_id", OLD."slug", OLD."staff", OLD."status", OLD."summary", OLD."team", OLD."transport", OLD."uuid", OLD."week", OLD."withdrawn_at"); RETURN NULL;', hash='5ad36ee96504505be2ea4eda565edc23ce7b18fa', operation='DELETE', pgid='pgtrigger_delete_delete_931f0', table='directory_service', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='ServiceEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=120)),
                        ('slug', models.SlugField(db_index=False, max_length=150)),
                        ('summary', models.CharField(max_length=300)),
                        ('description', models.TextField()),
                        ('age_from', models.PositiveSmallIntegerField()),
                        ('age_to', models.PositiveSmallIntegerField()),
                        ('needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('SPLD', 'Specific learning difficulty'), ('MLD', 'Moderate learning difficulty'), ('SLD', 'Severe learning difficulty'), ('PMLD', 'Profound and multiple learning difficulty'), ('SEMH', 'Social, emotional and mental health'), ('SLCN', 'Speech, language and communication needs'), ('HI', 'Hearing impairment'), ('VI', 'Vision impairment'), ('MSI', 'Multi-sensory impairment'), ('PD', 'Physical disability'), ('ASD', 'Autistic spectrum disorder'), ('OTH', 'Other difficulty or disability'), ('NSA', 'SEN support, type of need not yet assessed'), ('DS', 'Down syndrome')], max_length=4), size=None)),
                        ('mode', models.CharField(choices=[('group', 'In a group'), ('one_to_one', 'One to one'), ('online', 'Online'), ('outreach', 'At the school or at home')], max_length=12)),
                        ('hours', models.CharField(blank=True, max_length=100)),
                        ('staff', models.PositiveSmallIntegerField(default=1)),
                        ('children', models.PositiveSmallIntegerField()),
                        ('places', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('places_at', models.DateTimeField(blank=True, null=True)),
                        ('added_at', models.DateTimeField()),
                        ('changed_at', models.DateTimeField()),
                        ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                        ('status', models.CharField(choices=[('to_check', 'Being checked'), ('not_approved', 'Not approved'), ('live', 'Live'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('authority', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('lot', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='markets.lot')),
                        ('member', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='members.member')),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='directory.service')),
                        ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('site', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.site')),
                        ('a_day', models.TextField(blank=True)),
                        ('area', models.CharField(blank=True, max_length=200)),
                        ('asking', models.TextField(blank=True)),
                        ('gender', models.CharField(choices=[('any', 'Girls and boys'), ('girls', 'Girls'), ('boys', 'Boys')], default='any', max_length=5)),
                        ('main_needs', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('SPLD', 'Specific learning difficulty'), ('MLD', 'Moderate learning difficulty'), ('SLD', 'Severe learning difficulty'), ('PMLD', 'Profound and multiple learning difficulty'), ('SEMH', 'Social, emotional and mental health'), ('SLCN', 'Speech, language and communication needs'), ('HI', 'Hearing impairment'), ('VI', 'Vision impairment'), ('MSI', 'Multi-sensory impairment'), ('PD', 'Physical disability'), ('ASD', 'Autistic spectrum disorder'), ('OTH', 'Other difficulty or disability'), ('NSA', 'SEN support, type of need not yet assessed'), ('DS', 'Down syndrome')], max_length=4), blank=True, default=list, size=None)),
                        ('places_from', models.DateField(blank=True, null=True)),
                        ('qualifications', django.contrib.postgres.fields.ArrayField(base_field=models.CharField(choices=[('entry', 'Entry level certificates'), ('functional', 'Functional Skills'), ('gcse', 'GCSEs'), ('a_level', 'A levels'), ('units', 'Unit awards'), ('vocational', 'Vocational certificates'), ('arts', 'Arts awards'), ('outdoor', 'Outdoor and sports awards'), ('work', 'Work and employability awards')], max_length=10), blank=True, default=list, size=None)),
                        ('reach', models.PositiveSmallIntegerField(blank=True, null=True)),
                        ('registration', models.CharField(choices=[('none', 'None named'), ('school', 'Independent school'), ('state', 'State school, academy or pupil referral unit'), ('college', 'Further education college'), ('childcare', 'Ofsted: childcare or children’s home'), ('care', 'Care Quality Commission')], default='none', max_length=9)),
                        ('registration_number', models.CharField(blank=True, max_length=20)),
                        ('team', models.TextField(blank=True)),
                        ('transport', models.CharField(choices=[('none', 'No transport'), ('arranged', 'By arrangement'), ('included', 'Included in the price')], default='none', max_length=8)),
                        ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False)),
                        ('week', models.JSONField(blank=True, default=list)),
                        ('published_at', models.DateTimeField(blank=True, null=True)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='6a349ebfd07c510f347589ff1fb21dc775c2272b', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_3558c', table='directory_serviceevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='SiteEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('name', models.CharField(max_length=100)),
                        ('address', models.TextField()),
                        ('town', models.CharField(max_length=100)),
                        ('postcode', models.CharField(max_length=8)),
                        ('access', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('open', 'Open'), ('closed', 'Closed')], max_length=20)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='directory.site')),
                        ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('run_by', models.CharField(blank=True, max_length=200)),
                        ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False)),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0c5e1ebbabaf437d7cf9d97ae16940d832ad0db6', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_c4d13', table='directory_siteevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='ServiceSite',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('uuid', models.UUIDField(db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, unique=True)),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('position', calloff.kernel.geography.PointField(blank=True, null=True)),
                        ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='at_sites', to='directory.service')),
                        ('site', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.site')),
                    ],
                    options={
                        'db_table': 'directory_atsite',
                        'indexes': [django.contrib.postgres.indexes.GistIndex(fields=['authority', 'position'], name='nearest_of_an_authority')],
                        'constraints': [models.UniqueConstraint(fields=('service', 'site'), name='service_at_a_site_once')],
                    },
                ),
                migrations.CreateModel(
                    name='ServiceChange',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('before', models.JSONField()),
                        ('after', models.JSONField()),
                        ('proposed_at', models.DateTimeField()),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('reason', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('waiting', 'Change being checked'), ('approved', 'Approved'), ('refused', 'Not approved'), ('withdrawn', 'Withdrawn'), ('superseded', 'Replaced')], max_length=20)),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('proposed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='changes', to='directory.service')),
                    ],
                    options={
                        'db_table': 'directory_change',
                        'indexes': [models.Index(fields=['authority', 'status', 'proposed_at'], name='change_by_authority')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'waiting')), fields=('service',), name='change_waits_once', violation_error_message='A colleague has just proposed a change. Read it, then send yours again.'), models.CheckConstraint(condition=models.Q(('answered_by', models.F('proposed_by')), _negated=True), name='change_answered_by_another'), models.CheckConstraint(condition=models.Q(('after', {}), _negated=True), name='change_changes_something'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='change_refused_with_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'refused']), _negated=True), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='change_answered_by_somebody')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='6d5d374a2cad293a6a79b26d4c22a93c236c8a28', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_fb1a0', table='directory_change', when='BEFORE')), pgtrigger.compiler.Trigger(name='what_is_proposed_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."authority_id" IS DISTINCT FROM (NEW."authority_id") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."service_id" IS DISTINCT FROM (NEW."service_id") OR OLD."before" IS DISTINCT FROM (NEW."before") OR OLD."after" IS DISTINCT FROM (NEW."after") OR OLD."proposed_by_id" IS DISTINCT FROM (NEW."proposed_by_id") OR OLD."proposed_at" IS DISTINCT FROM (NEW."proposed_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='cd4b4c47ae9aa7f7eaeafbe0dbe97a37993c1b19', operation='UPDATE', pgid='pgtrigger_what_is_proposed_stays_aad00', table='directory_change', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Picture',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('words', models.CharField(max_length=200)),
                        ('place', models.PositiveSmallIntegerField()),
                        ('added_at', models.DateTimeField()),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.storedfile')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pictures', to='directory.service')),
                    ],
                    options={
                        'constraints': [models.UniqueConstraint(deferrable=django.db.models.constraints.Deferrable['DEFERRED'], fields=('service', 'place'), name='picture_one_to_a_place'), models.CheckConstraint(condition=models.Q(('place__gte', 1), ('place__lte', 4)), name='picture_few_of_a_service'), models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='picture_has_words')],
                    },
                ),
                migrations.CreateModel(
                    name='Uplift',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('percent', models.DecimalField(decimal_places=2, max_digits=5)),
                        ('index', models.CharField(max_length=100)),
                        ('index_on', models.DateField()),
                        ('cap', models.DecimalField(decimal_places=2, max_digits=5)),
                        ('starts_on', models.DateField()),
                        ('asked_at', models.DateTimeField()),
                        ('answered_at', models.DateTimeField(blank=True, null=True)),
                        ('reason', models.TextField(blank=True)),
                        ('status', models.CharField(choices=[('asked', 'Waiting for approval'), ('approved', 'Approved'), ('refused', 'Not approved'), ('withdrawn', 'Withdrawn')], max_length=20)),
                        ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                        ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='members.member')),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['authority', 'status', 'asked_at'], name='uplift_by_authority')],
                        'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'asked')), fields=('member',), name='uplift_asked_once', violation_error_message='You have already asked for a price increase. Withdraw that request, or wait for the council to answer it.'), models.UniqueConstraint(condition=models.Q(('status', 'approved')), fields=('member', 'starts_on'), name='uplift_once_from_a_day', violation_error_message='Prices already increase from that date. They can increase only once a year.'), models.CheckConstraint(condition=models.Q(('answered_by', models.F('asked_by')), _negated=True), name='uplift_answered_by_another'), models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lte', models.F('cap'))), name='uplift_is_within_its_cap'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'refused'), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='uplift_refused_with_a_reason'), models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['approved', 'refused']), _negated=True), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='uplift_answered_by_somebody')],
                        'triggers': [pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='4b4920e22a49d611f8be3e1cbd784c84a5b890ff', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_e5160', table='directory_uplift', when='BEFORE')), pgtrigger.compiler.Trigger(name='what_was_asked_stays', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."authority_id" IS DISTINCT FROM (NEW."authority_id") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."percent" IS DISTINCT FROM (NEW."percent") OR OLD."index" IS DISTINCT FROM (NEW."index") OR OLD."index_on" IS DISTINCT FROM (NEW."index_on") OR OLD."cap" IS DISTINCT FROM (NEW."cap") OR OLD."asked_by_id" IS DISTINCT FROM (NEW."asked_by_id") OR OLD."asked_at" IS DISTINCT FROM (NEW."asked_at"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='b6f8d820efa2fe559c95ebb091bf91c81124657d', operation='UPDATE', pgid='pgtrigger_what_was_asked_stays_e9fcd', table='directory_uplift', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='Price',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('unit', models.CharField(choices=[('hour', 'an hour'), ('session', 'a session'), ('day', 'a day'), ('week', 'a week')], max_length=10)),
                        ('amount', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('vat', models.CharField(choices=[('exempt', 'exempt from VAT'), ('zero', 'VAT at 0%'), ('standard', 'plus VAT at the standard rate'), ('outside', 'outside the scope of VAT')], max_length=10)),
                        ('line', models.CharField(blank=True, max_length=60)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField(blank=True, null=True)),
                        ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                        ('service', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='directory.service')),
                        ('lasts', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                        ('includes', models.CharField(blank=True, max_length=300)),
                        ('hourly', models.GeneratedField(db_persist=True, expression=django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('amount'), '/', models.F('lasts')), 2), output_field=models.DecimalField(decimal_places=2, max_digits=12, null=True))),
                        ('uplift', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='directory.uplift')),
                    ],
                    options={
                        'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', Decimal('0'))), name='price_is_positive'), models.CheckConstraint(condition=models.Q(('lasts', None), models.Q(('lasts__gt', Decimal('0')), ('lasts__lte', Decimal('168'))), _connector='OR'), name='price_lasts_some_time'), models.CheckConstraint(condition=models.Q(models.Q(('unit', 'hour'), _negated=True), ('lasts', Decimal('1')), _connector='OR'), name='price_of_an_hour_lasts_one'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('service', '='), ('unit', '='), (calloff.directory.models.DateRange('starts_on', 'ends_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&')], name='price_one_at_a_time', violation_error_message='This service already has a price for this unit between those dates.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='price_is_kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='eb426e312da1c67d041bb77cf6caf085c8094e5e', operation='DELETE', pgid='pgtrigger_price_is_kept_60fe2', table='directory_price', when='BEFORE')), pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_priceevent" ("amount", "ends_on", "id", "includes", "lasts", "line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "service_id", "starts_on", "unit", "uplift_id", "vat") VALUES (NEW."amount", NEW."ends_on", NEW."id", NEW."includes", NEW."lasts", NEW."line", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."provider_id", NEW."service_id", NEW."starts_on", NEW."unit", NEW."uplift_id", NEW."vat"); RETURN NULL;', hash='c25f8256228b1d4aeee757dd15ae405504149c6c', operation='INSERT', pgid='pgtrigger_insert_insert_cec42', table='directory_price', when='AFTER')), pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."ends_on" IS DISTINCT FROM (NEW."ends_on") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."includes" IS DISTINCT FROM (NEW."includes") OR OLD."lasts" IS DISTINCT FROM (NEW."lasts") OR OLD."line" IS DISTINCT FROM (NEW."line") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."service_id" IS DISTINCT FROM (NEW."service_id") OR OLD."starts_on" IS DISTINCT FROM (NEW."starts_on") OR OLD."unit" IS DISTINCT FROM (NEW."unit") OR OLD."uplift_id" IS DISTINCT FROM (NEW."uplift_id") OR OLD."vat" IS DISTINCT FROM (NEW."vat"))', func='INSERT INTO "directory_priceevent" ("amount", "ends_on", "id", "includes", "lasts", "line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "service_id", "starts_on", "unit", "uplift_id", "vat") VALUES (NEW."amount", NEW."ends_on", NEW."id", NEW."includes", NEW."lasts", NEW."line", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."provider_id", NEW."service_id", NEW."starts_on", NEW."unit", NEW."uplift_id", NEW."vat"); RETURN NULL;', hash='3cb15633c86c7a6817c35f8861b613ad37844489', operation='UPDATE', pgid='pgtrigger_update_update_1da01', table='directory_price', when='AFTER')), pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_priceevent" ("amount", "ends_on", "id", "includes", "lasts", "line", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "provider_id", "service_id", "starts_on", "unit", "uplift_id", "vat") VALUES (OLD."amount", OLD."ends_on", OLD."id", OLD."includes", OLD."lasts", OLD."line", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."provider_id", OLD."service_id", OLD."starts_on", OLD."unit", OLD."uplift_id", OLD."vat"); RETURN NULL;', hash='0f5ac39f3c747ad260e14b1f2e4e2070e35402e5', operation='DELETE', pgid='pgtrigger_delete_delete_3c993', table='directory_price', when='AFTER'))],
                    },
                ),
                migrations.CreateModel(
                    name='PriceEvent',
                    fields=[
                        ('pgh_id', models.AutoField(primary_key=True, serialize=False)),
                        ('pgh_created_at', models.DateTimeField(auto_now_add=True)),
                        ('pgh_label', models.TextField(help_text='The event label.')),
                        ('id', models.BigIntegerField()),
                        ('unit', models.CharField(choices=[('hour', 'an hour'), ('session', 'a session'), ('day', 'a day'), ('week', 'a week')], max_length=10)),
                        ('amount', calloff.kernel.money.MoneyField(decimal_places=2, max_digits=12)),
                        ('vat', models.CharField(choices=[('exempt', 'exempt from VAT'), ('zero', 'VAT at 0%'), ('standard', 'plus VAT at the standard rate'), ('outside', 'outside the scope of VAT')], max_length=10)),
                        ('line', models.CharField(blank=True, max_length=60)),
                        ('starts_on', models.DateField()),
                        ('ends_on', models.DateField(blank=True, null=True)),
                        ('pgh_context', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='pghistory.context')),
                        ('pgh_obj', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='events', to='directory.price')),
                        ('provider', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='people.organisation')),
                        ('service', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.service')),
                        ('lasts', models.DecimalField(blank=True, decimal_places=2, max_digits=5, null=True)),
                        ('includes', models.CharField(blank=True, max_length=300)),
                        ('uplift', models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', related_query_name='+', to='directory.uplift')),
                    ],
                    options={
                        'abstract': False,
                        'triggers': [pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='4a139e3a4439b6fbd3c6ba62554c0635d87cca1d', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_795b9', table='directory_priceevent', when='BEFORE'))],
                    },
                ),
                migrations.CreateModel(
                    name='DirectoryChange',
                    fields=[
                        ('transaction', models.BigIntegerField(primary_key=True, serialize=False)),
                    ],
                    options={
                        'verbose_name_plural': 'touches',
                        'db_table': 'directory_touch',
                    },
                ),
                migrations.CreateModel(
                    name='OpeningHours',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('weekday', models.CharField(choices=[('mon', 'Monday'), ('tue', 'Tuesday'), ('wed', 'Wednesday'), ('thu', 'Thursday'), ('fri', 'Friday'), ('sat', 'Saturday'), ('sun', 'Sunday')], max_length=3)),
                        ('starts', models.TimeField(blank=True, null=True)),
                        ('ends', models.TimeField(blank=True, null=True)),
                        ('from_on', models.DateField(blank=True, null=True)),
                        ('to_on', models.DateField(blank=True, null=True)),
                        ('service', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='directory.service')),
                        ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.site')),
                    ],
                    options={
                        'indexes': [models.Index(fields=['weekday', 'starts'], name='opening_hours_by_day')],
                        'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ends', None), ('starts', None)), models.Q(('ends__isnull', False), ('starts__isnull', False), ('starts__lt', models.F('ends'))), _connector='OR'), name='opening_hours_end_after_they_start'), models.CheckConstraint(condition=models.Q(('from_on', None), ('to_on', None), ('from_on__lte', models.F('to_on')), _connector='OR'), name='opening_hours_dates_in_order'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('service', '='), (django.db.models.functions.comparison.Coalesce('site', models.Value(0), output_field=models.BigIntegerField()), '='), ('weekday', '='), (calloff.directory.models.DateRange('from_on', 'to_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&'), (calloff.directory.models.TimeRange('starts', 'ends'), '&&')], name='opening_hours_never_overlap_at_a_site', violation_error_message='Opening times at one site on the same day must not overlap.')],
                        'triggers': [pgtrigger.compiler.Trigger(name='hours_follow_the_week', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF pg_trigger_depth() < 2 THEN\n                        RAISE EXCEPTION 'pgtrigger: Opening hours are written as the week of their service'; END IF;\n                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;\n                ", hash='8fa626fdffe7cbd68e1081c29c31d7fd051f3e9b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_hours_follow_the_week_5d4ed', table='directory_openinghours', when='BEFORE'))],
                    },
                ),
            ],
        ),
        *(same_owner_sql(*row) for row in OWNED),
        migrations.RunSQL(AT_ITS_SITE, "ALTER TABLE directory_service DROP CONSTRAINT directory_service_is_at_its_site"),
        migrations.RunSQL(
            HOURS_AT_ITS_SITE, "ALTER TABLE directory_openinghours DROP CONSTRAINT opening_hours_at_its_site"
        ),
        migrations.RunSQL(NOTE, "DROP FUNCTION directory_is_touched"),
        *map(watch, WATCHED),
        migrations.RunSQL(NOTE_INFECTED, "DROP TRIGGER directory_is_touched ON documents_file"),
    ]
