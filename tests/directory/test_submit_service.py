"""Tests that the authority checks a new service before anyone else can see it, as it checks changes."""

from datetime import timedelta

import pytest

from calloff.directory import listing_queries, queries, service_versions
from calloff.directory.commands import (
    add,
    amend,
    approve_change,
    close_site,
    refuse_change,
    set_places,
    set_price,
    withdraw,
    withdraw_change,
)
from calloff.directory.models import Service, ServiceChange
from calloff.directory.opening_hours import week_of_days
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import search_directory
from calloff.history.models import Event
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.agreements.scenario import countersign, sign
from tests.factories import NOW, RoleGrantFactory, person
from tests.factories_markets import AgreementFactory, MemberFactory, ServiceFactory, SiteFactory

pytestmark = pytest.mark.django_db


def ada(record):
    return person(Role.PROVIDER_LEAD, at=record.provider)


def quentin(record):
    return person(Role.QUALITY_OFFICER, at=record.authority)


@pytest.fixture
def member():
    return MemberFactory()  # the agreement of this provider has been countersigned


@pytest.fixture
def new(member):
    return added(member)


def added(member, **changes):
    said = {
        "site": SiteFactory(provider=member.provider), "name": "Farm mornings", "summary": "Animals.",
        "description": "Caring for animals.", "age_from": 8, "age_to": 14, "needs": ["SEMH"], "mode": "group",
        "week": week_of_days(["mon"]), "hours": "", "staff": 1, "children": 4,
    } | changes  # fmt: skip
    return add(member, by=ada(member), at=NOW, **said)


def is_public(service):
    listed = search_directory(service.authority, SearchCriteria(), sight=PriceVisibility(), at=NOW).page.rows
    page = queries.public_service(service.authority, service.slug, NOW)
    assert bool(page) == (service.pk in [one.pk for one in listed])
    return bool(page)


def test_a_new_service_awaits_approval_as_a_whole_and_officers_get_an_email(member):
    officer = quentin(member)
    service = added(member)
    assert service.status == "to_check"
    assert not is_public(service)
    change = listing_queries.waiting_change(service)
    assert change.before == {}
    assert (change.after["name"], change.after["age_from"], change.after["week"]) == (
        "Farm mornings", 8, week_of_days(["mon"]),
    )  # fmt: skip
    assert change.after["site"] == service.site_id
    message = Message.objects.get(to=officer)
    assert message.subject == "A new service to check: Farm mornings"
    assert message.link.endswith(f"/changes/{change.pk}")
    assert Event.objects.get().verb == "add"


def test_countersigning_does_not_publish_a_service_that_no_officer_has_read():
    agreement = AgreementFactory(unsigned=True)
    member = MemberFactory(agreement=agreement, provider=agreement.provider, market__authority=agreement.authority)
    read, unread = added(member), added(member, name="Woodwork")
    amend(unread, by=ada(member), at=NOW, age_from=5, age_to=18, children=30)
    approve_change(listing_queries.waiting_change(read), by=quentin(member), at=NOW)
    assert not is_public(read)
    countersign(sign(agreement))
    assert is_public(read)
    assert not is_public(unread)
    unread.refresh_from_db()
    assert (unread.status, unread.published_at) == ("to_check", None)
    approve_change(listing_queries.waiting_change(unread), by=quentin(member), at=NOW)
    assert is_public(unread)


def test_approval_publishes_the_service_and_notifies_the_provider(new):
    lead = ada(new)
    approve_change(listing_queries.waiting_change(new), by=quentin(new), at=NOW)
    new.refresh_from_db()
    assert (new.status, new.published_at) == ("live", NOW)
    assert is_public(new)
    assert Message.objects.filter(to=lead, subject="Your new service has been approved: Farm mornings").exists()


def test_a_refused_service_stays_hidden_until_it_is_changed_and_submitted_again(new):
    lead = ada(new)
    with pytest.raises(Refused, match="Enter a reason"):
        refuse_change(listing_queries.waiting_change(new), reason=" ", by=quentin(new), at=NOW)
    refuse_change(listing_queries.waiting_change(new), reason="Say who supervises.", by=quentin(new), at=NOW)
    new.refresh_from_db()
    assert new.status == "not_approved"
    assert not is_public(new)
    assert listing_queries.last_refused_change(new).reason == "Say who supervises."
    assert [one.service for one in listing_queries.changes_refused_to(new.provider, person=lead, at=NOW)] == [new]
    assert Message.objects.filter(to=lead, subject="Your new service has not been approved: Farm mornings").exists()
    amend(new, by=lead, at=NOW, team="Two teachers.")
    new.refresh_from_db()
    assert (new.status, listing_queries.waiting_change(new).after["team"]) == ("to_check", "Two teachers.")
    assert not is_public(new)
    approve_change(listing_queries.waiting_change(new), by=quentin(new), at=NOW)
    assert is_public(new)


def test_a_change_before_approval_replaces_the_submitted_version(new):
    first = listing_queries.waiting_change(new)
    amend(new, by=ada(new), at=NOW, age_from=7)
    new.refresh_from_db()
    assert (new.status, new.age_from) == ("to_check", 7)
    with pytest.raises(Refused, match="Replaced"):
        approve_change(first, by=quentin(new), at=NOW)
    approve_change(listing_queries.waiting_change(new), by=quentin(new), at=NOW)
    assert is_public(new)
    assert ServiceChange.objects.filter(service=new).count() == 2


def test_prices_and_places_can_be_set_while_a_service_awaits_approval(new):
    set_places(new, places=2, by=ada(new), at=NOW)
    set_price(new, unit="hour", amount=45, vat="exempt", starts_on=NOW.date(), by=ada(new), at=NOW)
    assert not is_public(new)
    approve_change(listing_queries.waiting_change(new), by=quentin(new), at=NOW)
    assert is_public(new)


def test_neither_the_submitter_of_a_service_nor_their_colleagues_can_approve_it(new):
    both = ada(new)
    RoleGrantFactory(person=both, organisation=new.authority, role=Role.QUALITY_OFFICER)
    both.forget_roles()
    with pytest.raises(Refused, match="You have a role at"):
        approve_change(listing_queries.waiting_change(new), by=both, at=NOW)


def test_a_withdrawn_service_that_was_never_published_has_no_public_page(new):
    waiting = listing_queries.waiting_change(new)
    with pytest.raises(Refused, match="Withdraw the service"):
        withdraw_change(waiting, by=ada(new), at=NOW)
    withdraw(new, by=ada(new), at=NOW)
    waiting.refresh_from_db()
    new.refresh_from_db()
    assert (new.status, waiting.status) == ("withdrawn", "withdrawn")
    assert not is_public(new)


def test_a_pending_service_reserves_its_name_and_prevents_its_site_from_closing(new):
    with pytest.raises(Refused, match="with this name in this category"):
        added(new.member)
    with pytest.raises(Refused, match="still use this site"):
        close_site(new.site, by=ada(new), at=NOW)


def test_services_that_were_already_public_remain_public():
    service = ServiceFactory()
    assert is_public(service)
    amend(service, by=ada(service), at=NOW, age_from=5)
    assert is_public(service)


@pytest.mark.parametrize(
    ("standing", "why"),
    [
        ({}, ""),
        ({"agreement__status": "to_sign"}, "has not signed its agreement yet"),
        ({"agreement__status": "to_countersign"}, "has not countersigned the agreement yet"),
        ({"agreement__status": "ended"}, "has ended"),
        ({"agreement__ends_on": local_day(NOW) - timedelta(days=1)}, "has ended"),
        ({"market__term_ends_on": local_day(NOW) - timedelta(days=1)}, "is not running today"),
    ],
)
def test_the_approval_page_explains_what_the_public_will_see(standing, why):
    member = MemberFactory(**standing)
    service, lead = added(member), ada(member)
    approve_change(listing_queries.waiting_change(service), by=quentin(member), at=NOW)
    mail = Message.objects.get(to=lead, subject="Your new service has been approved: Farm mornings")
    assert is_listed(service) == (why == "")
    assert ("The public can now find the service in the directory." in mail.body) == is_listed(service)
    assert why in mail.body
    assert ("The public cannot find the service yet, because" in mail.body) == bool(why)


def is_listed(service):
    return Service.objects.listed(NOW).filter(pk=service.pk).exists()


def test_the_first_version_of_a_service_starts_on_the_day_of_publication(new):
    assert service_versions.version_count(new) == 0
    amend(new, by=ada(new), at=NOW + timedelta(days=1), team="Two teachers.")
    approved = NOW + timedelta(days=3)
    approve_change(listing_queries.waiting_change(new), by=quentin(new), at=approved)
    assert [(one.changed_at, one.team) for one in service_versions.versions_of(new)] == [(approved, "Two teachers.")]
    amend(new, by=ada(new), at=approved + timedelta(days=1), summary="Goats.")
    assert [one.changed_at for one in service_versions.versions_of(new)] == [approved + timedelta(days=1), approved]
