"""An answer about special educational needs that nobody gave is none, and a child may have one name.

A new record said “No special educational needs” before anybody answered, and no row history says which of those
answers a person gave. So all of them read “Not recorded” until somebody answers: no child is called a child without
needs by a default.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pupils", "0004_who_may_be_told")]

    operations = [
        migrations.AlterField(
            model_name="pupil", name="family_name", field=models.CharField(blank=True, max_length=100)
        ),
        migrations.AlterField(
            model_name="pupil",
            name="sen_provision",
            field=models.CharField(
                blank=True,
                choices=[
                    ("E", "Education, health and care plan"), ("K", "SEN support"),
                    ("N", "No special educational needs"),
                ],
                max_length=1,
            ),
        ),
        migrations.RunSQL(
            "UPDATE pupils_pupil SET sen_provision = '' WHERE sen_provision = 'N'", migrations.RunSQL.noop
        ),
    ]
