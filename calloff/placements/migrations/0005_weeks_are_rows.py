"""The weeks of a placement become rows, beside the list in which they were kept."""

import calloff.directory.models
import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0006_what_touches_a_directory'),
        ('placements', '0004_closed_sessions'),
    ]

    operations = [
        migrations.CreateModel(
            name='AgreedSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.CharField(choices=[('mon', 'Monday'), ('tue', 'Tuesday'), ('wed', 'Wednesday'), ('thu', 'Thursday'), ('fri', 'Friday'), ('sat', 'Saturday'), ('sun', 'Sunday')], max_length=3)),
                ('session', models.CharField(choices=[('am', 'Morning'), ('pm', 'Afternoon')], max_length=2)),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('from_on', models.DateField(blank=True, null=True)),
                ('to_on', models.DateField(blank=True, null=True)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddField(
            model_name='agreedsession',
            name='placement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='placements.placement'),
        ),
        migrations.AddField(
            model_name='agreedsession',
            name='site',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.site'),
        ),
        migrations.AddIndex(
            model_name='agreedsession',
            index=models.Index(fields=['placement'], name='agreed_session_by_placement'),
        ),
        migrations.AddConstraint(
            model_name='agreedsession',
            constraint=models.CheckConstraint(condition=models.Q(('starts__lt', models.F('ends'))), name='agreedsession_ends_after_it_starts', violation_error_message='A session must end after it starts.'),
        ),
        migrations.AddConstraint(
            model_name='agreedsession',
            constraint=models.CheckConstraint(condition=models.Q(('from_on', None), ('to_on', None), ('from_on__lte', models.F('to_on')), _connector='OR'), name='agreedsession_dates_in_order', violation_error_message='The last date of a session must be its first date or later.'),
        ),
        migrations.AddConstraint(
            model_name='agreedsession',
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('placement', '='), ('weekday', '='), (calloff.directory.models.DateRange('from_on', 'to_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&'), ('session', '=')], name='placement_session_once', violation_error_message='A day can have one morning session and one afternoon session.'),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agreedsession',
            trigger=pgtrigger.compiler.Trigger(name='weeks_are_agreed_by_both', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM placements_placement\n                               WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.placement_id ELSE NEW.placement_id END\n                               AND status IN ('agreed', 'running', 'notice'))\n                       AND current_setting('calloff.verb', true) IS DISTINCT FROM 'agree_change'\n                    THEN RAISE EXCEPTION 'pgtrigger: Both sides agree to a change of a placement'; END IF;\n                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;\n                ", hash='bc77dd1898d55581d28d119604f9cb410889411c', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_weeks_are_agreed_by_both_2efe9', table='placements_agreedsession', when='BEFORE')),
        ),
    ]
