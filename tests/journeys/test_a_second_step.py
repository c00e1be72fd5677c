"""An officer signs in for the first time and sets up a second step.

The next time, they sign in with a security key.
"""

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, person
from tests.journeys.browser_users import open_account_menu
from tests.web.account.people import PASSWORD, able_to_sign_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


def enter(page, officer):
    page.goto("/account/sign-in")
    page.get_by_label("Email address").fill(officer.email)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()


def test_an_officer_adds_a_security_key_and_signs_in_with_it(page, sees):
    cache.clear()
    officer = able_to_sign_in(person(Role.CONTRACTS_OFFICER, at=AuthorityFactory()))
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    devices.send("WebAuthn.addVirtualAuthenticator", {"options": options})

    # given an officer who must set up a second step before anything else
    enter(page, officer)
    sees("Signing in and security")
    expect(page.get_by_text("Set up a second step for signing in first")).to_be_visible()

    # when they add a security key, just after entering their password
    page.get_by_role("link", name="security keys").click()
    sees("Add a security key")
    page.get_by_role("button", name="Add security key").click()
    sees("Your recovery codes")

    # then they can use the service, and the next sign-in asks for the key
    open_account_menu(page)
    page.get_by_role("link", name="Your account").click()
    sees("Your account")
    open_account_menu(page)
    page.get_by_role("button", name="Sign out").click()
    sees("Find your council")
    enter(page, officer)
    sees("Enter a code to sign in")
    page.get_by_role("button", name="Use my security key").click()
    sees("Your account")
