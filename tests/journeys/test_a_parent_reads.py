"""A parent with a phone finds a service and reads what they can do, with the keyboard and without JavaScript."""

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
from tests.journeys.browser_users import KeyboardUser

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


def test_a_parent_reads_the_local_offer_on_a_phone(stage, visit):
    # given an approved provider that has listed a service
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

    # when a parent opens the Local Offer on a phone without JavaScript
    parent = visit(scripts=False)
    parent.page.set_viewport_size(PHONE)
    keys = KeyboardUser(parent.page)
    parent.go("/west-sussex/local-offer")
    assert not parent.page.evaluate(TOO_WIDE)

    # and looks for a practical activity, with only the keyboard
    keys.type("What are you looking for?", "woodwork")
    keys.enter("button", "Find services")
    parent.reads("Studio mornings", "Boat and bench")
    parent.does_not_read("One to one music")
    keys.enter("link", "Studio mornings")

    # then they read what the service is, who can ask for a place and how, what the council has checked, and how to
    # complain
    parent.reads(
        "A typical day", "2 hours at the bench", "2 staff to 6 children", "Shoreham-by-Sea",
        "Families cannot book a place "
        "themselves.", "Academy schools", "SENCO", "approved it on", "Not visited since the provider joined",
        "Local Government and Social Care Ombudsman", "SENDIASS",
    )  # fmt: skip
    parent.does_not_read("£62", "Ada")
    assert not parent.page.evaluate(TOO_WIDE)

    # and the page, like the card in a frame, works with a screen reader
    careful = visit()
    careful.page.set_viewport_size(PHONE)
    for path, heading in (
        ("/west-sussex/local-offer", "Services for your child"),
        ("/west-sussex/local-offer/studio-mornings", "Studio mornings"),
        ("/west-sussex/local-offer/studio-mornings/card", "Studio mornings"),
        ("/api-docs", "API for other systems"),
    ):
        careful.go(path)
        careful.sees(heading)
        assert not careful.page.evaluate(TOO_WIDE), path
