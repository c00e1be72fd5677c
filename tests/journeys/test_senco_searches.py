"""A SENCO with a 320-pixel phone finds, compares and shortlists services with the keyboard and without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

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
from calloff.kernel.geography import Point
from calloff.registers.commands import import_postcodes
from tests.journeys.browser_users import KeyboardUser
from tests.journeys.conftest import NOW
from tests.journeys.personas import RUTH, SHORE
from tests.partners.scenario import registered

pytestmark = pytest.mark.browser

PHONE = {"width": 320, "height": 640}
WORTHING = Point(514_752, 103_245)


@pytest.fixture
def listed(stage):
    """Create a provider with three services: two in Shoreham, and one in Worthing near the school."""
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
    registered(900001, SHORE.name, position=WORTHING)


def nothing_is_cut_off(page):
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def unfold(keys, words):
    """Open a section that is closed on a phone: press Tab until its summary has the focus, then press Enter."""
    summary = keys.page.locator("summary", has_text=words).first
    for _ in range(KeyboardUser.FARTHEST):
        if summary.evaluate("one => one === document.activeElement"):
            keys.page.keyboard.press("Enter")
            return
        keys.page.keyboard.press("Tab")
    raise AssertionError(f"No way by keyboard to “{words}”")


def tick(keys, name):
    keys.to("checkbox", f"Compare {name}")
    keys.page.keyboard.press("Space")
    expect(keys.page.get_by_role("checkbox", name=f"Compare {name}")).to_be_checked()


def test_a_senco_finds_compares_and_shortlists_services_on_a_phone_with_a_keyboard(listed, visit):
    # given a SENCO on a phone who searches from her school
    ruth = visit(RUTH)
    page, keys = ruth.page, KeyboardUser(ruth.page)
    page.set_viewport_size(PHONE)
    page.goto(f"{SHORE.home}/directory")
    ruth.reads("Distances from Felpham Shore Academy")
    nothing_is_cut_off(page)

    # when she types a need as words and searches
    keys.to("link", "Change")
    page.keyboard.press("Enter")
    keys.to("combobox", "What")
    page.keyboard.type("woodwork")
    keys.enter("button", "Search")
    ruth.sees("2 services")
    nothing_is_cut_off(page)

    # and selects two services and compares them
    tick(keys, "Studio mornings")
    tick(keys, "Boat and bench")
    keys.enter("button", "Compare the selected services")
    ruth.sees("Compare 2 services")
    ruth.reads("The same in all 2", "£62")
    nothing_is_cut_off(page)

    # then she adds one of them to the shortlist without leaving the page
    keys.enter("button", "Shortlist Studio mornings")
    ruth.sees("Compare 2 services")
    ruth.reads("On the shortlist")

    # and the service is on the school's shortlist, with a note
    keys.enter("link", "On the shortlist")
    ruth.sees("Shortlist")
    ruth.reads("Studio mornings")
    nothing_is_cut_off(page)
    keys.enter("link", "Add a note on Studio mornings")
    keys.type("Note", "Ask about mornings.")
    keys.enter("button", "Save the note")
    ruth.sees("Shortlist")
    ruth.reads("Ask about mornings.")


def test_a_search_works_from_start_to_end_without_javascript(listed, visit):
    # given a person whose browser has no JavaScript
    public = visit(scripts=False)
    public.go("/west-sussex/directory")

    # when they search, enter a place, compare services, and then search for something that does not exist
    public.page.get_by_label("What").fill("woodwork")
    public.page.get_by_label("Near").fill("BN43 5AZ")
    public.page.get_by_role("button", name="Search").click()
    public.reads("2 services", "Studio mornings", "Distances from BN43 5AZ", "miles in a straight line")
    assert "BN43" not in public.path
    public.page.get_by_label("Compare Studio mornings").check()
    public.page.get_by_label("Compare Boat and bench").check()
    public.press("Compare the selected services")
    public.reads("Compare 2 services", "The same in all 2")
    public.does_not_read("£")

    # then they see the nearest services, and can report what is missing
    public.go("/west-sussex/directory?words=woodwork&mode=online")
    public.reads("No services match all your filters", "Without Online: 2 services", "Studio mornings")
    public.follow("Tell West Sussex County Council what is missing")
    public.reads("“woodwork”", "Online")
    public.choose("A parent, a carer or a young person")
    public.press("Tell the council")
    public.reads("We have told the council", "What happens next")
    public.follow("Suggest a provider")
    public.page.get_by_label("Name of the provider").fill("Quiet Water")
    public.page.get_by_label("Provider’s website").fill("quiet-water.example")
    public.page.get_by_label("What does the provider offer?").fill("Swimming.")
    public.choose("A parent, a carer or a young person")
    public.press("Send suggestion")
    public.reads("Suggestion sent")


def test_filters_apply_as_they_change_and_going_back_restores_the_results(listed, visit):
    # given a visitor with a wide screen
    public = visit()
    page = public.page
    page.set_viewport_size({"width": 1280, "height": 900})
    public.go("/west-sussex/directory")
    public.sees("3 services")

    # when they change a filter, then the results are updated without loading the page again, and the filter keeps the
    # focus
    page.get_by_role("radio", name="One to one").check()
    expect(page.get_by_role("heading", level=1)).to_have_text("1 service")
    expect(page.get_by_role("radio", name="One to one")).to_be_focused()
    expect(page.locator("#results-status")).to_have_text("1 service")
    assert "mode=one_to_one" in page.url
    public.sees("1 service")

    # when they look at the map, then the pin of a service turns plum together with its card, and leads to the card
    pin = page.get_by_role("link", name="1: One to one music")
    expect(pin).to_have_attribute("href", re.compile("#service-"))
    page.get_by_role("link", name="One to one music", exact=True).hover()
    assert pin.locator("path").evaluate("one => getComputedStyle(one).fill") == "rgb(138, 59, 110)"

    # when they go back, then all services are shown again
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("3 services")
