"""Tests for the council's count and list of providers that have no one who can reply."""

from datetime import timedelta

import pytest
from django.urls import reverse

from calloff.members import queries
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Role
from calloff.people.states import OrganisationStatus
from calloff.web.authority.work_due import work_at_authority
from tests.factories import NOW, AuthorityFactory, person
from tests.factories_markets import MarketFactory, MemberFactory, lot, set_status
from tests.web.authority.test_application_flow import words
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.DEMONSTRATION = True


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def market(authority):
    return MarketFactory(authority=authority)


def on_paper(market, lots=(1,)):
    """Return a listed provider that has no users and is a member in some categories."""
    first = MemberFactory(market=market, lot=lot(market, lots[0]))
    set_status(first.provider, OrganisationStatus.RECORDED)
    for number in lots[1:]:
        MemberFactory(market=market, lot=lot(market, number), provider=first.provider)
    return first


def heard_of(market):
    """Return a member that has a person who can reply to requests."""
    made = MemberFactory(market=market)
    person(Role.PROVIDER_LEAD, at=made.provider)
    return made


def due(authority, role=Role.CONTRACTS_OFFICER):
    return [
        one
        for one in work_at_authority(authority, person(role, at=authority), NOW)
        if "no one who can reply" in one.what
    ]


def test_a_provider_with_no_users_in_two_categories_is_counted_once(authority, market):
    on_paper(market, lots=(1, 2))
    heard_of(market)
    assert queries.count_providers_without_people(authority, NOW) == 1
    [work] = due(authority)
    assert work.what == "1 provider has no one who can reply. Invite its staff"
    on_paper(market)
    assert due(authority)[0].what == "2 providers have no one who can reply. Invite their staff"


def test_the_task_is_hidden_from_other_officers_and_when_every_provider_has_users(authority, market):
    heard_of(market)
    assert due(authority) == []
    on_paper(market)
    assert due(authority, Role.EVALUATOR) == []


def test_members_of_another_authority_are_not_counted(authority):
    on_paper(MarketFactory())
    assert queries.count_providers_without_people(authority, NOW) == 0


def test_the_list_shows_exactly_the_providers_with_no_users(authority, market):
    silent, heard = on_paper(market), heard_of(market)
    olivia = person(Role.CONTRACTS_OFFICER, at=authority)
    page = words(browser(olivia).get(reverse("authority:members", args=[authority.slug]) + "?nobody=on"))
    assert silent.reference in page
    assert heard.reference not in page


def gone(member):
    """End the role of the person who acts for a provider on the council's list, within the last hour."""
    Organisation.objects.filter(pk=member.provider_id).update(host=member.authority)
    RoleGrant.objects.filter(organisation=member.provider).update(ends_at=NOW)


@pytest.mark.parametrize("leaves", ["ended", "closed", "cannot reply"])
def test_a_provider_whose_users_have_all_left_is_counted_and_can_be_invited(authority, market, leaves):
    member = heard_of(market)
    if leaves == "ended":
        gone(member)
    elif leaves == "closed":
        User.objects.filter(grants__organisation=member.provider).update(is_active=False)
    else:
        gone(member)
        person(Role.PROVIDER_SIGNATORY, at=member.provider)
    Organisation.objects.filter(pk=member.provider_id).update(host=authority)
    assert queries.count_providers_without_people(authority, NOW) == 1
    assert due(authority)[0].what == "1 provider has no one who can reply. Invite its staff"
    assert list(queries.listed_without_people(authority, NOW)) == [member.provider]
    olivia = person(Role.CONTRACTS_OFFICER, at=authority)
    page = browser(olivia).get(reverse("authority:provider", args=[authority.slug, member.provider.slug]))
    invite = reverse("authority:first-person-invite", args=[authority.slug, member.provider.pk])
    assert invite in page.content.decode()
    assert browser(olivia).get(invite).status_code == 200


def test_a_provider_is_counted_only_after_its_last_user_leaves(authority, market):
    member = heard_of(market)
    RoleGrant.objects.filter(organisation=member.provider).update(ends_at=NOW + timedelta(minutes=1))
    assert queries.count_providers_without_people(authority, NOW) == 0
    assert queries.count_providers_without_people(authority, NOW + timedelta(minutes=1)) == 1
