"""How people join organisations in the story: they are invited, and they accept.

If a second person must agree before a role is given, a colleague first confirms the invitation.
"""

from collections.abc import Iterable
from datetime import datetime

from calloff.cli.demo import cast
from calloff.cli.demo.context import DemoContext
from calloff.people import commands as people
from calloff.people.models import Invitation, Organisation, User
from calloff.people.permissions import Can, Role
from calloff.people.states import InvitationStatus


def bring_in(organisation: Organisation, person: User, roles: Iterable[str], *, by: User, at: datetime) -> Invitation:
    """Invite a person to some roles, let a colleague confirm if necessary, and let the person accept."""
    invitation = people.invite_person(organisation, email=person.email, roles=roles, by=by, at=at)
    if invitation.status == InvitationStatus.TO_CONFIRM:
        others = User.objects.who_can(Can.MANAGE_PEOPLE, organisation=organisation, at=at).exclude(
            pk__in=[by.pk, person.pk]
        )
        invitation = people.confirm_invitation(invitation, by=others.order_by("pk")[0], at=at)
    return people.accept_invitation(invitation, by=person, at=at, understood=True)


def invite_some(stage: DemoContext) -> None:
    """Leave some invitations unfinished.

    They include invitations for a newcomer and for a council's approver, and one that a second person still has to
    confirm.
    """
    at = stage.when("-1 Thu 10:05")
    approver, newcomer = stage.officer("west-sussex", "tom"), stage.people[cast.NEWCOMERS[1].email]
    for key, email, role in (
        ("harbour", newcomer.email, Role.PROVIDER_STAFF),
        ("saltmarsh", approver.email, Role.PROVIDER_STAFF),
    ):
        people.invite_person(stage.organisations[key], email=email, roles=[role], by=stage.lead(key), at=at)
    shore = stage.organisations["shore"]
    [first] = [stage.meet(person) for person in cast.BUYERS if person.organisation == "shore"]
    for name, role in (("bursar", Role.FINANCE), ("deputy", Role.AP_LEAD)):
        people.invite_person(shore, email=f"{name}@shore{cast.DOMAIN}", roles=[role], by=first, at=at)
    rows = ("Name\tEmail\tRole", f"Ida\tida@shore{cast.DOMAIN}\tFinance", f"Omar\tomar@shore{cast.DOMAIN}\tSENCO")
    people.invite_many(shore, table="\n".join(rows), by=first, at=at)
    people.invite_person(
        stage.organisations["west-sussex"], email=f"edith@westsussex{cast.DOMAIN}", roles=[Role.EVALUATOR],
        by=stage.officer("west-sussex", "maud"), at=at,
    )  # fmt: skip
