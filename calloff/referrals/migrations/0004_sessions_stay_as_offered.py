"""Sessions are not moved out of a reply that was offered the place, nor into one."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0003_weeks_are_rows'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='offeredsession',
            name='sessions_stay_once_offered',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='offeredsession',
            trigger=pgtrigger.compiler.Trigger(name='sessions_stay_once_offered', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM referrals_interest\n                               WHERE (TG_OP <> 'INSERT' AND id = OLD.interest_id\n                                      OR TG_OP <> 'DELETE' AND id = NEW.interest_id)\n                               AND status IN ('offered', 'confirmed'))\n                    THEN RAISE EXCEPTION 'pgtrigger: What was offered does not change'; END IF;\n                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;\n                ", hash='c9729c0c1a416adc2710d86564cecefb009eca6f', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_sessions_stay_once_offered_e6b9b', table='referrals_offeredsession', when='BEFORE')),
        ),
    ]
