"""The list in which the weeks of a placement were kept goes: they are rows."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [("placements", "0006_weeks_that_were_agreed")]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='placement',
            name='placement_terms_are_agreed_by_both',
        ),
        migrations.RemoveField(
            model_name='placement',
            name='timetable',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='placement',
            trigger=pgtrigger.compiler.Trigger(name='placement_terms_are_agreed_by_both', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."status" IN (\'agreed\', \'running\', \'notice\'))', func="\n                    IF (OLD.site_id, OLD.starts_on, OLD.ends_on, OLD.unit, OLD.amount, OLD.vat,\n                        OLD.units_a_week, OLD.ratio, OLD.notice_days, OLD.absence_rule)\n                    IS DISTINCT FROM\n                       (NEW.site_id, NEW.starts_on, NEW.ends_on, NEW.unit, NEW.amount, NEW.vat,\n                        NEW.units_a_week, NEW.ratio, NEW.notice_days, NEW.absence_rule)\n                       AND current_setting('calloff.verb', true) IS DISTINCT FROM 'agree_change'\n                    THEN RAISE EXCEPTION 'pgtrigger: Both sides agree to a change of a placement'; END IF;\n                    RETURN NEW;\n                ", hash='71876c4102a74d00ed000a8b65497c536b913b8d', operation='UPDATE', pgid='pgtrigger_placement_terms_are_agreed_by_both_71606', table='placements_placement', when='BEFORE')),
        ),
    ]
