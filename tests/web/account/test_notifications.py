"""Tests for the page on which people choose when they get emails, and the page that stops the digest."""

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from calloff.outbox.commands import choose_delivery
from calloff.outbox.digest_links import make_link_key
from calloff.outbox.models import MessageChoice, MessageKind
from calloff.outbox.queries import choices_of
from calloff.people.permissions import Role
from tests.factories import AuthorityFactory, ProviderFactory, SchoolOrganisationFactory, UserFactory, person
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db
HERE = "/account/notifications"


@pytest.fixture(autouse=True)
def _without_a_second_step(settings):
    settings.DEMONSTRATION = True


def words(answer):
    return re.sub(r"\s+", " ", unescape(answer.content.decode()))


@pytest.mark.parametrize(
    ("place", "role", "shown", "hidden"),
    [
        (ProviderFactory, Role.PROVIDER_LEAD, "Documents and agreements that expire", "Saved searches"),
        (SchoolOrganisationFactory, Role.AP_LEAD, "Saved searches", "Assessing applications"),
        (AuthorityFactory, Role.CONTRACTS_OFFICER, "Assessing applications", "Saved searches"),
    ],
)
def test_people_see_only_the_kinds_of_emails_that_they_can_get(place, role, shown, hidden):
    page = words(browser(person(role, at=place())).get(HERE))
    assert shown in page
    assert hidden not in page
    assert "You cannot turn these emails off." in page


def test_choices_are_saved_and_shown_again():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    client = browser(ada)
    sent = {"replies": "digest", "placements": "off", "services": "at_once", "expiries": "digest", "colleagues": "off"}
    page = words(client.post(HERE, sent, follow=True))
    assert "Email choices saved" in page
    assert choices_of(ada.pk) == sent
    assert len(re.findall(r'value="digest" checked', page)) == 2


def test_each_field_has_its_own_error_and_nothing_is_saved():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    page = words(browser(ada).post(HERE, {"replies": "digest", "expiries": "off", "placements": "at_once"}))
    assert "Select when to email you about documents that expire" in page
    assert "Select when to email you about services and prices" in page
    assert choices_of(ada.pk) == {}


def test_a_person_without_a_role_has_nothing_to_choose():
    page = words(browser(UserFactory()).get(HERE))
    assert "You can choose other emails when you have a role" in page
    assert "Save email choices" not in page


def test_opening_the_link_changes_nothing_and_a_post_without_cookies_stops_the_digest():
    ada = person(Role.PROVIDER_LEAD, at=ProviderFactory())
    choose_delivery(ada, {MessageKind.REPLIES: MessageChoice.DIGEST, MessageKind.EXPIRIES: MessageChoice.DIGEST})
    link = f"{reverse('account:digest-stop')}?key={make_link_key(ada.pk)}"
    stranger = Client(enforce_csrf_checks=True)
    assert "Stop your morning email" in words(stranger.get(link))
    assert choices_of(ada.pk)[MessageKind.REPLIES] == MessageChoice.DIGEST
    assert "Morning email stopped" in words(stranger.post(link, {"List-Unsubscribe": "One-Click"}))
    assert choices_of(ada.pk) == {MessageKind.REPLIES: MessageChoice.OFF, MessageKind.EXPIRIES: MessageChoice.DIGEST}


@pytest.mark.parametrize("key", ["", "rubbish", make_link_key(1)[:-1]], ids=["none", "rubbish", "cut short"])
def test_a_wrong_link_does_not_stop_a_digest(key):
    link = f"{reverse('account:digest-stop')}?key={key}"
    assert [Client().get(link).status_code, Client().post(link).status_code] == [404, 404]
