"""Tests for what home pages show, and for how many statements they need."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from calloff.agreements.models import Agreement
from calloff.evidence.models import Evidence
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from calloff.web.home_pages import HomeCount, count_records
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory, SchoolOrganisationFactory, person
from tests.factories_evidence import EvidenceFactory
from tests.placements import scenario

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"


def test_records_of_different_kinds_are_counted_in_one_statement(django_assert_num_queries):
    EvidenceFactory.create_batch(3)
    with_evidence = Organisation.objects.filter(pk__in=Evidence.objects.values("provider"))
    counts = [
        HomeCount("Documents", Evidence.objects.order_by("expires_on"), "/a"),
        HomeCount("Agreements", Agreement.objects.all(), "/b"),
        HomeCount("Providers", with_evidence.distinct(), "/c"),
    ]
    with django_assert_num_queries(1):
        assert count_records(counts) == [("Documents", 3, "/a"), ("Providers", 3, "/c")]
    assert count_records([]) == []


def statements(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


# the maximum number of statements for a person with several roles: four more than on 1 December 2026
MOST_STATEMENTS = {"provider": 42, "buyer": 45, "authority": 43}


def test_the_statements_of_home_pages_do_not_grow_with_the_number_of_records(client):
    placement = scenario.running()
    roles = {
        "provider": (Role.PROVIDER_LEAD, Role.PROVIDER_SIGNATORY, Role.PROVIDER_SAFEGUARDING),
        "buyer": (Role.AP_LEAD, Role.HEAD, Role.FINANCE, Role.SAFEGUARDING_LEAD),
        "authority": (Role.CONTRACTS_OFFICER, Role.QUALITY_OFFICER, Role.SEN_OFFICER, Role.APPROVER),
    }
    pages = {}
    for side, (role, *others) in roles.items():
        organisation = getattr(placement, side)
        somebody = person(role, at=organisation)
        for other in others:
            RoleGrantFactory(person=somebody, organisation=organisation, role=other)
        pages[side] = somebody, reverse(f"{side}:home", args=[organisation.slug])

    def counted():
        found = {}
        for side, (somebody, address) in pages.items():
            client.force_login(somebody)
            found[side] = statements(client, address)
        return found

    few = counted()
    for _ in range(2):
        scenario.agreed(given={"beside": placement})
    assert counted() == few
    assert {side: number for side, number in few.items() if number > MOST_STATEMENTS[side]} == {}


def home_of(client, somebody, side, organisation):
    client.force_login(somebody)
    page = client.get(reverse(f"{side}:home", args=[organisation.slug])).content.decode()
    return re.sub(r"\s+", " ", unescape(page))


def test_a_new_school_sees_its_first_steps_and_who_can_do_the_others(client, settings):
    settings.DEMONSTRATION = True  # The invented people in a demonstration need no second step.
    school = SchoolOrganisationFactory()
    head = person(Role.HEAD, at=school)
    page = home_of(client, head, "buyer", school)
    assert "0 of 5 done" in page
    assert "A colleague can do this: AP lead or SENCO" in page
    assert "Look around now" in page
    lead = person(Role.AP_LEAD, at=school)
    page = home_of(client, lead, "buyer", school)
    assert "1 of 5 done" in page
    assert f"ask {head.name}, your people administrator" in page
    assert reverse("buyer:usual-details", args=[school.slug]) in page


def test_an_organisation_that_has_had_a_placement_sees_no_first_steps(client, settings):
    settings.DEMONSTRATION = True
    placement = scenario.agreed()
    for side, somebody in (
        ("buyer", scenario.helen(placement)),
        ("provider", scenario.ada(placement)),
        ("authority", person(Role.ADMINISTRATOR, at=placement.authority)),
    ):
        assert "Get started" not in home_of(client, somebody, side, getattr(placement, side))


def test_new_providers_and_councils_see_their_first_steps_until_all_are_done(client):
    evidence = EvidenceFactory()
    provider = evidence.provider
    ada = person(Role.PROVIDER_LEAD, at=provider)
    page = home_of(client, ada, "provider", provider)
    assert "Upload your first document" in page
    before = int(re.search(r"(\d) of 5 done", page)[1])
    person(Role.PROVIDER_STAFF, at=provider)
    assert f"{before + 1} of 5 done" in home_of(client, ada, "provider", provider)
    authority = AuthorityFactory(telephone="01632 960110")
    administrator = person(Role.ADMINISTRATOR, at=authority)
    page = home_of(client, administrator, "authority", authority)
    assert "1 of 5 done" in page
    assert "A colleague can do this: Contracts officer" in page


def test_the_navigation_of_a_home_page_counts_the_tasks_of_each_group(client, settings):
    settings.DEMONSTRATION = True
    placement = scenario.agreed()
    EvidenceFactory(provider=placement.provider, reference="EV-SOON", expires_on=NOW.date())
    page = home_of(client, scenario.ada(placement), "provider", placement.provider)
    shown = page[page.index('aria-label="Service"') :]
    number = '(?: <span class="calloff-count calloff-navigation__count">(\\d+))?<'
    groups = dict(re.findall(rf'<a href="[^"]*"[^>]*>([^<]*?){number}', shown[: shown.index("</nav>")]))
    assert int(groups["Our organisation"] or 0) >= 1
    assert not groups["Home"]
    other = client.get(reverse("provider:evidence", args=[placement.provider.slug])).content.decode()
    assert "calloff-navigation__count" not in other
