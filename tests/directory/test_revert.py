"""Tests for the versions of a service and restoring an earlier one."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.directory import listing_queries, service_versions
from calloff.directory.commands import add, amend, approve_change, close_site, revert, set_places
from calloff.directory.models import ServiceChange
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.directory.test_services import ada, added, entry
from tests.factories import NOW, person
from tests.factories_markets import MemberFactory, SiteFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def service():
    return added(MemberFactory())


def test_a_version_is_created_only_when_the_content_changes(service):
    set_places(service, places=2, by=ada(service), at=NOW)
    amend(service, by=ada(service), at=LATER, summary="Goats.")
    amend(service, by=ada(service), at=LATER, summary="Goats.")
    set_places(service, places=1, by=ada(service), at=LATER)
    several = list(service_versions.versions_of(service))
    assert [(one.summary, one.changed_at) for one in several] == [("Goats.", LATER), ("Animals.", NOW)]


@pytest.mark.postgres15
def test_restoring_a_version_applies_unchecked_details_and_submits_checked_facts_for_approval(service):
    amend(service, by=ada(service), at=NOW, summary="Goats.", age_from=6)
    approve_change(
        listing_queries.waiting_change(service), by=person(Role.QUALITY_OFFICER, at=service.authority), at=NOW
    )
    first = service_versions.versions_of(service).last()
    revert(service, version=first, by=ada(service), at=LATER)
    service.refresh_from_db()
    assert (service.summary, service.age_from) == ("Animals.", 6)
    assert listing_queries.waiting_change(service).after == {"age_from": 8}


def test_restoring_a_version_that_belongs_to_another_service_is_refused(service):
    other = add(service.member, by=ada(service), at=NOW, **entry(service.member, name="Other", summary="Not ours."))
    approve_change(
        ServiceChange.objects.get(service=other), by=person(Role.QUALITY_OFFICER, at=other.authority), at=NOW
    )
    with pytest.raises(Refused, match="another service"):
        revert(service, version=service_versions.versions_of(other).first(), by=ada(service), at=LATER)
    assert not service_versions.versions_of(service).filter(pk=service_versions.versions_of(other).first().pk).exists()


def test_restoring_a_version_at_a_closed_site_is_refused(service):
    old, new = service.site, SiteFactory(provider=service.provider)
    amend(service, by=ada(service), at=NOW, site=new)
    approve_change(
        listing_queries.waiting_change(service), by=person(Role.QUALITY_OFFICER, at=service.authority), at=NOW
    )
    close_site(old, by=ada(service), at=NOW)
    with pytest.raises(Refused, match="is closed"):
        revert(service, version=service_versions.versions_of(service).last(), by=ada(service), at=LATER)


def test_only_people_at_the_provider_can_restore_an_earlier_version(service):
    with pytest.raises(PermissionDenied):
        revert(
            service, version=service_versions.versions_of(service).first(), at=LATER,
            by=person(Role.QUALITY_OFFICER, at=service.authority),
        )  # fmt: skip
