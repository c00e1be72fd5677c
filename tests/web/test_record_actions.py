"""Tests for plain action pages that are made from rows: their links, their URLs, and what each page does."""

import re
from dataclasses import replace

import pytest

from calloff.buying import commands as buying
from calloff.evidence import commands
from calloff.evidence.states import EvidenceStatus
from calloff.people.permissions import Can, Role
from calloff.web import record_actions
from calloff.web.provider.evidence import EVIDENCE_ACTIONS
from calloff.web.provider.orders import ORDER_ACTIONS
from calloff.web.provider.sites import SITE_ACTIONS
from calloff.web.record_actions import RecordAction
from tests.factories import person
from tests.factories_evidence import EvidenceFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def item():
    return EvidenceFactory(status=EvidenceStatus.HELD)


def open_as(client, role, item, end="", *, send=False):
    """Open a page about a document, or submit its form, as a person who has a role at its provider."""
    client.force_login(person(role, at=item.provider))
    path = f"/providers/{item.provider.slug}/evidence/{item.reference}{end}"
    return client.post(path) if send else client.get(path)


def test_the_default_path_and_route_name_come_from_the_verb():
    accept, decline = ORDER_ACTIONS.rows
    assert (record_actions.path_of(accept), ORDER_ACTIONS.name_of(accept)) == ("accept", "order-accept")
    assert (record_actions.path_of(decline), ORDER_ACTIONS.name_of(decline)) == ("decline-order", "order-decline")
    found = [(str(one.pattern), one.name) for one in record_actions.urls(SITE_ACTIONS, "sites/<int:pk>")]
    assert found == [("sites/<int:pk>/amend", "site-amend"), ("sites/<int:pk>/close", "site-close")]


def test_the_verb_of_an_action_is_the_name_of_its_command():
    accept = RecordAction(buying.accept, link="Accept", heading="Accept", button="Accept", done="Accepted")
    assert accept.verb == "accept"


@pytest.mark.parametrize("links", [{}, {"link": "Accept", "linked_from": "provider/order.html"}])
def test_an_action_needs_exactly_one_way_to_reach_it(links):
    with pytest.raises(ValueError, match="either the text of its link, or the file"):
        RecordAction(buying.accept, heading="Accept", button="Accept", done="Accepted", **links)


def test_a_record_page_links_to_an_action_if_the_status_and_roles_allow_it(client, item):
    assert "Withdraw document" in open_as(client, Role.PROVIDER_LEAD, item).content.decode()


def test_a_record_page_shows_no_action_link_to_a_person_without_the_permission(client, item):
    assert "Withdraw document" not in open_as(client, Role.PROVIDER_SIGNATORY, item).content.decode()


def test_a_record_page_has_no_link_if_the_status_does_not_allow_the_action(client):
    renewed = EvidenceFactory(status=EvidenceStatus.SUPERSEDED)
    assert "Withdraw document" not in open_as(client, Role.PROVIDER_LEAD, renewed).content.decode()


def test_a_link_can_require_more_than_the_status_and_the_roles(client, item):
    (action,) = EVIDENCE_ACTIONS.rows
    request = open_as(client, Role.PROVIDER_LEAD, item).wsgi_request
    for holds in (True, False):
        actions = replace(EVIDENCE_ACTIONS, rows=(replace(action, only_if=lambda _, holds=holds: holds),))
        assert bool(actions.links(request, item)) is holds


def test_an_action_page_says_what_will_happen(client, item):
    text = open_as(client, Role.PROVIDER_LEAD, item, "/withdraw").content.decode()
    assert "Councils that relied on this document can still see it." in text
    assert re.search(rf"govuk-button--warning[^>]*>\s*Withdraw {item.reference}", text)


def test_an_action_page_runs_the_command_and_then_shows_the_success_message(client, item):
    answer = open_as(client, Role.PROVIDER_LEAD, item, "/withdraw", send=True)
    item.refresh_from_db()
    assert item.status == EvidenceStatus.WITHDRAWN
    assert (answer.status_code, answer.url) == (303, f"/providers/{item.provider.slug}/evidence")
    assert f"{item.reference} withdrawn" in client.get(answer.url).content.decode()


def test_a_person_without_the_permission_gets_403_and_sees_which_roles_have_it(client, item):
    refused = open_as(client, Role.PROVIDER_SIGNATORY, item, "/withdraw")
    assert refused.status_code == 403
    assert "Provider lead" in refused.content.decode()


def test_an_action_that_the_status_does_not_allow_returns_409(client):
    renewed = EvidenceFactory(status=EvidenceStatus.SUPERSEDED)
    assert open_as(client, Role.PROVIDER_LEAD, renewed, "/withdraw").status_code == 409


def test_an_action_page_can_need_a_different_permission_from_other_actions_on_its_record():
    needs = {Can.KEEP_EVIDENCE}
    action = RecordAction(
        commands.withdraw, link="Withdraw", heading="Withdraw", button="Withdraw", done="Done", needs=(Can.APPLY,)
    )
    one, other = (
        record_actions.urls(replace(EVIDENCE_ACTIONS, rows=rows), "evidence/<str:reference>")[0]
        for rows in (EVIDENCE_ACTIONS.rows, (action,))
    )
    assert set(one.callback.access.needs) == needs
    assert set(other.callback.access.needs) == {Can.APPLY}
