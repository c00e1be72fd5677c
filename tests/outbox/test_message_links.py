"""Tests for the check after each test that the recipients of all queued messages can open their links."""

import pytest

from calloff.outbox import commands
from calloff.outbox.commands import MessageText
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests import factories
from tests.factories import NOW
from tests.message_links import fault_of, find_dead_links

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("link", ["/account/sign-in", "/help?from=mail", "/help#contact", "/account/"])
def test_links_to_public_pages_and_sign_in_pages_can_be_sent_to_anyone(link):
    assert not fault_of(link, None, NOW)


def test_a_link_to_an_unknown_page_is_reported():
    assert fault_of("/no/such/page/here", None, NOW) == "leads nowhere"


def test_links_to_an_organisations_pages_can_be_sent_only_to_people_with_a_role_there():
    provider = factories.ProviderFactory()
    lead = factories.person(Role.PROVIDER_LEAD, at=provider)
    stranger = factories.UserFactory()
    assert not fault_of(f"/providers/{provider.slug}/", lead.pk, NOW)
    assert "which its reader may not open" in fault_of(f"/providers/{provider.slug}/", stranger.pk, NOW)


def test_the_check_of_links_names_the_message_at_fault():
    words = MessageText("You have an order to answer", "Answer it.", "/no/such/page/here")
    commands.queue_message_to_address(words, address="a@example.com", sender="Calloff", at=NOW)
    assert find_dead_links(Message.objects.all()) == ["You have an order to answer: /no/such/page/here leads nowhere"]
    Message.objects.update(link="/help")  # Otherwise, the check would make this test fail.
