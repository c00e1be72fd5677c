from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_bases_and_recalls")]

    operations = [
        migrations.AddField("recall", "offers", models.PositiveIntegerField(default=0)),
        migrations.RemoveConstraint("recall", "recall_of_something"),
        migrations.AddConstraint(
            "recall",
            models.CheckConstraint(
                name="recall_of_something",
                condition=Q(children__gt=0) | Q(to_start__gt=0) | Q(offers__gt=0) | Q(orders__gt=0),
            ),
        ),
    ]
