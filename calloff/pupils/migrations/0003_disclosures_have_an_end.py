import django.contrib.postgres.constraints
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Func, Q

# Every disclosure gets the end that its offer or placement has, and the membership that it is by. A placement that is
# not over, with no last day or one that has passed, counts as until today: no provider loses the pack of a child whom
# it has by the upgrade. The tables of the rooms above are there on an installation that has rows; on a new one there is
# nothing to fill.
FILL = """
DO $$
BEGIN
    IF to_regclass('buying_offer') IS NOT NULL AND to_regclass('referrals_interest') IS NOT NULL THEN
        UPDATE pupils_disclosure AS given
        SET member_id = interest.member_id, ends_at = LEAST(given.ends_at, offer.confirm_by)
        FROM buying_offer AS offer
        JOIN referrals_referral AS referral ON referral.id = offer.referral_id
        JOIN referrals_interest AS interest ON interest.id = offer.interest_id
        WHERE given.stage = 'offered' AND given.source = referral.reference
            AND given.organisation_id = offer.provider_id AND given.starts_at = offer.made_at;
    END IF;
    IF to_regclass('placements_placement') IS NOT NULL THEN
        UPDATE pupils_disclosure AS given
        SET member_id = CASE WHEN given.stage = 'placed' THEN placement.member_id END,
            first_on = placement.started_on, last_on = days.last_on,
            ends_at = COALESCE(given.ends_at, GREATEST(given.starts_at,
                (days.last_on + 15)::timestamp AT TIME ZONE 'Europe/London'))
        FROM placements_placement AS placement
        JOIN referrals_referral AS referral ON referral.id = placement.referral_id
        CROSS JOIN LATERAL (
            SELECT CASE WHEN placement.status IN ('ended', 'ended_early', 'transferred')
                THEN COALESCE(placement.ended_on, placement.last_on, placement.ends_on, referral.ends_on)
                ELSE GREATEST(
                    COALESCE(placement.last_on, placement.ends_on, referral.ends_on),
                    (now() AT TIME ZONE 'Europe/London')::date
                )
            END AS last_on
        ) AS days
        WHERE given.stage IN ('placed', 'told') AND given.source = placement.reference;
    END IF;
    UPDATE pupils_disclosure SET ends_at = GREATEST(starts_at, now()) WHERE ends_at IS NULL;
    SET CONSTRAINTS ALL IMMEDIATE;
END
$$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("pupils", "0002_year_groups_move_up"),
        ("members", "0001_initial"),
        ("history", "0002_extensions"),  # its exclusion constraint needs btree_gist
    ]

    operations = [
        migrations.RemoveConstraint("disclosure", "disclosed_once"),
        migrations.AddField(
            "disclosure",
            "member",
            models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="members.member"
            ),
        ),
        migrations.AddField("disclosure", "first_on", models.DateField(blank=True, null=True)),
        migrations.AddField("disclosure", "last_on", models.DateField(blank=True, null=True)),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField("disclosure", "ends_at", models.DateTimeField()),
        migrations.AddConstraint(
            "disclosure",
            django.contrib.postgres.constraints.ExclusionConstraint(
                name="disclosed_once_at_a_time",
                expressions=[
                    ("pupil", "="),
                    ("organisation", "="),
                    ("needs", "="),
                    ("source", "="),
                    (
                        Func(
                            "starts_at",
                            "ends_at",
                            function="tstzrange",
                            output_field=django.contrib.postgres.fields.ranges.DateTimeRangeField(),
                        ),
                        "&&",
                    ),
                ],
                violation_error_message="This child is disclosed to them already, for the same reason.",
            ),
        ),
        migrations.AddConstraint(
            "disclosure",
            models.CheckConstraint(name="disclosure_ends_after_it_starts", condition=Q(ends_at__gte=F("starts_at"))),
        ),
        migrations.AddConstraint(
            "disclosure",
            models.CheckConstraint(
                name="disclosure_to_a_provider_has_its_member",
                condition=~Q(stage__in=["offered", "placed"]) | Q(member__isnull=False),
            ),
        ),
    ]
