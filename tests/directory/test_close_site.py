"""Tests for closing a site, which is possible only if no published service uses it."""

from threading import Barrier

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from calloff.directory.commands import amend, approve_change, close_site
from calloff.directory.models import Service, ServiceChange
from calloff.directory.queries import sites_of
from calloff.directory.states import ServiceChangeStatus, ServiceStatus, SiteStatus
from calloff.history.models import Event
from calloff.history.queries import history_of
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.directory.unauthorised_users import STRANGERS, stranger
from tests.factories import NOW, person
from tests.factories_markets import MemberFactory, ServiceFactory, SiteFactory


@pytest.fixture
def site(db):
    return SiteFactory()


@pytest.fixture
def ada(site):
    return person(Role.PROVIDER_LEAD, at=site.provider)


def close(site, by):
    return close_site(site, by=by, at=NOW)


def test_a_closed_site_can_no_longer_be_selected(site, ada):
    close(site, ada)
    site.refresh_from_db()
    assert site.status == SiteStatus.CLOSED
    assert not sites_of(site.provider, person=ada, at=NOW).exists()


def test_a_site_that_a_live_service_uses_cannot_be_closed(site, ada):
    ServiceFactory(member=MemberFactory(provider=site.provider), site=site)
    with pytest.raises(Refused, match="Withdraw those services or move them to another site"):
        close(site, ada)
    site.refresh_from_db()
    assert site.status == SiteStatus.OPEN
    assert not Event.objects.exists()


def test_a_site_with_only_withdrawn_services_can_be_closed(site, ada):
    member = MemberFactory(provider=site.provider)
    ServiceFactory(member=member, site=site, withdrawn=True)
    ServiceFactory(member=member)
    assert close(site, ada).status == SiteStatus.CLOSED


def test_a_site_can_be_closed_only_once(site, ada):
    close(site, ada)
    with pytest.raises(Refused, match="the status is “Closed”"):
        close(site, ada)


def test_the_name_of_a_closed_site_can_be_reused(site, ada):
    close(site, ada)
    assert SiteFactory(provider=site.provider, name=site.name).status == SiteStatus.OPEN


@pytest.mark.parametrize("who", STRANGERS)
def test_people_at_other_organisations_cannot_close_a_site(site, who):
    with pytest.raises(PermissionDenied):
        close(site, stranger(who, site.provider))
    site.refresh_from_db()
    assert site.status == SiteStatus.OPEN


def test_the_history_shows_who_closed_the_site_and_when(site, ada):
    close(site, ada)
    [told] = history_of(site)
    assert (told.verb, told.event.by, told.event.at) == ("close_site", ada, NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_if_a_site_is_closed_several_times_at_the_same_moment_one_closure_is_recorded():
    site = SiteFactory()
    ada = person(Role.PROVIDER_LEAD, at=site.provider)
    results = all_at_once(lambda: close(site, ada), times=4)
    assert results.count("done") == 1
    assert Event.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
@pytest.mark.parametrize("status", [ServiceStatus.LIVE, ServiceStatus.TO_CHECK])
def test_no_service_can_move_to_a_site_that_is_being_closed(status, attempt):
    """A new service uses the site immediately, so either the new service or the closing of the site is refused.

    A change to a published service needs approval first.
    """
    service = ServiceFactory(status=status, published_at=NOW if status == ServiceStatus.LIVE else None)
    site, ada = SiteFactory(provider=service.provider), person(Role.PROVIDER_LEAD, at=service.provider)
    said = {name: getattr(service, name) for name in ("name", "summary", "description", "age_from", "age_to", "hours")}
    said |= {name: getattr(service, name) for name in ("needs", "mode", "week", "staff", "children")}
    works = [lambda: close(site, ada), lambda: amend(service, by=ada, at=NOW, **said | {"site": site})]
    together = Barrier(2)

    def one_of_them():
        work = works.pop()
        connection.ensure_connection()
        together.wait(timeout=60)
        work()

    told = all_at_once(one_of_them, times=2)
    site.refresh_from_db()
    there = Service.objects.not_withdrawn().filter(at_sites__site=site).exists()
    waits = ServiceChange.objects.filter(service=service, status=ServiceChangeStatus.WAITING).exists()
    if status == ServiceStatus.TO_CHECK:
        assert told.count("done") == 1, told
        assert (site.status == SiteStatus.OPEN) == there
    else:
        assert site.status == SiteStatus.CLOSED
        assert not there
        assert told.count("done") == 1 + waits, told


def test_a_change_that_names_a_closed_site_cannot_be_approved(site, ada):
    service = ServiceFactory(member=MemberFactory(provider=site.provider))
    amend(service, site=site, by=ada, at=NOW)
    close(site, ada)
    change = ServiceChange.objects.get(service=service)
    with pytest.raises(Refused, match="is closed, so the service cannot be listed there"):
        approve_change(change, by=person(Role.QUALITY_OFFICER, at=service.authority), at=NOW)
    assert not Service.objects.filter(at_sites__site=site).exists()
