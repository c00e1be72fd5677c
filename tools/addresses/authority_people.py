"""The endpoints with which an authority invites, links and removes people, and sets rules for signing in."""

from calloff.people.models import Organisation
from calloff.people.permissions import Role
from tests.architecture.endpoints import fixtures_keys, fixtures_people
from tests.factories import RoleGrantFactory, UserFactory
from tools.addresses import LEADS_ON, Address, Photo, sign_in
from tools.addresses.authority_arguments import ADMIN, EVERY_OFFICER, OFFICER, here, on, verb
from tools.screenshots import people as demo_people
from tools.screenshots import sample_records as demo

OF_KEYS = Photo(Role.ADMINISTRATOR, demo.address_of("organisation", demo_people.keys_of("authority")))


def of_a_colleague(world):
    """Return the URL arguments for the role of a person who has no other role."""
    grant = RoleGrantFactory(person=UserFactory(), organisation=world.authority, role=Role.EVALUATOR)
    return (world.authority.slug, grant.pk)


# fmt: off
ADDRESSES: list[Address] = [
    *sign_in.addresses("authority", lambda world: world.authority, seers=ADMIN | OFFICER, managers=ADMIN,
                       sees=EVERY_OFFICER - ADMIN - OFFICER, colleague=Role.EVALUATOR, photo=OF_KEYS),
    Address("GET", "authority:api-keys", ADMIN, here,
             photos=[OF_KEYS]),
    *verb("api-key-make",     ADMIN, here, fixtures_keys.new_key, recently=True, shows=True,
             photos=[OF_KEYS]),
    *verb("api-key-revoke",   ADMIN, on("authority_key", "pk"), lambda world: {},
             photos=[
                 Photo(Role.ADMINISTRATOR, demo.address_of("organisation", demo_people.keys_of("authority"), "pk")),
             ]),
    *verb("details-amend",    ADMIN, here, lambda world: {"address": "1 High Street", "telephone": "", "website": ""},
             photos=[Photo(Role.ADMINISTRATOR, demo.a_busy_authority)]),
    *verb("person-appoint", ADMIN, here, lambda world: {}, no_photo=LEADS_ON),
    *verb("people-invite", ADMIN, here, lambda world: {"email": world.newcomer.email, "roles": ["evaluator"]},
          recently=True, photos=[Photo(Role.ADMINISTRATOR, demo.a_busy_authority)]),
    *verb("people-invite-many", ADMIN, here, fixtures_people.evaluator_table, recently=True,
             photos=[Photo(Role.ADMINISTRATOR, demo.a_busy_authority)]),
    *verb("people-invitations-confirm", ADMIN, here, fixtures_people.chosen("authority"), recently=True,
             no_photo="as buyer:people-invitations-confirm is"),
    *verb("people-batch-confirm", ADMIN, fixtures_people.batch_of("authority"), lambda world: {}, recently=True,
             no_photo="as buyer:people-batch-withdraw is, for the second person"),
    *verb("people-batch-withdraw", ADMIN | OFFICER, fixtures_people.batch_of("authority"), lambda world: {},
          recently=True, no_photo="as buyer:people-batch-withdraw is"),
    *verb("first-people-invite", ADMIN | OFFICER, here, fixtures_people.first_table, recently=True,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo.a_busy_authority)]),
    *verb("people-invitation-confirm", ADMIN, on("authority_invitation_to_confirm", "pk"), lambda world: {},
          recently=True, no_photo="as buyer:people-invitation-confirm is"),
    *verb("people-invitation-resend", ADMIN | OFFICER, on("authority_invitation", "pk"), lambda world: {},
          recently=True,
             photos=[Photo(Role.ADMINISTRATOR, demo_people.an_invitation(Organisation.Kind.AUTHORITY, "sent"))]),
    *verb("people-invitation-withdraw", ADMIN | OFFICER, on("authority_invitation", "pk"), lambda world: {},
          recently=True,
             photos=[Photo(Role.ADMINISTRATOR, demo_people.an_invitation(Organisation.Kind.AUTHORITY, "sent"))]),
    *verb("first-person-invite", ADMIN | OFFICER, on("loaded", "pk"), lambda world: {"email": "first@example.org"},
          recently=True, photos=[Photo(Role.CONTRACTS_OFFICER, demo_people.a_provider_without_people)]),
    *verb("school-first-person-invite", ADMIN | OFFICER, on("another_school", "urn"),
          lambda world: {"email": "first@example.org", "role": "head"}, recently=True,
             photos=[Photo(Role.CONTRACTS_OFFICER, demo_people.a_school_that_has_not_joined)]),
    *verb("person-end",       ADMIN, on("officer_role", "pk"), lambda world: {}, recently=True,
             photos=[Photo(Role.ADMINISTRATOR, demo_people.staff(besides=Role.ADMINISTRATOR))]),
    *verb("person-close-account", ADMIN, of_a_colleague, lambda world: {}, recently=True,
             photos=[Photo(Role.ADMINISTRATOR, demo_people.staff(besides=Role.ADMINISTRATOR))]),
    *verb("person-reapprove", ADMIN | OFFICER, on("suspended_officer_role", "pk"), lambda world: {}, recently=True,
             no_photo="after a change of email address, which nobody makes in the demonstration"),
]
# fmt: on
