"""Find what a home asks for of years of registers without reading them: codes to confirm, absences without a reason."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_buyers"),
        ("placements", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="attendance",
            index=models.Index(
                condition=models.Q(
                    ("code", ""),
                    models.Q(("confirmed_at__isnull", False), ("marked_at__gt", models.F("confirmed_at"))),
                    _connector="OR",
                ),
                fields=["placement"],
                name="attendance_to_confirm",
            ),
        ),
        migrations.AddIndex(
            model_name="attendance",
            index=models.Index(condition=models.Q(("code", "N")), fields=["placement"], name="attendance_unresolved"),
        ),
    ]
