"""The opening hours of a service become rows; what its past versions said of them is kept in its row history."""

from importlib import import_module

import calloff.directory.models
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


watch = import_module("calloff.directory.migrations.0006_what_touches_a_directory").watch


def weeks_of(table: str) -> str:
    """Write the days and the one time of each row of a table as a week.

    A time of no day is kept in words: on which days it holds nobody knows.
    """
    return f"""
        UPDATE {table} SET
            week = (
                SELECT coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
                    'day', day, 'from', to_char(opens_at, 'HH24:MI'), 'to', to_char(closes_at, 'HH24:MI')
                )) ORDER BY array_position(ARRAY['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], day)), '[]')
                FROM (SELECT DISTINCT unnest(days)::text AS day) AS named
            ),
            hours = CASE WHEN days = '{{}}' AND opens_at IS NOT NULL
                THEN left(concat_ws('. ', concat(to_char(DATE '2000-01-01' + opens_at, 'FMHH12:MIam'), ' to ',
                    to_char(DATE '2000-01-01' + closes_at, 'FMHH12:MIam')), nullif(hours, '')), 100)
                ELSE hours END
    """


HOURS = """
    INSERT INTO directory_openinghours (service_id, weekday, starts, ends)
    SELECT service.id, one->>'day', (one->>'from')::time, (one->>'to')::time
    FROM directory_service service, jsonb_array_elements(service.week) one;
    SET CONSTRAINTS ALL IMMEDIATE;
"""
AT_ITS_SITE = """
    ALTER TABLE directory_openinghours ADD CONSTRAINT opening_hours_at_its_site FOREIGN KEY (service_id, site_id)
        REFERENCES directory_atsite (service_id, site_id) DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0008_infected_files_touch_a_directory'),
    ]

    operations = [
        migrations.CreateModel(
            name='OpeningHours',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.CharField(choices=[('mon', 'Monday'), ('tue', 'Tuesday'), ('wed', 'Wednesday'), ('thu', 'Thursday'), ('fri', 'Friday'), ('sat', 'Saturday'), ('sun', 'Sunday')], max_length=3)),
                ('starts', models.TimeField(blank=True, null=True)),
                ('ends', models.TimeField(blank=True, null=True)),
                ('from_on', models.DateField(blank=True, null=True)),
                ('to_on', models.DateField(blank=True, null=True)),
            ],
        ),
        migrations.AddField(
            model_name='openinghours',
            name='service',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='opening_hours', to='directory.service'),
        ),
        migrations.AddField(
            model_name='openinghours',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.site'),
        ),
        migrations.AddIndex(
            model_name='openinghours',
            index=models.Index(fields=['weekday', 'starts'], name='opening_hours_by_day'),
        ),
        migrations.AddConstraint(
            model_name='openinghours',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ends', None), ('starts', None)), models.Q(('ends__isnull', False), ('starts__isnull', False), ('starts__lt', models.F('ends'))), _connector='OR'), name='opening_hours_end_after_they_start'),
        ),
        migrations.AddConstraint(
            model_name='openinghours',
            constraint=models.CheckConstraint(condition=models.Q(('from_on', None), ('to_on', None), ('from_on__lte', models.F('to_on')), _connector='OR'), name='opening_hours_dates_in_order'),
        ),
        migrations.AddConstraint(
            model_name='openinghours',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('service', '='), (django.db.models.functions.comparison.Coalesce('site', models.Value(0), output_field=models.BigIntegerField()), '='), ('weekday', '='), (calloff.directory.models.DateRange('from_on', 'to_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&'), (calloff.directory.models.TimeRange('starts', 'ends'), '&&')], name='opening_hours_never_overlap_at_a_site', violation_error_message='Two times of one day at one site must not overlap.'),
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='service',
            name='insert_insert',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='service',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='service',
            name='delete_delete',
        ),
        migrations.AddField(
            model_name='service',
            name='week',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name='serviceevent',
            name='week',
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.RunSQL(weeks_of("directory_service")),
        # past versions are append-only: this once they get what they said in another form
        migrations.RunSQL("ALTER TABLE directory_serviceevent DISABLE TRIGGER USER"),
        migrations.RunSQL(weeks_of("directory_serviceevent")),
        migrations.RunSQL("ALTER TABLE directory_serviceevent ENABLE TRIGGER USER"),
        migrations.RemoveConstraint(
            model_name='service',
            name='service_closes_after_it_opens',
        ),
        migrations.RemoveField(
            model_name='service',
            name='closes_at',
        ),
        migrations.RemoveField(
            model_name='service',
            name='days',
        ),
        migrations.RemoveField(
            model_name='service',
            name='opens_at',
        ),
        migrations.RemoveField(
            model_name='serviceevent',
            name='closes_at',
        ),
        migrations.RemoveField(
            model_name='serviceevent',
            name='days',
        ),
        migrations.RemoveField(
            model_name='serviceevent',
            name='opens_at',
        ),
        migrations.RunSQL(HOURS),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='week_becomes_hours', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF TG_OP = 'UPDATE' AND OLD.week = NEW.week THEN RETURN NULL; END IF;\n                    DELETE FROM directory_openinghours WHERE service_id = NEW.id;\n                    INSERT INTO directory_openinghours (service_id, weekday, starts, ends, site_id, from_on, to_on)\n                    SELECT NEW.id, one->>'day', (one->>'from')::time, (one->>'to')::time, (one->>'site')::bigint,\n                        (one->>'starts_on')::date, (one->>'ends_on')::date\n                    FROM jsonb_array_elements(NEW.week) one;\n                    RETURN NULL;\n                ", hash='5bc4688a2867a300b7e7097bc62b07e6a5df53fe', operation='INSERT OR UPDATE', pgid='pgtrigger_week_becomes_hours_e116e', table='directory_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (NEW."a_day", NEW."added_at", NEW."age_from", NEW."age_to", NEW."area", NEW."asking", NEW."authority_id", NEW."changed_at", NEW."children", NEW."description", NEW."gender", NEW."hours", NEW."id", NEW."lot_id", NEW."main_needs", NEW."member_id", NEW."mode", NEW."name", NEW."needs", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."places", NEW."places_at", NEW."places_from", NEW."provider_id", NEW."qualifications", NEW."reach", NEW."registration", NEW."registration_number", NEW."site_id", NEW."slug", NEW."staff", NEW."status", NEW."summary", NEW."team", NEW."transport", NEW."uuid", NEW."week", NEW."withdrawn_at"); RETURN NULL;', hash='d7c73b46dae95d64b6a16df271fe46b0b18fddfa', operation='INSERT', pgid='pgtrigger_insert_insert_26dc6', table='directory_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."a_day" IS DISTINCT FROM (NEW."a_day") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."age_from" IS DISTINCT FROM (NEW."age_from") OR OLD."age_to" IS DISTINCT FROM (NEW."age_to") OR OLD."area" IS DISTINCT FROM (NEW."area") OR OLD."asking" IS DISTINCT FROM (NEW."asking") OR OLD."authority_id" IS DISTINCT FROM (NEW."authority_id") OR OLD."changed_at" IS DISTINCT FROM (NEW."changed_at") OR OLD."children" IS DISTINCT FROM (NEW."children") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."gender" IS DISTINCT FROM (NEW."gender") OR OLD."hours" IS DISTINCT FROM (NEW."hours") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lot_id" IS DISTINCT FROM (NEW."lot_id") OR OLD."main_needs" IS DISTINCT FROM (NEW."main_needs") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."needs" IS DISTINCT FROM (NEW."needs") OR OLD."places" IS DISTINCT FROM (NEW."places") OR OLD."places_at" IS DISTINCT FROM (NEW."places_at") OR OLD."places_from" IS DISTINCT FROM (NEW."places_from") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."qualifications" IS DISTINCT FROM (NEW."qualifications") OR OLD."reach" IS DISTINCT FROM (NEW."reach") OR OLD."registration" IS DISTINCT FROM (NEW."registration") OR OLD."registration_number" IS DISTINCT FROM (NEW."registration_number") OR OLD."site_id" IS DISTINCT FROM (NEW."site_id") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."staff" IS DISTINCT FROM (NEW."staff") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."team" IS DISTINCT FROM (NEW."team") OR OLD."transport" IS DISTINCT FROM (NEW."transport") OR OLD."uuid" IS DISTINCT FROM (NEW."uuid") OR OLD."week" IS DISTINCT FROM (NEW."week") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at"))', func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (NEW."a_day", NEW."added_at", NEW."age_from", NEW."age_to", NEW."area", NEW."asking", NEW."authority_id", NEW."changed_at", NEW."children", NEW."description", NEW."gender", NEW."hours", NEW."id", NEW."lot_id", NEW."main_needs", NEW."member_id", NEW."mode", NEW."name", NEW."needs", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."places", NEW."places_at", NEW."places_from", NEW."provider_id", NEW."qualifications", NEW."reach", NEW."registration", NEW."registration_number", NEW."site_id", NEW."slug", NEW."staff", NEW."status", NEW."summary", NEW."team", NEW."transport", NEW."uuid", NEW."week", NEW."withdrawn_at"); RETURN NULL;', hash='7f0d49ed4dace5c1b7aaf3212309a080316b9c7d', operation='UPDATE', pgid='pgtrigger_update_update_dd0d1', table='directory_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (OLD."a_day", OLD."added_at", OLD."age_from", OLD."age_to", OLD."area", OLD."asking", OLD."authority_id", OLD."changed_at", OLD."children", OLD."description", OLD."gender", OLD."hours", OLD."id", OLD."lot_id", OLD."main_needs", OLD."member_id", OLD."mode", OLD."name", OLD."needs", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."places", OLD."places_at", OLD."places_from", OLD."provider_id", OLD."qualifications", OLD."reach", OLD."registration", OLD."registration_number", OLD."site_id", OLD."slug", OLD."staff", OLD."status", OLD."summary", OLD."team", OLD."transport", OLD."uuid", OLD."week", OLD."withdrawn_at"); RETURN NULL;', hash='e5e4e5d7a5a8663debdc3c392ebb75d8d82c9cf9', operation='DELETE', pgid='pgtrigger_delete_delete_931f0', table='directory_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='openinghours',
            trigger=pgtrigger.compiler.Trigger(name='hours_follow_the_week', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF pg_trigger_depth() < 2 THEN\n                        RAISE EXCEPTION 'pgtrigger: Opening hours are written as the week of their service'; END IF;\n                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;\n                ", hash='8fa626fdffe7cbd68e1081c29c31d7fd051f3e9b', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_hours_follow_the_week_5d4ed', table='directory_openinghours', when='BEFORE')),
        ),
        migrations.RunSQL(AT_ITS_SITE, "ALTER TABLE directory_openinghours DROP CONSTRAINT opening_hours_at_its_site"),
        watch("directory_openinghours"),
    ]
