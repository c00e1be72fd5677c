"""Tests for changes to checked details, which need approval, and for other changes, which apply immediately."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, IntegrityError, connection, transaction

from calloff.directory import listing_queries
from calloff.directory.commands import amend, approve_change, close_site, refuse_change, withdraw, withdraw_change
from calloff.directory.models import Service, ServiceChange
from calloff.directory.opening_hours import week_of_days
from calloff.directory.service_fields import CHECKED_FIELDS
from calloff.history.models import Event
from calloff.history.record_types import record_type
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, ProviderFactory, RoleGrantFactory, person
from tests.factories_markets import MemberFactory, ServiceFactory, SiteFactory

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


@pytest.fixture
def service():
    return ServiceFactory()


def ada(record):
    return person(Role.PROVIDER_LEAD, at=record.provider)


def quentin(record):
    return person(Role.QUALITY_OFFICER, at=record.authority)


def proposed(service, at=NOW, **facts):
    amend(service, by=ada(service), at=at, **facts)
    return listing_queries.waiting_change(service)


def test_changes_to_checked_facts_await_approval_and_other_changes_apply_immediately(service):
    quentin(service)
    change = proposed(service, age_from=6, age_to=16, description="More of it.")
    service.refresh_from_db()
    assert (service.age_from, service.age_to, service.description) == (8, 14, "More of it.")
    assert (change.before, change.after) == ({"age_from": 8, "age_to": 14}, {"age_from": 6, "age_to": 16})
    assert change.proposed_by == ada(service)
    assert Message.objects.get().subject == f"A change to check: {service.name}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("age_from", 7), ("age_to", 15), ("gender", "girls"), ("needs", ["SEMH"]), ("main_needs", ["SEMH"]),
        ("mode", "one_to_one"), ("staff", 2), ("children", 5), ("reach", 3), ("registration", "school"),
        ("registration_number", "123456"), ("qualifications", ["gcse"]), ("site", None), ("more_sites", None),
    ],
)  # fmt: skip
def test_a_change_to_any_one_checked_fact_awaits_approval(service, name, value):
    if name == "registration_number":
        service.registration = "school"
        service.save(update_fields=["registration"])
    if name == "site":
        value = SiteFactory(provider=service.provider)
    elif name == "more_sites":
        value = [SiteFactory(provider=service.provider)]
    assert name in CHECKED_FIELDS
    assert set(proposed(service, **{name: value}).after) == {name}
    approve_change(listing_queries.waiting_change(service), by=quentin(service), at=LATER)
    service.refresh_from_db()
    if name == "more_sites":
        assert set(service.at_sites.values_list("site", flat=True)) == {service.site_id, value[0].pk}
    else:
        assert getattr(service, name) == value


@pytest.mark.postgres15
@pytest.mark.parametrize(
    "entry",
    [
        {"name": "Farm afternoons"},
        {"summary": "Goats."},
        {"week": week_of_days(["fri"])},
        {"team": "Two tutors."},
        {"a_day": "Tea."},
    ],
)
def test_a_change_to_unchecked_details_applies_immediately(service, entry):
    assert proposed(service, **entry) is None
    service.refresh_from_db()
    for name, value in entry.items():
        assert getattr(service, name) == value


def test_listing_the_same_facts_in_another_order_proposes_no_change(service):
    assert proposed(service, needs=["ASD", "SEMH"], age_from=8) is None


def test_fact_changes_to_a_service_approved_before_countersignature_also_await_approval():
    service = ServiceFactory(member=MemberFactory(unsigned=True))
    assert proposed(service, age_from=5).after == {"age_from": 5}
    service.refresh_from_db()
    assert service.age_from == 8


def test_a_new_proposal_replaces_the_pending_one_but_keeps_its_other_changed_facts(service):
    first = proposed(service, age_from=6)
    second = proposed(service, at=LATER, children=5)
    first.refresh_from_db()
    assert first.status == "superseded"
    assert second.after == {"age_from": 6, "children": 5}
    assert second.before == {"age_from": 8, "children": 4}


def test_repeating_a_proposal_has_no_effect(service):
    first = proposed(service, age_from=6)
    assert proposed(service, at=LATER, age_from=6, summary="Goats.") == first


def test_proposing_the_current_facts_withdraws_the_pending_proposal(service):
    first = proposed(service, age_from=6)
    assert proposed(service, at=LATER, age_from=8) is None
    first.refresh_from_db()
    assert first.status == "withdrawn"


def test_impossible_facts_are_refused_before_approval_is_requested(service):
    with pytest.raises(Refused, match="Youngest age"):
        proposed(service, age_from=20)
    assert not ServiceChange.objects.exists()


def test_approving_a_change_publishes_it_and_notifies_the_provider(service):
    change = proposed(service, age_from=6, needs=["SPLD", "SEMH"])
    approve_change(change, by=quentin(service), at=LATER)
    service.refresh_from_db()
    change.refresh_from_db()
    assert (service.age_from, sorted(service.needs), service.changed_at) == (6, ["SEMH", "SPLD"], LATER)
    assert (change.status, change.answered_by, change.answered_at) == ("approved", quentin(service), LATER)
    assert Message.objects.filter(to=ada(service), subject__contains="has been approved").exists()
    event = Event.objects.latest("pk")
    assert (event.verb, {one.record_type for one in event.subjects.all()}) == (
        "approve_change", {"directory.Service", record_type(change)},
    )  # fmt: skip


def test_refusing_a_change_keeps_the_old_facts_and_tells_the_provider_why(service):
    change = proposed(service, age_from=6)
    with pytest.raises(Refused, match="Enter a reason"):
        refuse_change(change, reason=" ", by=quentin(service), at=LATER)
    refuse_change(change, reason="You have nobody for infants.", by=quentin(service), at=LATER)
    service.refresh_from_db()
    assert service.age_from == 8
    assert listing_queries.last_refused_change(service).reason == "You have nobody for infants."
    message = Message.objects.get(to=ada(service))
    assert "infants" not in message.subject + message.body
    assert proposed(service, at=LATER, age_from=7)
    assert listing_queries.last_refused_change(service) is None


def test_approving_one_change_never_approves_a_later_change(service):
    read = proposed(service, age_from=6)
    later = proposed(service, at=LATER, age_from=3)
    with pytest.raises(Refused, match="Replaced"):
        approve_change(read, by=quentin(service), at=LATER)
    service.refresh_from_db()
    assert service.age_from == 8
    assert listing_queries.waiting_change(service) == later


@pytest.mark.parametrize("after", [approve_change, withdraw_change])
def test_a_change_can_be_approved_or_refused_only_once(service, after):
    change = proposed(service, age_from=6)
    after(change, by=quentin(service) if after is approve_change else ada(service), at=LATER)
    with pytest.raises(Refused):
        approve_change(change, by=quentin(service), at=LATER)
    with pytest.raises(Refused):
        refuse_change(change, reason="No.", by=quentin(service), at=LATER)


def test_a_change_cannot_be_approved_if_the_facts_have_changed_since(service):
    change = proposed(service, age_from=6)
    Service.objects.filter(pk=service.pk).update(age_from=9)
    with pytest.raises(Refused, match="has changed since"):
        approve_change(change, by=quentin(service), at=LATER)


def test_a_change_to_a_site_that_is_closed_cannot_be_approved(service):
    site = SiteFactory(provider=service.provider)
    change = proposed(service, site=site)
    close_site(site, by=ada(service), at=NOW)
    with pytest.raises(Refused, match="is closed"):
        approve_change(change, by=quentin(service), at=LATER)
    service.refresh_from_db()
    assert service.site_id != site.pk


def test_withdrawing_a_service_withdraws_its_pending_change(service):
    change = proposed(service, age_from=6)
    withdraw(service, by=ada(service), at=LATER)
    change.refresh_from_db()
    assert change.status == "withdrawn"
    with pytest.raises(Refused):
        approve_change(change, by=quentin(service), at=LATER)


@pytest.mark.parametrize(
    ("role", "where"),
    [
        (Role.PROVIDER_LEAD, "provider"), (Role.CONTRACTS_OFFICER, "authority"), (Role.APPROVER, "authority"),
        (Role.QUALITY_OFFICER, "elsewhere"),
    ],
)  # fmt: skip
def test_only_the_authoritys_quality_officers_can_approve_or_refuse_a_change(service, role, where):
    change = proposed(service, age_from=6)
    at = AuthorityFactory() if where == "elsewhere" else getattr(service, where)
    for verb, given in ((approve_change, {}), (refuse_change, {"reason": "No."})):
        with pytest.raises(PermissionDenied):
            verb(change, by=person(role, at=at), at=LATER, **given)
    with pytest.raises(PermissionDenied):
        withdraw_change(change, by=person(Role.PROVIDER_LEAD, at=ProviderFactory()), at=LATER)


def test_an_officer_with_a_role_at_the_provider_cannot_approve_or_refuse_a_change(service):
    change, officer = proposed(service, age_from=6), quentin(service)
    RoleGrantFactory(person=officer, organisation=service.provider, role=Role.PROVIDER_LEAD)
    with pytest.raises(Refused, match="You have a role at"):
        approve_change(change, by=officer, at=NOW)
    with pytest.raises(Refused, match="You have a role at"):
        refuse_change(change, reason="No.", by=officer, at=NOW)
    service.refresh_from_db()
    assert service.age_from == 8


def test_the_database_does_not_let_the_proposer_approve_or_refuse_their_change(service):
    change = proposed(service, age_from=6)
    with pytest.raises(IntegrityError, match="change_answered_by_another"), transaction.atomic():
        ServiceChange.objects.filter(pk=change.pk).update(answered_by=change.proposed_by, answered_at=NOW)


def test_the_database_allows_only_one_pending_change_and_no_edits_to_that_change(service):
    change = proposed(service, age_from=6)
    with pytest.raises(DatabaseError), transaction.atomic():
        ServiceChange.objects.filter(pk=change.pk).update(after={"age_from": 0})
    with pytest.raises(IntegrityError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('calloff.announced', 'directory_change:new:waiting', true)")
        ServiceChange.objects.create(
            authority=service.authority, provider=service.provider, service=service, before={"age_to": 14},
            after={"age_to": 9}, proposed_by=ada(service), proposed_at=NOW, status="waiting",
        )  # fmt: skip


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_simultaneous_approvals_count_once_and_simultaneous_proposals_leave_one_pending():
    service = ServiceFactory()
    lead, officer = ada(service), quentin(service)
    ages = iter(range(1, 5))
    assert all_at_once(lambda: amend(service, by=lead, at=NOW, age_from=next(ages)), times=4).count("done") == 4
    assert ServiceChange.objects.filter(status="waiting").count() == 1
    change = listing_queries.waiting_change(service)
    assert all_at_once(lambda: approve_change(change, by=officer, at=LATER), times=4).count("done") == 1
    service.refresh_from_db()
    assert service.age_from == change.after["age_from"]


@pytest.mark.django_db(transaction=True)
def test_an_approval_made_during_a_new_proposal_approves_only_what_the_officer_saw():
    service = ServiceFactory()
    lead, officer = ada(service), quentin(service)
    read = proposed(service, age_from=6)
    acts = iter(
        [
            lambda: approve_change(read, by=officer, at=LATER),
            lambda: amend(service, by=lead, at=LATER, age_from=2),
        ]
    )
    all_at_once(lambda: next(acts)(), times=2)  # noqa: PLW0108 (each thread takes a different action)
    service.refresh_from_db()
    read.refresh_from_db()
    assert service.age_from == (6 if read.status == "approved" else 8)
    assert listing_queries.waiting_change(service).after == {"age_from": 2}
