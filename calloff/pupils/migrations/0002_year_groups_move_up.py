from django.db import migrations, models

# A year group was recorded, and nobody noted in which school year. It was the year of the last change where it is the
# usual one of the child's age then; else that in which the record was made: so a child out of the usual year stays so.
FILL = """
UPDATE pupils_pupil SET school_year = CASE WHEN year_group = changed - usual_from THEN changed ELSE recorded END
FROM (
    SELECT id AS key,
        extract(year FROM day_changed)::int - (extract(month FROM day_changed) < 9)::int AS changed,
        extract(year FROM day_recorded)::int - (extract(month FROM day_recorded) < 9)::int AS recorded,
        extract(year FROM born_on)::int + (to_char(born_on, 'MMDD') > '0831')::int + 4 AS usual_from
    FROM (
        SELECT id, born_on, (changed_at AT TIME ZONE 'Europe/London')::date AS day_changed,
            (recorded_at AT TIME ZONE 'Europe/London')::date AS day_recorded
        FROM pupils_pupil
    ) AS days
) AS years
WHERE key = id
"""


class Migration(migrations.Migration):
    dependencies = [("pupils", "0001_initial")]

    operations = [
        migrations.AddField("pupil", "school_year", models.PositiveSmallIntegerField(null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("pupil", "school_year", models.PositiveSmallIntegerField()),
    ]
