"""Tests that every page can be opened, both without any records and with one record of each kind."""

import re
from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calloff.applications.models import Clarification
from calloff.applications.states import ApplicationStatus, ClarificationStatus
from calloff.directory.models import PriceUnit
from calloff.members.models import MemberRemoval, MembershipCondition, Suspension
from calloff.members.states import ConditionStatus, MemberStatus, RemovalStatus
from calloff.web.provider.service_forms import SERVICE_PART_FORMS
from tests.factories import LONDON, NOW, RoleGrantFactory, UserFactory, born_with_status
from tests.factories_evidence import EvidenceFactory
from tests.factories_markets import (
    AgreementFactory,
    ApplicationFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    SiteFactory,
    lot,
)
from tests.web.sign_in import has_given_their_password

pytestmark = pytest.mark.django_db
LISTS = [
    "home",
    "markets",
    "applications",
    "evidence",
    "agreements",
    "members",
    "services",
    "sites",
    "details",
    "people",
]
EXPORTS = ["applications-export", "evidence-export", "members-export", "services-export"]


@pytest.fixture
def world(provider, ada, draft):
    """Return one record of each kind that a provider can have."""
    market = draft.market
    clarifying = ApplicationFactory(provider=provider, status=ApplicationStatus.CLARIFYING)
    with born_with_status(Clarification, ClarificationStatus.ASKED):
        Clarification.objects.create(
            authority=clarifying.authority, provider=provider, application=clarifying, question="How many <staff>?",
            asked_by=ada, asked_at=NOW, answer_by=NOW + timedelta(days=3), status=ClarificationStatus.ASKED,
        )  # fmt: skip
    member = MemberFactory(provider=provider, market=market, lot=lot(market, 2))
    with born_with_status(MembershipCondition, ConditionStatus.OUTSTANDING):
        MembershipCondition.objects.create(
            authority=member.authority, provider=provider, member=member, text="Train your staff",
            due_on=date(2026, 4, 1), status=ConditionStatus.OUTSTANDING,
        )  # fmt: skip
    with born_with_status(MemberRemoval, RemovalStatus.PROPOSED):
        MemberRemoval.objects.create(
            authority=member.authority, provider=provider, member=member, reason="No answer", proposed_at=NOW,
            answer_by=datetime(2026, 3, 17, tzinfo=LONDON), status=RemovalStatus.PROPOSED,
        )  # fmt: skip
    service = ServiceFactory(member=member, places_at=NOW - timedelta(days=20))
    PriceFactory(service=service, unit=PriceUnit.DAY)
    return {
        "clarifying": clarifying,
        "submitted": ApplicationFactory(provider=provider, status=ApplicationStatus.SUBMITTED),
        "member": member,
        "unsigned": MemberFactory(provider=provider, unsigned=True),
        "service": service,
        "agreement": AgreementFactory(provider=provider, unsigned=True),
        "evidence": EvidenceFactory(provider=provider, expires_on=date(2026, 3, 20)),
        "site": SiteFactory(provider=provider),
    }


@pytest.mark.parametrize("route", [*LISTS, *EXPORTS])
def test_every_list_can_be_opened_when_it_is_empty(signed_in, to, route):
    assert signed_in.get(to(route)).status_code == 200


@pytest.mark.parametrize("route", [*LISTS, *EXPORTS])
@pytest.mark.parametrize("state", ["", "?state=draft", "?state=ending", "?state=nonsense"])
def test_every_list_can_be_opened_when_it_has_records(signed_in, to, world, route, state):
    assert signed_in.get(to(route) + state).status_code == 200


def test_every_record_and_each_of_its_parts_can_be_opened(signed_in, to, draft, world):
    references = [draft.reference, world["clarifying"].reference, world["submitted"].reference]
    pages = [
        to(route, reference)
        for reference in references
        for route in ("application", "application-check", "application-versions", "application-history")
    ]
    pages += [to("application-copy", references[1], 1), to("application-submit-done", references[2])]
    pages += [to("evidence-item", world["evidence"].reference), to("evidence-new")]
    pages += [to(route, world["agreement"].reference) for route in ("agreement", "agreement-history")]
    for member in (world["member"], world["unsigned"]):
        pages += [to(route, member.reference) for route in ("member", "member-history")]
    pages += [to(route, world["service"].pk) for route in ("service", "service-history")]
    for page in pages:
        assert signed_in.get(page).status_code == 200, page


def test_every_action_has_a_page_that_asks_for_confirmation_first(signed_in, ada, to, draft, world):
    has_given_their_password(signed_in, ada)
    service, evidence = world["service"], world["evidence"].reference
    pages = [
        to("market-apply", draft.market.code),
        *(to(f"application-{verb}", draft.reference) for verb in ("choose-lots", "submit", "withdraw")),
        to("application-section", draft.reference, "about"),
        to("application-amend", world["submitted"].reference),
        to("application-clarify", world["clarifying"].reference),
        *(to(f"evidence-{verb}", evidence) for verb in ("renew", "withdraw")),
        to("condition-answer", world["member"].conditions.get().pk),
        to("removal-answer", world["member"].removals.get().pk),
        to("site-add"), to("site-amend", world["site"].pk), to("site-close", world["site"].pk),
        to("service-add"),
        *(to("service-amend", service.pk, part) for part in SERVICE_PART_FORMS),
        *(to(f"service-{verb}", service.pk) for verb in ("withdraw", "places", "set-price")),
        to("price-end", service.prices.get().pk),
        to("details-amend"), to("people-invite"),
    ]  # fmt: skip
    for page in pages:
        assert signed_in.get(page).status_code == 200, page


def test_the_home_page_lists_tasks_and_what_happens_if_they_are_not_done(signed_in, to, world):
    page = signed_in.get(to("home")).content.decode()
    for words in ("’s question", "Finish the application", "Meet a condition", "Respond to the proposed"):
        assert words in page
    assert "Renew public liability insurance" in page
    assert "you will not be able to use this document in an application" in page, "no council relies on it"
    assert "Update places available" in page
    assert "Sign" not in page.replace("Sign out", "")  # Only people who can sign are asked to sign.


def test_the_signatorys_home_page_lists_what_to_sign(client, sian, to, world):
    client.force_login(sian)
    page = client.get(to("home")).content.decode()
    assert "Sign Provider agreement" in page
    assert "Meet a condition" not in page


def test_each_count_links_to_a_list_of_exactly_those_rows(signed_in, to, world):
    page = signed_in.get(to("home")).content.decode()
    counts = re.findall(r'href="([^"]+state=[^"]+)"><b>(\d+)<', page)
    assert len(counts) == 6
    assert any(int(count) for _, count in counts)
    for href, count in counts:
        rows = signed_in.get(href).content.decode()
        assert f"1 to {count} of {count} " in rows or (count == "0" and "calloff-empty" in rows)


def test_a_suspended_member_sees_the_clause_the_reason_and_how_to_ask_for_a_review(signed_in, provider, market, to):
    suspension = Suspension.objects.create(
        authority=market.authority, provider=provider, clause="Clause 7", reason="An allegation <x>",
        review_route="Write to the head of service", made_at=NOW,
    )  # fmt: skip
    member = MemberFactory(provider=provider, market=market, status=MemberStatus.SUSPENDED, suspension=suspension)
    page = signed_in.get(to("member", member.reference)).content.decode()
    for words in ("Clause 7", "An allegation &lt;x&gt;", "Write to the head of service"):
        assert words in page


@pytest.mark.parametrize("route", [*LISTS, *EXPORTS])
def test_people_at_other_organisations_get_404_for_every_page(client, to, world, route):
    rival = UserFactory()
    RoleGrantFactory(person=rival)
    client.force_login(rival)
    assert client.get(to(route)).status_code == 404


def test_each_page_takes_the_same_number_of_queries_for_any_number_of_rows(signed_in, provider, to):
    def queries():
        with CaptureQueriesContext(connection) as taken:
            for route in ("applications", "members", "services", "evidence", "agreements"):
                assert signed_in.get(to(route)).status_code == 200
        return len(taken)

    def more(count):
        for _ in range(count):
            ApplicationFactory(provider=provider)
            ServiceFactory(member=MemberFactory(provider=provider))
            EvidenceFactory(provider=provider)

    more(2)
    queries()
    few = queries()
    more(4)
    assert queries() == few
