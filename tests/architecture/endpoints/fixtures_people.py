"""Invitations with each status that pages show, from the provider, school and authority, and one to a test person."""

from uuid import NAMESPACE_DNS, uuid5

from calloff.links.models import Link
from calloff.links.tokens import digest_link_token
from calloff.people.commands.invitation_emails import INVITATION_LINK_PURPOSE
from calloff.people.models import RoleGrant
from calloff.people.permissions import Role
from calloff.people.states import InvitationStatus
from tests.factories import NOW, InvitationFactory, RoleGrantFactory, UserFactory

TOKEN = "A" * 43  # the token in the link, which every test person tries


def make(world):
    world.colleagues = {}
    for name, place, manager, role in (
        ("provider", world.provider, Role.PROVIDER_LEAD, Role.PROVIDER_STAFF),
        ("school", world.school, Role.BUYER_ADMINISTRATOR, Role.AP_LEAD),
        ("authority", world.authority, Role.ADMINISTRATOR, Role.APPROVER),
    ):
        colleague = UserFactory(name=f"Colleague of {name}")
        RoleGrantFactory(person=colleague, organisation=place, role=manager)
        made = {"organisation": place, "invited_by": colleague, "roles": [role]}
        setattr(world, f"{name}_invitation", InvitationFactory(**made))
        waiting = InvitationFactory(**made, status=InvitationStatus.TO_CONFIRM, sent_at=None, times_sent=0)
        setattr(world, f"{name}_invitation_to_confirm", waiting)
        world.colleagues[name] = colleague
        batch = uuid5(NAMESPACE_DNS, name)
        for _ in range(2):
            InvitationFactory(
                **made, name="Wendy", batch=batch, status=InvitationStatus.TO_CONFIRM, sent_at=None, times_sent=0
            )
    world.to_ruth = InvitationFactory(
        organisation=world.team, invited_by=world.cora, roles=[Role.FINANCE], email=world.ruth.email
    )
    RoleGrantFactory(person=world.cora, organisation=world.team, role=Role.BUYER_ADMINISTRATOR)
    world.by_link = InvitationFactory(
        organisation=world.provider, invited_by=world.ada, email="nobody-here@example.org"
    )
    Link.objects.create(
        purpose=INVITATION_LINK_PURPOSE, record_type="people.Invitation", record_id=world.by_link.pk,
        digest=digest_link_token(TOKEN),
        made_at=NOW, expires_at=world.by_link.expires_at, max_uses=5,
    )  # fmt: skip
    world.ben_role = RoleGrant.objects.get(person=world.ben, organisation=world.provider)


def batch_of(name):
    return lambda world: (getattr(world, name).slug, uuid5(NAMESPACE_DNS, name))


def chosen(name):
    return lambda world: {"invitations": [getattr(world, f"{name}_invitation_to_confirm").pk]}


def table(world):
    return {"table": "Name,Email,Role\nWendy,wendy@example.org,Provider staff", "do": "send"}


def finance_table(world):
    return {"table": "Wendy\twendy@example.org\tFinance", "do": "send"}


def evaluator_table(world):
    return {"table": "Wendy,wendy@example.org,Evaluator", "do": "send"}


def first_table(world):
    return {"table": f"Provider,Email\n{world.loaded.name},first@example.org", "do": "send"}


def more(world):
    """Add an invitation to each list: one from each organisation, and one to a person."""
    for name in ("provider", "school", "authority"):
        given = {"organisation": getattr(world, name), "invited_by": world.colleagues[name]}
        InvitationFactory(**given)
        InvitationFactory(**given, status=InvitationStatus.TO_CONFIRM, sent_at=None, times_sent=0)
    InvitationFactory(invited_by=UserFactory(), email=world.ruth.email)
