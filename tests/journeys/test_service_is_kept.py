"""A provider updates the places available with two taps, and an officer approves a change of the age range."""

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
from calloff.directory.models import Service
from calloff.registers.commands import import_postcodes
from tests.journeys.browser_users import KeyboardUser
from tests.journeys.conftest import NOW
from tests.journeys.personas import ADA, HARBOUR, QUENTIN, WEST_SUSSEX

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}


def _listed(stage):
    """List a member's services, as in the story."""
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


def test_a_provider_updates_its_places_quickly_and_an_officer_approves_new_ages(stage, visit):
    # given a provider with several services, one of which has two places available in the mornings
    _listed(stage)

    # when someone at the provider, with a phone and without JavaScript, taps once on the home page and once on plus
    ada = visit(ADA, scripts=False)
    ada.page.set_viewport_size(PHONE)
    ada.go(f"{HARBOUR.home}/")
    ada.press("Update places available")
    plus = ada.page.get_by_role("button", name="3 places available at Studio mornings")
    assert plus.bounding_box()["height"] >= 44
    assert plus.bounding_box()["width"] >= 44
    plus.click()

    # then the page shows the new number with today's date
    ada.reads("3 places available, updated 18 Nov 2026")
    assert ada.page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    public = visit()
    public.go("/west-sussex/services/studio-mornings")
    public.reads("3 places available", "Updated on Wednesday 18 November 2026.")

    # when someone reduces the number again with the keyboard
    beside = visit(ADA)
    beside.go(f"{HARBOUR.home}/places")
    beside.sees("Places available")
    keys = KeyboardUser(beside.page)
    keys.to("button", "2 places available at Studio mornings")
    keys.page.keyboard.press("Enter")
    beside.reads("2 places available, updated 18 Nov 2026")

    # when they propose a lower age and also change the description
    service = Service.objects.get(slug="studio-mornings")
    beside.go(f"{HARBOUR.home}/services/{service.pk}/amend/whom")
    beside.reads("West Sussex County Council checks changes to these")
    beside.fill("Youngest age", "9")
    beside.press("Save")
    beside.sees("Studio mornings")
    beside.reads(
        "Change being checked", "West Sussex County Council must check this change before the public can see it"
    )

    # then the public still sees the ages that were approved
    public.go("/west-sussex/services/studio-mornings")
    public.reads("11 to 16")

    # when the officer opens the task, compares the old and new ages, and approves the change
    quentin = visit(QUENTIN)
    quentin.go(f"{WEST_SUSSEX.home}/")
    quentin.follow("Check a change to Studio mornings")
    quentin.sees("Change to Studio mornings")
    quentin.reads("Youngest age", "11", "9")
    quentin.press("Approve")
    quentin.sees("Approve the change to Studio mornings")
    quentin.press("Approve the change")
    quentin.reads("Approved")

    # then the directory shows the new ages
    public.go("/west-sussex/directory?age=9")
    public.reads("Studio mornings", "Ages 9 to 16")
    public.go("/west-sussex/services/studio-mornings")
    public.sees("Studio mornings")
    public.reads("9 to 16", "Not visited since the provider joined", "Evidence")
