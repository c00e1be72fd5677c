"""Tests that an aggregator that reads a changing feed gets each service that stays listed exactly once."""

from collections import Counter

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)

from calloff.directory import commands
from calloff.directory.models import Service, ServiceChange, ServiceSite
from calloff.directory.states import ServiceStatus
from calloff.members.models import Suspension
from calloff.members.states import MemberStatus
from calloff.monitoring.commands import reinstate, suspend
from calloff.oruk.entry_numbers import number_new_entries
from calloff.oruk.models import FeedEntry, FeedList
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, person
from tests.factories_markets import MarketFactory, MemberFactory, ServiceFactory, SiteFactory, lot, set_status
from tests.oruk.schema_checks import get, numbered, read, walk_list

pytestmark = pytest.mark.slow

WHY = {"clause": "Clause 2", "reason": "A tutor was alone with a child.", "review_route": "Write to us."}


@pytest.mark.django_db
def test_a_reader_gets_each_service_once_even_if_others_are_added_or_removed_meanwhile(client):
    """Of ten services, some are added, withdrawn, suspended and reinstated between pages."""
    market = MarketFactory()
    steady, wild = (MemberFactory(market=market, lot=lot(market)) for _ in range(2))
    staying = [ServiceFactory(member=steady) for _ in range(5)]
    leaving = [ServiceFactory(member=wild) for _ in range(5)]
    numbered()
    quality, lead = person(Role.QUALITY_OFFICER, at=wild.authority), person(Role.PROVIDER_LEAD, at=wild.provider)
    pages = walk_list(client, "/services", per_page=2)
    met = [next(pages) for _ in range(4)]

    suspension = suspend(wild.provider, authority=wild.authority, members=[wild], by=quality, at=NOW, **WHY)
    added = ServiceFactory(member=steady)
    met += [next(pages) for _ in range(2)]
    reinstate(suspension, reason="Cleared.", by=quality, at=NOW)
    commands.withdraw(leaving[4], by=lead, at=NOW)
    numbered()
    met += list(pages)

    times = Counter(one["id"] for one in met)
    assert set(times.values()) == {1}
    assert all(times[str(one.uuid)] == 1 for one in [*staying, *leaving, added])
    named = {one["id"]: one["status"] for one in met}
    assert named[str(leaving[4].uuid)] == "inactive"
    assert {named[str(one.uuid)] for one in staying} == {"active"}
    again = {one["id"]: one["status"] for one in walk_list(client, "/services", per_page=3)}
    assert again == named | {str(one.uuid): "active" for one in leaving[:4]}
    assert b"alone with a child" not in get(client, "/services").content


@pytest.mark.django_db
def test_a_service_removed_from_a_site_leaves_an_empty_entry_with_its_number(client):
    service = ServiceFactory()
    numbered()
    old = read(client, "/service_at_locations")["contents"][0]
    other = SiteFactory(provider=service.provider)
    by = person(Role.PROVIDER_LEAD, at=service.provider)
    commands.amend(service, by=by, at=NOW, site=other)
    commands.approve_change(ServiceChange.objects.get(), by=person(Role.QUALITY_OFFICER, at=service.authority), at=NOW)
    numbered()
    left, new = read(client, "/service_at_locations")["contents"]
    assert left == {"id": old["id"]} == read(client, f"/service_at_locations/{old['id']}")
    assert new["location"]["id"] == str(other.uuid)
    assert [one["id"] for one in read(client, "/service_at_locations", {"search": "farm"})["contents"]] == [new["id"]]


@pytest.mark.django_db
def test_feed_numbers_have_no_gaps_and_are_never_reused():
    ServiceFactory()
    assert numbered() == 1 + 1 + 1 + 2  # a service, its site, its market and both categories change
    assert numbered() == 0
    ServiceFactory()
    numbered()
    for kind, count in ((FeedList.SERVICE, 2), (FeedList.AT_LOCATION, 2), (FeedList.TAXONOMY, 2), (FeedList.TERM, 4)):
        numbers = sorted(FeedEntry.objects.filter(kind=kind).values_list("number", flat=True))
        assert numbers == list(range(1, count + 1))


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_each_number_is_used_once_if_two_jobs_number_the_feed_at_the_same_moment():
    made = [ServiceFactory() for _ in range(3)]
    all_at_once(lambda: number_new_entries(NOW), times=4)
    numbers = sorted(FeedEntry.objects.filter(kind=FeedList.SERVICE).values_list("number", flat=True))
    assert numbers == list(range(1, len(made) + 1))


class Walk(RuleBasedStateMachine):
    """A directory that changes at every step while someone reads the pages of the feed."""

    PER_PAGE = 3

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.client, self.page, self.met = Client(), 1, Counter()
        self.throughout, self.told = set(), {}

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @initialize(count=st.integers(0, 12))
    def begin(self, count):
        market = MarketFactory()
        self.members = [MemberFactory(market=market, lot=lot(market)) for _ in range(3)]
        self.sites = [SiteFactory(provider=one.provider) for one in self.members]
        for number in range(count):
            self.add(number % 3)
        numbered()
        self._start_again()

    def _start_again(self):
        self.page, self.met, self.told = 1, Counter(), {}
        entered = FeedEntry.objects.filter(kind=FeedList.SERVICE).values("service")
        self.throughout = set(Service.objects.listed(NOW).filter(pk__in=entered).values_list("uuid", flat=True))

    def _still(self):
        self.throughout &= set(Service.objects.listed(NOW).values_list("uuid", flat=True))

    @rule(which=st.integers(0, 2))
    def add(self, which):
        ServiceFactory(member=self.members[which], site=self.sites[which])

    @rule(which=st.integers(0, 30))
    def withdraw(self, which):
        live = list(Service.objects.live().order_by("pk"))
        if live:
            one = live[which % len(live)]
            one.withdrawn_at = NOW
            one.save(update_fields=["withdrawn_at"])
            set_status(one, ServiceStatus.WITHDRAWN)
            self._still()

    @rule(which=st.integers(0, 2))
    def suspend(self, which):
        member = self.members[which]
        if member.status == MemberStatus.ACTIVE:
            member.suspension = Suspension.objects.create(
                authority=member.authority, provider=member.provider, clause="2", reason="-", review_route="-",
                made_at=NOW,
            )  # fmt: skip
            member.save(update_fields=["suspension"])
            set_status(member, MemberStatus.SUSPENDED)
            self._still()

    @rule(which=st.integers(0, 2))
    def reinstate(self, which):
        if self.members[which].status == MemberStatus.SUSPENDED:
            set_status(self.members[which], MemberStatus.ACTIVE)

    @rule(which=st.integers(0, 2))
    def remove(self, which):
        if self.members[which].status in {MemberStatus.ACTIVE, MemberStatus.SUSPENDED}:
            set_status(self.members[which], MemberStatus.REMOVED)
            self._still()

    @rule(which=st.integers(0, 30))
    def leave_a_site(self, which):
        there = list(ServiceSite.objects.order_by("pk"))
        if there:
            there[which % len(there)].delete()

    @rule()
    def number(self):
        numbered()

    @rule()
    def turn_a_page(self):
        page = read(self.client, "/services", {"per_page": self.PER_PAGE, "page": self.page})
        listed = {str(uuid) for uuid in Service.objects.listed(NOW).values_list("uuid", flat=True)}
        for one in page["contents"]:
            self.met[one["id"]] += 1
            assert (one["status"] == "active") is (one["id"] in listed)
            if one["status"] != "active":
                assert one.keys() == {"id", "name", "status"}
        assert set(self.met.values()) <= {1}
        found = read(self.client, "/services", {"search": "farm", "per_page": 100})["contents"]
        assert {one["status"] for one in found} <= {"active"}
        self.page += 1
        if page["last_page"]:
            assert self.met.keys() >= {str(one) for one in self.throughout}
            self._start_again()


@pytest.mark.django_db
def test_a_service_that_stays_listed_is_read_exactly_once_whatever_else_changes():
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=12, stateful_step_count=25, deadline=None, database=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )  # fmt: skip
