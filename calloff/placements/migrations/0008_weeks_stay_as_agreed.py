"""Sessions are not moved into or out of a placement that both sides signed, one that is over included."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('placements', '0007_weeks_are_rows_alone'),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name='agreedsession',
            name='weeks_are_agreed_by_both',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='agreedsession',
            trigger=pgtrigger.compiler.Trigger(name='weeks_are_agreed_by_both', sql=pgtrigger.compiler.UpsertTriggerSql(func="\n                    IF EXISTS (SELECT FROM placements_placement\n                               WHERE (TG_OP <> 'INSERT' AND id = OLD.placement_id\n                                      OR TG_OP <> 'DELETE' AND id = NEW.placement_id)\n                               AND status NOT IN ('checks', 'to_sign'))\n                       AND current_setting('calloff.verb', true) IS DISTINCT FROM 'agree_change'\n                    THEN RAISE EXCEPTION 'pgtrigger: Both sides agree to a change of a placement'; END IF;\n                    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;\n                ", hash='46bbbe1f0f4a81d5547b5baa7d335e5293180508', operation='INSERT OR UPDATE OR DELETE', pgid='pgtrigger_weeks_are_agreed_by_both_2efe9', table='placements_agreedsession', when='BEFORE')),
        ),
    ]
