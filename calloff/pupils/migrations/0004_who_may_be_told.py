"""What limits contact with the people to call, asked and never assumed.

Nobody was asked before: a ticked box for parental responsibility was ticked for everybody at first. So each answer of a
contact that is here already is “not known”, until somebody gives it.
"""

from typing import Any

from django.db import migrations, models

ANSWERS = [("yes", "Yes"), ("no", "No"), ("not_known", "Not known")]
WITHHELD = [
    ("no", "No, it can be shared"), ("refuge", "Yes: refuge"), ("foster", "Yes: foster home"),
    ("adoption", "Yes: adoption"), ("other", "Yes: another reason"), ("not_known", "Not known"),
]  # fmt: skip


def asked(name: str, choices: list[tuple[str, str]]) -> migrations.AddField:
    field = models.CharField(choices=choices, default="not_known", max_length=10)
    return migrations.AddField(model_name="contact", name=name, field=field, preserve_default=False)


def added(name: str, field: "models.Field[Any, Any]") -> migrations.AddField:
    return migrations.AddField(model_name="contact", name=name, field=field, preserve_default=field.default != "")


class Migration(migrations.Migration):
    dependencies = [("pupils", "0003_disclosures_have_an_end")]

    operations = [
        asked("responsibility", ANSWERS),
        asked("lives_with_child", ANSWERS),
        asked("order", ANSWERS),
        asked("address_withheld", WITHHELD),
        migrations.RemoveField(model_name="contact", name="has_responsibility"),
        added("address", models.TextField(blank=True, default="")),
        added("postcode", models.CharField(blank=True, default="", max_length=8)),
        added("order_who", models.CharField(blank=True, default="", max_length=200)),
        added("order_what", models.CharField(blank=True, default="", max_length=500)),
        added("order_until", models.DateField(blank=True, null=True)),
        added("do_not_contact", models.BooleanField(default=False)),
        added("do_not_contact_reason", models.CharField(blank=True, default="", max_length=300)),
        added("told_on", models.DateField(blank=True, null=True)),
        added("views", models.TextField(blank=True, default="")),
        migrations.AddField(
            model_name="pupil",
            name="address_withheld",
            field=models.CharField(choices=WITHHELD, default="not_known", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                name="contact_order_has_its_limits",
                condition=models.Q(models.Q(("order", "yes"), models.Q(("order_what", ""), _negated=True)), models.Q(models.Q(("order", "yes"), _negated=True), ("order_until", None), ("order_what", ""), ("order_who", "")), _connector="OR"),
            ),
        ),
        migrations.AddConstraint(
            model_name="contact",
            constraint=models.CheckConstraint(
                name="contact_not_to_be_contacted_for_a_reason",
                condition=models.Q(models.Q(("do_not_contact", True), models.Q(("do_not_contact_reason", ""), _negated=True)), models.Q(("do_not_contact", False), ("do_not_contact_reason", "")), _connector="OR"),
            ),
        ),
    ]
