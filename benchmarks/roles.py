"""The roles of the people in the cases.

They are written directly to the database, so that no invitations are needed.
"""

from django.db import connection, transaction

from calloff.kernel import clock
from calloff.people import commands as people
from calloff.people.models import Invitation, Organisation, RoleGrant, User
from calloff.people.states import RoleGrantStatus
from calloff.rate_limits.counts import without_rate_limits


@transaction.atomic
def give_role(organisation: Organisation, person: User, role: str) -> None:
    """Give a person a role from now on, and announce this to the database in the same way as the command."""
    with connection.cursor() as cursor:
        announced = f"{RoleGrant._meta.db_table}:new:{RoleGrantStatus.ACTIVE}"
        cursor.execute("SELECT set_config('calloff.announced', %s, true)", [announced])
        RoleGrant.objects.create(
            person=person, organisation=organisation, role=role, starts_at=clock.now(), status=RoleGrantStatus.ACTIVE
        )
    person.forget_roles()


def team_of(authority: Organisation, *, name: str, person: User, role: str, by: User) -> Organisation:
    """Make a team for an authority, and accept the invitation of its first person."""
    with without_rate_limits():
        team = people.found_team(authority, name=name, email=person.email, role=role, by=by, at=clock.now())
        people.accept_invitation(Invitation.objects.get(organisation=team), by=person, at=clock.now(), understood=True)
    person.forget_roles()
    return team
