"""The days and times of a reply are rows."""

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
        ('referrals', '0002_bases_and_recalls'),
    ]

    operations = [
        migrations.CreateModel(
            name='OfferedSession',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('weekday', models.CharField(choices=[('mon', 'Monday'), ('tue', 'Tuesday'), ('wed', 'Wednesday'), ('thu', 'Thursday'), ('fri', 'Friday'), ('sat', 'Saturday'), ('sun', 'Sunday')], max_length=3)),
                ('session', models.CharField(choices=[('am', 'Morning'), ('pm', 'Afternoon')], max_length=2)),
                ('starts', models.TimeField()),
                ('ends', models.TimeField()),
                ('from_on', models.DateField(blank=True, null=True)),
                ('to_on', models.DateField(blank=True, null=True)),
                ('interest', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='sessions', to='referrals.interest')),
                ('site', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='directory.site')),
            ],
            options={
                'abstract': False,
                'indexes': [models.Index(fields=['interest'], name='offered_session_by_interest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('starts__lt', models.F('ends'))), name='offeredsession_ends_after_it_starts', violation_error_message='A session must end after it starts.'), models.CheckConstraint(condition=models.Q(('from_on', None), ('to_on', None), ('from_on__lte', models.F('to_on')), _connector='OR'), name='offeredsession_dates_in_order', violation_error_message='The last date of a session must be its first date or later.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('interest', '='), ('weekday', '='), (calloff.directory.models.DateRange('from_on', 'to_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&'), ('session', '=')], name='reply_session_once', violation_error_message='A day can have one morning session and one afternoon session.'), django.contrib.postgres.constraints.ExclusionConstraint(expressions=[('interest', '='), ('weekday', '='), (calloff.directory.models.DateRange('from_on', 'to_on', django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_lower=True, inclusive_upper=True)), '&&'), (calloff.directory.models.TimeRange('starts', 'ends'), '&&')], name='reply_times_never_overlap', violation_error_message='Two sessions of one day must not overlap.')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offeredsession',
            trigger=pgtrigger.compiler.Trigger(name='sessions_stay_once_offered', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM referrals_interest\n                               WHERE id = CASE TG_OP WHEN 'DELETE' THEN OLD.interest_id ELSE NEW.interest_id END\n                               AND status IN ('offered', 'confirmed'))\n                    THEN RAISE EXCEPTION 'pgtrigger: What was offered does not change'; END IF;\n                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;\n                ", hash='272a036dbcc25c8943199d43cf82d53c2ea59790', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_sessions_stay_once_offered_e6b9b', table='referrals_offeredsession', when='BEFORE')),
        ),
    ]
