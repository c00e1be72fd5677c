"""Step 4: members of the public find a provider near a postcode.

The provider is not shown while it is suspended, and is shown again after that.
"""

from datetime import date

import pytest

from calloff.cli.demo import story
from calloff.cli.demo.application_decisions import (
    admit_application,
    assess_part,
    countersign,
    sign_agreement,
    submit_application,
    write_application,
)
from calloff.cli.demo.services import list_services
from calloff.members.models import Member
from calloff.registers.commands import import_postcodes
from tests.journeys.conftest import NOW
from tests.journeys.personas import HARBOUR, QUENTIN, RUTH, WEST_SUSSEX

pytestmark = pytest.mark.browser


def test_the_directory_shows_a_member_while_it_is_listed(stage, visit):
    # given a member that lists services and their prices
    import_postcodes(at=NOW, areas=["BN"])
    story.register(stage, ["harbour"])
    application = submit_application(
        stage, write_application(stage, "harbour", "IAP", (1, 2), "-4 Mon 10:00"), "harbour", "-3 Mon 11:40"
    )
    assess_part(stage, application, stage.officer("west-sussex", "esme"), "-2 Mon 09:00")
    agreement = admit_application(
        application, stage.officer("west-sussex", "tom"), stage.when("-2 Thu 10:00")
    ).agreement
    signed = sign_agreement(stage, agreement, "harbour", stage.when("-1 Mon 10:00"))
    countersign(signed, stage.officer("west-sussex", "olivia"), stage.when("-1 Tue 10:00"))
    list_services(stage, "harbour", "-1 Wed 09:30")
    member = Member.objects.get(provider=stage.organisations["harbour"], lot__number=1)

    # when the quality officer records a visit
    quentin = visit(QUENTIN)
    record = f"{WEST_SUSSEX.home}/members/{member.reference}"
    quentin.go(f"{record}/record-check")
    quentin.date("checked_on", date(2026, 11, 17))
    quentin.choose("Visit")
    quentin.page.get_by_label("What did you find?").fill("Two sessions seen.")
    quentin.page.get_by_role("main").get_by_role("button").first.click()

    # then the public can see the date of the visit, but not the findings or the price
    public = visit()
    public.go("/west-sussex/directory")
    public.page.get_by_label("What").fill("woodwork")
    public.page.get_by_role("button", name="Search").click()
    public.sees("2 services")
    public.follow("Studio mornings")
    public.sees("Studio mornings")
    public.reads("17 November 2026")
    public.does_not_read("£62", "Two sessions seen")
    address = public.path

    # and a school can see what the service costs
    ruth = visit(RUTH)
    ruth.go(address)
    ruth.reads("£62", "a session")

    # when the quality officer suspends the member
    quentin.go(f"{record}/suspend")
    quentin.sees("Suspend Harbour Lane Studio Ltd")
    quentin.write(reason="The fire alarm record could not be shown.")
    quentin.choose("Yes")
    quentin.press("Suspend Harbour Lane Studio Ltd")

    # then the provider is immediately removed from the list, and the public page does not show the reason
    public.go("/west-sussex/directory")
    public.does_not_read(HARBOUR.name)
    public.go(address)
    public.does_not_read("fire alarm")

    # when the suspension is lifted, then the member is listed again
    quentin.go(f"{record}/reinstate")
    quentin.write(reason="The record came and is in order.")
    quentin.press("Reinstate Harbour Lane Studio Ltd")
    public.go("/west-sussex/directory")
    public.reads(HARBOUR.name)

    # and the history shows who did what and when
    quentin.go(f"{record}/history")
    quentin.reads("Quentin Ashby", "Suspend", "Reinstate", "The record came and is in order.")
