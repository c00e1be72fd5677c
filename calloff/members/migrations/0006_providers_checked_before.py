"""Write down when the providers admitted before `checked_at` were first admitted: the same instant as `decide` keeps.

The first decision that admitted a provider counts; one that was carried over from a printed list was admitted when its
membership was recorded. The instant is not taken away again: whoever goes back to the version before does not read it.
"""

from django.db import migrations

FIRST_ADMITTED = """
    UPDATE people_organisation AS provider
    SET checked_at = first.admitted_at
    FROM (
        SELECT member.provider_id, min(COALESCE(decision.decided_at, member.joined_at)) AS admitted_at
        FROM members_member AS member
        LEFT JOIN members_outcome AS outcome ON outcome.request_id = member.request_id AND outcome.admitted
        LEFT JOIN members_decision AS decision ON decision.id = outcome.decision_id
        GROUP BY member.provider_id
    ) AS first
    WHERE provider.id = first.provider_id AND provider.kind = 'provider' AND provider.checked_at IS NULL
"""


class Migration(migrations.Migration):

    dependencies = [
        ('members', '0005_whole_sentences'),
        ('people', '0011_declined_requests_and_checked_providers'),
    ]

    operations = [
        migrations.RunSQL(FIRST_ADMITTED, migrations.RunSQL.noop),
    ]
