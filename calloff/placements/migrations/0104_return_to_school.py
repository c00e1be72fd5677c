from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('placements', '0103_usual_details'),
    ]

    operations = [
        migrations.AlterField(
            model_name='placementending',
            name='how',
            field=models.CharField(choices=[('planned', 'As planned'), ('returned', 'The pupil returned to school'), ('early', 'Early'), ('transferred', 'Transferred to another provider'), ('before', 'Before the placement started')], max_length=12),
        ),
    ]
