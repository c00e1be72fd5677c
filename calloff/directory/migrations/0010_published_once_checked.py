"""A new service is published once the authority has checked it; what there was before stays as public as it was."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0009_opening_hours'),
        ('markets', '0003_ruleset_digest'),
        ('members', '0004_reviews_of_suspensions'),
        ('people', '0007_counts'),
    ]

    operations = [
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
        migrations.RemoveConstraint(
            model_name='service',
            name='service_name_once',
        ),
        migrations.AddField(
            model_name='service',
            name='published_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='serviceevent',
            name='published_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name='service',
            name='status',
            field=models.CharField(choices=[('to_check', 'Being checked'), ('not_approved', 'Not approved'), ('live', 'Live'), ('withdrawn', 'Withdrawn')], max_length=20),
        ),
        migrations.AlterField(
            model_name='serviceevent',
            name='status',
            field=models.CharField(choices=[('to_check', 'Being checked'), ('not_approved', 'Not approved'), ('live', 'Live'), ('withdrawn', 'Withdrawn')], max_length=20),
        ),
        migrations.RunSQL("UPDATE directory_service SET published_at = added_at", migrations.RunSQL.noop),
        # past versions are append-only: this once they get what was true of each of them
        migrations.RunSQL("ALTER TABLE directory_serviceevent DISABLE TRIGGER USER", migrations.RunSQL.noop),
        migrations.RunSQL("UPDATE directory_serviceevent SET published_at = added_at", migrations.RunSQL.noop),
        migrations.RunSQL("ALTER TABLE directory_serviceevent ENABLE TRIGGER USER", migrations.RunSQL.noop),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='insert_insert', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "published_at", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (NEW."a_day", NEW."added_at", NEW."age_from", NEW."age_to", NEW."area", NEW."asking", NEW."authority_id", NEW."changed_at", NEW."children", NEW."description", NEW."gender", NEW."hours", NEW."id", NEW."lot_id", NEW."main_needs", NEW."member_id", NEW."mode", NEW."name", NEW."needs", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."places", NEW."places_at", NEW."places_from", NEW."provider_id", NEW."published_at", NEW."qualifications", NEW."reach", NEW."registration", NEW."registration_number", NEW."site_id", NEW."slug", NEW."staff", NEW."status", NEW."summary", NEW."team", NEW."transport", NEW."uuid", NEW."week", NEW."withdrawn_at"); RETURN NULL;', hash='abf200417c92ea66478d7cda319566f78edc4231', operation='INSERT', pgid='pgtrigger_insert_insert_26dc6', table='directory_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."a_day" IS DISTINCT FROM (NEW."a_day") OR OLD."added_at" IS DISTINCT FROM (NEW."added_at") OR OLD."age_from" IS DISTINCT FROM (NEW."age_from") OR OLD."age_to" IS DISTINCT FROM (NEW."age_to") OR OLD."area" IS DISTINCT FROM (NEW."area") OR OLD."asking" IS DISTINCT FROM (NEW."asking") OR OLD."authority_id" IS DISTINCT FROM (NEW."authority_id") OR OLD."changed_at" IS DISTINCT FROM (NEW."changed_at") OR OLD."children" IS DISTINCT FROM (NEW."children") OR OLD."description" IS DISTINCT FROM (NEW."description") OR OLD."gender" IS DISTINCT FROM (NEW."gender") OR OLD."hours" IS DISTINCT FROM (NEW."hours") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."lot_id" IS DISTINCT FROM (NEW."lot_id") OR OLD."main_needs" IS DISTINCT FROM (NEW."main_needs") OR OLD."member_id" IS DISTINCT FROM (NEW."member_id") OR OLD."mode" IS DISTINCT FROM (NEW."mode") OR OLD."name" IS DISTINCT FROM (NEW."name") OR OLD."needs" IS DISTINCT FROM (NEW."needs") OR OLD."places" IS DISTINCT FROM (NEW."places") OR OLD."places_at" IS DISTINCT FROM (NEW."places_at") OR OLD."places_from" IS DISTINCT FROM (NEW."places_from") OR OLD."provider_id" IS DISTINCT FROM (NEW."provider_id") OR OLD."published_at" IS DISTINCT FROM (NEW."published_at") OR OLD."qualifications" IS DISTINCT FROM (NEW."qualifications") OR OLD."reach" IS DISTINCT FROM (NEW."reach") OR OLD."registration" IS DISTINCT FROM (NEW."registration") OR OLD."registration_number" IS DISTINCT FROM (NEW."registration_number") OR OLD."site_id" IS DISTINCT FROM (NEW."site_id") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."staff" IS DISTINCT FROM (NEW."staff") OR OLD."status" IS DISTINCT FROM (NEW."status") OR OLD."summary" IS DISTINCT FROM (NEW."summary") OR OLD."team" IS DISTINCT FROM (NEW."team") OR OLD."transport" IS DISTINCT FROM (NEW."transport") OR OLD."uuid" IS DISTINCT FROM (NEW."uuid") OR OLD."week" IS DISTINCT FROM (NEW."week") OR OLD."withdrawn_at" IS DISTINCT FROM (NEW."withdrawn_at"))', func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "published_at", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (NEW."a_day", NEW."added_at", NEW."age_from", NEW."age_to", NEW."area", NEW."asking", NEW."authority_id", NEW."changed_at", NEW."children", NEW."description", NEW."gender", NEW."hours", NEW."id", NEW."lot_id", NEW."main_needs", NEW."member_id", NEW."mode", NEW."name", NEW."needs", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."places", NEW."places_at", NEW."places_from", NEW."provider_id", NEW."published_at", NEW."qualifications", NEW."reach", NEW."registration", NEW."registration_number", NEW."site_id", NEW."slug", NEW."staff", NEW."status", NEW."summary", NEW."team", NEW."transport", NEW."uuid", NEW."week", NEW."withdrawn_at"); RETURN NULL;', hash='f74ef5b7138c60c2ac911450a1c203c1e1740d02', operation='UPDATE', pgid='pgtrigger_update_update_dd0d1', table='directory_service', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='service',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "directory_serviceevent" ("a_day", "added_at", "age_from", "age_to", "area", "asking", "authority_id", "changed_at", "children", "description", "gender", "hours", "id", "lot_id", "main_needs", "member_id", "mode", "name", "needs", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "places", "places_at", "places_from", "provider_id", "published_at", "qualifications", "reach", "registration", "registration_number", "site_id", "slug", "staff", "status", "summary", "team", "transport", "uuid", "week", "withdrawn_at") VALUES (OLD."a_day", OLD."added_at", OLD."age_from", OLD."age_to", OLD."area", OLD."asking", OLD."authority_id", OLD."changed_at", OLD."children", OLD."description", OLD."gender", OLD."hours", OLD."id", OLD."lot_id", OLD."main_needs", OLD."member_id", OLD."mode", OLD."name", OLD."needs", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."places", OLD."places_at", OLD."places_from", OLD."provider_id", OLD."published_at", OLD."qualifications", OLD."reach", OLD."registration", OLD."registration_number", OLD."site_id", OLD."slug", OLD."staff", OLD."status", OLD."summary", OLD."team", OLD."transport", OLD."uuid", OLD."week", OLD."withdrawn_at"); RETURN NULL;', hash='5ad36ee96504505be2ea4eda565edc23ce7b18fa', operation='DELETE', pgid='pgtrigger_delete_delete_931f0', table='directory_service', when='AFTER')),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'withdrawn'), _negated=True), fields=('member', 'name'), name='service_name_once', violation_error_message='You list a service of this name in this category already.'),
        ),
        migrations.AddConstraint(
            model_name='service',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'live'), _negated=True), ('published_at__isnull', False), _connector='OR'), name='service_live_once_published'),
        ),
    ]
