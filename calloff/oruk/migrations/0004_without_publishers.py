from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("oruk", "0003_names_of_providers")]

    operations = [
        migrations.RemoveConstraint(model_name="entry", name="entry_says_what_it_is_of"),
        migrations.RemoveField(model_name="entry", name="publisher"),
        migrations.DeleteModel(name="Publisher"),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                name="entry_says_what_it_is_of",
                condition=Q(
                    kind__in=["service", "service_at_location"], service__isnull=False, market=None, lot=None
                )
                | Q(kind="taxonomy", market__isnull=False, lot=None, service=None, at_site=None)
                | Q(kind="taxonomy_term", market__isnull=False, lot__isnull=False, service=None, at_site=None),
            ),
        ),
    ]
