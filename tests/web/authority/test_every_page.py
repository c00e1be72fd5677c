"""Tests that everyone at an authority can open all of its pages, with records in every status."""

from datetime import date

import pytest
from django.urls import reverse

from calloff.applications.commands import assign, declare_interest, finish_marking, mark
from calloff.applications.states import ApplicationStatus
from calloff.members.commands import decide
from calloff.members.lot_decision import LotDecision
from calloff.people.permissions import AUTHORITY_ROLES, Can, Role, roles_with
from tests.factories import NOW, person
from tests.factories_markets import (
    AgreementFactory,
    ApplicationFactory,
    MemberFactory,
    ServiceFactory,
)
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db


LISTS = (
    "home", "markets", "applications", "applications-export", "providers", "members", "members-export", "agreements",
    "people", "people-history",
)  # fmt: skip


def at(authority, name, *args, **query):
    return reverse(f"authority:{name}", args=[authority.slug, *args], query=query)


def ask(authority, role, name, *args, **query):
    return browser(person(role, at=authority)).get(at(authority, name, *args, **query))


@pytest.fixture
def whole(market, authority):
    """Return a market with an application at each stage and members with each status."""
    people = {role: person(role, at=authority) for role in AUTHORITY_ROLES}
    submitted = ApplicationFactory(market=market, status=ApplicationStatus.SUBMITTED)
    assessing = ApplicationFactory(market=market, status=ApplicationStatus.SUBMITTED, lots=[1, 2])
    part = assign(assessing, person=people[Role.EVALUATOR], by=people[Role.CONTRACTS_OFFICER], at=NOW)
    declare_interest(part, by=people[Role.EVALUATOR], at=NOW)
    to_decide = marked(ApplicationFactory(market=market, status=ApplicationStatus.SUBMITTED, lots=[1, 2]), people)
    decided = marked(ApplicationFactory(market=market, status=ApplicationStatus.SUBMITTED, lots=[1, 2]), people)
    conditions = (("Send the policy.", date(2026, 6, 1)),)
    decision = decide(
        decided,
        outcomes=[LotDecision(1, True, "Sound.", conditions), LotDecision(2, False, "Too thin.")],
        by=people[Role.APPROVER], at=NOW,
    )  # fmt: skip
    member = MemberFactory(market=market, query="Printed twice.")
    ServiceFactory(member=MemberFactory(market=market))
    return {
        "submitted": submitted, "assessing": assessing, "to_decide": to_decide, "decided": decided,
        "decision": decision, "member": member, "people": people,
        "to_countersign": AgreementFactory(authority=authority, to_countersign=True),
    }  # fmt: skip


def marked(application, people, scores=(4, 2)):
    application.refresh_from_db()
    part = assign(application, person=people[Role.EVALUATOR], by=people[Role.CONTRACTS_OFFICER], at=NOW)
    evaluator = people[Role.EVALUATOR]
    part = declare_interest(part, by=evaluator, at=NOW)
    part.application.refresh_from_db()
    mark(part, key="lead", passed=True, reason="Named.", by=evaluator, at=NOW)
    for number, score in zip((1, 2), scores, strict=True):
        mark(part, key=f"method@{number}", score=score, reason="As it says.", by=evaluator, at=NOW)
    finish_marking(part, by=evaluator, at=NOW)
    application.refresh_from_db()
    return application


def test_everyone_at_the_authority_can_open_every_list_and_record(whole, market, authority):
    decided, countersign = whole["decided"].reference, whole["to_countersign"].reference
    pages = [at(authority, name) for name in LISTS]
    pages += [
        at(authority, f"market{part}", market.slug) for part in ("", "-rules", "-questions", "-agreement", "-history")
    ]
    for stage in ("submitted", "assessing", "to_decide", "decided"):
        several = ("", "-submitted", "-versions", "-marks", "-history")
        pages += [at(authority, f"application{part}", whole[stage].reference) for part in several]
        pages += [at(authority, f"provider{part}", whole[stage].provider.slug) for part in ("", "-history")]
    pages += [at(authority, f"application-{part}", decided) for part in ("decision", "decide-done")]
    pages += [at(authority, f"member{part}", whole["member"].reference) for part in ("", "-history")]
    for agreement in (countersign, whole["decision"].agreement.reference):
        pages += [at(authority, f"agreement{part}", agreement) for part in ("", "-history")]
    for role in set(AUTHORITY_ROLES) & set(roles_with(Can.OVERSEE)):
        here = browser(person(role, at=authority))
        assert not {page: status for page in pages if (status := here.get(page).status_code) != 200}


def test_the_decision_letter_can_be_downloaded_as_a_sealed_pdf(whole, authority):
    answer = ask(authority, Role.QUALITY_OFFICER, "application-letter", whole["decided"].reference)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    answer.close()
