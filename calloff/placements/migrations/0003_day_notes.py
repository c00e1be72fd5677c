"""Notes of a day: where a placed child is, and what happened, whatever the state of the placement."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

from calloff.kernel.tenant_constraints import same_owner_sql


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0004_a_name_in_open_data'),
        ('placements', '0002_attendance_that_waits'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DayNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('side', models.CharField(choices=[('buyer', 'The school or team'), ('provider', 'The provider')], max_length=10)),
                ('kind', models.CharField(choices=[('here', 'The child is with the provider'), ('elsewhere', 'The child is somewhere else (emergency move)'), ('not_known', 'We do not know where the child is'), ('extra_day', 'The child came on a day that is not in the timetable'), ('early', 'The child started before the papers were complete'), ('stayed', 'The child stayed after the end'), ('hurt', 'The child was hurt'), ('slept', 'The child slept somewhere else')], max_length=10)),
                ('day', models.DateField()),
                ('time', models.TimeField()),
                ('place_kind', models.CharField(blank=True, choices=[('site', 'Another site of the provider'), ('provider', 'Another provider'), ('school', 'The school'), ('home', 'At home'), ('hospital', 'Hospital'), ('other', 'Another place')], max_length=10)),
                ('place', models.CharField(blank=True, max_length=200)),
                ('decided_by', models.CharField(blank=True, max_length=200)),
                ('told', models.CharField(blank=True, max_length=300)),
                ('text', models.TextField(blank=True)),
                ('recorded_at', models.DateTimeField()),
                ('answer', models.TextField(blank=True)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('status', models.CharField(choices=[('recorded', 'Recorded'), ('answered', 'Answer given'), ('corrected', 'Corrected')], max_length=20)),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('authority', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('buyer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('corrects', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='correction', to='placements.daynote')),
                ('placement', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='day_notes', to='placements.placement')),
                ('provider', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='people.organisation')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['placement', '-day', '-time'], name='day_note_by_placement'), models.Index(condition=models.Q(('side', 'provider'), ('status', 'recorded')), fields=['buyer'], name='day_note_to_answer'), models.Index(fields=['authority', '-day'], name='day_note_by_authority')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['elsewhere', 'slept']), _negated=True), models.Q(models.Q(('place', ''), _negated=True), models.Q(('place_kind', ''), _negated=True)), _connector='OR'), name='day_note_names_its_place'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'elsewhere'), _negated=True), models.Q(('decided_by', ''), _negated=True), _connector='OR'), name='day_note_of_a_move_says_who_decided'), models.CheckConstraint(condition=models.Q(models.Q(('kind__in', ['elsewhere', 'not_known', 'hurt', 'slept']), _negated=True), models.Q(('told', ''), _negated=True), _connector='OR'), name='day_note_says_who_was_told'), models.CheckConstraint(condition=models.Q(models.Q(('status', 'answered'), _negated=True), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), ('side', 'provider'), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='day_note_answered_by_a_person')],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='daynote',
            trigger=pgtrigger.compiler.Trigger(name='status_moves_by_a_step', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n            IF TG_OP = 'UPDATE' AND OLD.status IS NOT DISTINCT FROM NEW.status THEN RETURN NEW; END IF;\n            IF current_setting('calloff.announced', true) IS DISTINCT FROM\n                concat(TG_TABLE_NAME, ':', CASE WHEN TG_OP = 'UPDATE' THEN NEW.id::text ELSE 'new' END, ':', NEW.status)\n            THEN RAISE EXCEPTION 'pgtrigger: The status of % changes only by a step', TG_TABLE_NAME; END IF;\n            RETURN NEW;\n        ", hash='4f5e72d6e3060115268d30e444f1824efbc2777a', operation='INSERT OR UPDATE', pgid='pgtrigger_status_moves_by_a_step_c7931', table='placements_daynote', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='daynote',
            trigger=pgtrigger.compiler.Trigger(name='day_note_stays_as_recorded', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF (OLD.placement_id, OLD.side, OLD.kind, OLD.day, OLD.time, OLD.place_kind, OLD.place,\n                        OLD.decided_by, OLD.told, OLD.text, OLD.recorded_by_id, OLD.recorded_at, OLD.corrects_id)\n                    IS DISTINCT FROM\n                       (NEW.placement_id, NEW.side, NEW.kind, NEW.day, NEW.time, NEW.place_kind, NEW.place,\n                        NEW.decided_by, NEW.told, NEW.text, NEW.recorded_by_id, NEW.recorded_at, NEW.corrects_id)\n                       OR (OLD.answered_at IS NOT NULL AND\n                           (OLD.answer, OLD.answered_by_id, OLD.answered_at)\n                           IS DISTINCT FROM (NEW.answer, NEW.answered_by_id, NEW.answered_at))\n                    THEN RAISE EXCEPTION 'pgtrigger: A note of a day stays as it was recorded'; END IF;\n                    RETURN NEW;\n                ", hash='eeae9a962a89516edd9714bbcbfefc7cba041550', operation='UPDATE', pgid='pgtrigger_day_note_stays_as_recorded_779ab', table='placements_daynote', when='BEFORE')),
        ),
        *(
            same_owner_sql("placements_daynote", relation, parent, column)
            for column in ("authority_id", "provider_id", "buyer_id")
            for relation, parent in (("placement_id", "placements_placement"), ("corrects_id", "placements_daynote"))
        ),
    ]
