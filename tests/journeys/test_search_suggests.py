"""A person uses search suggestions with the keyboard and with a mouse, and searches without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from calloff.kernel import clock
from tests.factories import NOW, AuthorityFactory, ProviderFactory
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory

pytestmark = pytest.mark.browser


@pytest.fixture
def directory(transactional_db, monkeypatch):
    """Create a directory with two services, and return the path of its page."""
    monkeypatch.setattr(clock, "now", lambda: NOW)
    market = MarketFactory(authority=AuthorityFactory(name="Borchester Council", slug="borchester"))
    member = MemberFactory(market=market, provider=ProviderFactory(name="Crimsham Farm"))
    ServiceFactory(member=member, name="Farm mornings")
    ServiceFactory(member=member, name="Pottery")
    return "/borchester/directory"


def test_suggestions_are_chosen_by_keyboard(directory, visit):
    visitor = visit()
    visitor.go(directory)
    words = visitor.page.get_by_label("What", exact=True)
    options = visitor.page.locator("[role=listbox] [role=option]")
    expect(words).to_have_attribute("role", "combobox")
    expect(words).to_have_attribute("aria-expanded", "false")
    words.press_sequentially("farm")
    expect(options).to_have_count(2)
    expect(words).to_have_attribute("aria-expanded", "true")

    # The arrow keys move from the last suggestion back to the first, and Escape closes the list.
    words.press("ArrowUp")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    words.press("ArrowDown")
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    expect(words).to_have_attribute("aria-activedescendant", options.nth(0).get_attribute("id"))
    words.press("Escape")
    expect(options).to_have_count(0)
    expect(words).to_have_attribute("aria-expanded", "false")
    expect(words).to_have_value("farm")

    # Enter searches for the suggestion.
    words.press_sequentially(" m")
    words.press("ArrowDown")
    expect(options).to_have_count(1)
    words.press("ArrowDown")
    words.press("Enter")
    expect(visitor.page).to_have_url(re.compile("words=Farm.mornings"))


def test_suggestions_can_be_chosen_by_mouse_and_a_search_works_without_them(directory, visit):
    visitor = visit()
    visitor.go(directory)
    visitor.page.get_by_label("What", exact=True).press_sequentially("pott")
    visitor.page.locator("[role=listbox] [role=option]", has_text="Pottery").click()
    expect(visitor.page).to_have_url(re.compile("words=Pottery"))
    visitor.sees("1 service")

    plain = visit(scripts=False)
    plain.go(directory)
    plain.page.get_by_label("What", exact=True).fill("pottery")
    plain.page.get_by_role("button", name="Search").click()
    plain.reads("Pottery")


def test_the_buttons_that_compare_say_how_many_services_are_selected(directory, visit):
    page = visit().page
    page.set_viewport_size({"width": 375, "height": 800})
    page.goto(directory)
    dock = page.get_by_role("navigation", name="Results").get_by_role("button")
    expect(dock).to_have_text("Compare the selected services")
    for box in page.get_by_role("checkbox", name=re.compile("Compare")).all():
        box.check()
    expect(dock).to_have_text("Compare (2) the selected services")
    dock.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 2 services")
    page.go_back()
    expect(dock).to_have_text("Compare (2) the selected services")
