"""The endpoints for how people at an organisation sign in, which are the same for providers, buyers and
authorities.
"""

from tests.architecture.endpoints.fixtures_accounts import a_reset
from tests.factories import RoleGrantFactory, UserFactory
from tools.addresses import LOST_SECOND_STEP, Address


def addresses(audience, organisation, *, seers, managers, sees, colleague, photo):
    """Return the endpoints of “How people sign in” for one organisation in the test data.

    `seers` are the people who can link others to the organisation, `managers` are those who can manage its people, and
    `sees` are the other people who have a role there. `colleague` is a role. `photo` is the screenshot of these pages.
    """

    def here(world):
        return (organisation(world).slug,)

    def of_reset(world):
        return (*here(world), a_reset(world, organisation=organisation(world)).pk)

    def of_colleague(world):
        role = RoleGrantFactory(organisation=organisation(world), person=UserFactory(name="Kit"), role=colleague)
        return (*here(world), role.pk)

    def both(route, who, where, sends=lambda world: {}, **more):
        return [
            Address("GET", f"{audience}:{route}", who, where, sees=sees | seers - who, **more),
            Address("POST", f"{audience}:{route}", who, where, sends, sees=sees | seers - who, **more),
        ]

    found = [
        Address("GET", f"{audience}:sign-in", seers, here, sees=sees, photos=[photo]),
        *both("sign-in-set", managers, here, lambda world: {"email_codes": "no"}, recently=True, photos=[photo]),
        *both("reset-ask", managers, of_colleague, recently=True, no_photo=LOST_SECOND_STEP),
        *both("reset-confirm", seers, of_reset, recently=True, no_photo=LOST_SECOND_STEP),
        *both("reset-cancel", managers, of_reset, no_photo=LOST_SECOND_STEP),
    ]
    if audience == "authority":
        found += [
            Address("GET", "authority:reset-find", managers, here, sees=sees | seers - managers,
                    no_photo=LOST_SECOND_STEP),
            Address("POST", "authority:reset-find", managers, here, lambda world: {"email": "nobody@example.org"},
                 sees=sees | seers - managers, shows=True),
        ]  # fmt: skip
    return found
