"""Tests for people with a role in one market only, who can use it there and get the same emails as others."""

import pytest

from calloff.applications import commands as applications
from calloff.applications.models import Application
from calloff.applications.states import ApplicationStatus
from calloff.markets import commands as markets
from calloff.members import commands
from calloff.members.lot_decision import LotDecision
from calloff.members.models import Member
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import ada, begun, finish, fresh, olivia, submitted
from tests.factories import NOW
from tests.markets.scenario import caseworker


def lent(market, role, name):
    person = caseworker(market.authority, name)
    markets.appoint(market, person, role=role, by=olivia(market), at=NOW)
    return person


@pytest.mark.django_db
def test_people_with_roles_in_one_market_only_can_take_an_application_through_every_stage():
    application = submitted()
    market = application.market
    lena, otto, ines, quill = (
        lent(market, role, name)
        for role, name in (
            (Role.EVALUATOR, "Lena"),
            (Role.CONTRACTS_OFFICER, "Otto"),
            (Role.APPROVER, "Ines"),
            (Role.QUALITY_OFFICER, "Quill"),
        )
    )
    part = begun(applications.assign(application, person=lena, by=otto, at=NOW))
    clarification = applications.clarify(part.application, question="Which year groups?", by=lena, at=NOW)
    applications.answer_clarification(clarification, answer="7 to 11.", by=ada(application), at=NOW)
    finish(part)
    assert _subjects_to(ines) == [f"Decide an application ({application.reference})"]

    conditions = [("Send the policy.", NOW.date())]
    outcomes = [
        LotDecision(lot, True, "Every condition is met.", conditions if not n else [])
        for n, lot in enumerate(application.lots)
    ]
    decision = commands.decide(fresh(application), outcomes=outcomes, by=ines, at=NOW)
    assert fresh(application).status == ApplicationStatus.DECIDED
    assert decision.agreement is not None

    member = Member.objects.order_by("pk")[0]
    condition = commands.answer_condition(member.conditions.get(), answer="Sent.", by=ada(application), at=NOW)
    assert len(_subjects_to(quill)) == 1
    commands.meet_condition(condition, reason="It came.", by=quill, at=NOW)
    commands.propose_removal(member, reason="It has closed.", by=ines, at=NOW)


@pytest.mark.django_db
def test_a_contracts_officer_for_one_market_gets_emails_about_that_market():
    application = submitted()
    otto = lent(application.market, Role.CONTRACTS_OFFICER, "Otto")
    applications.withdraw(Application.objects.get(pk=application.pk), by=ada(application), at=NOW)
    assert _subjects_to(otto) == [f"An application has been withdrawn ({application.reference})"]


def _subjects_to(person):
    messages = Message.objects.filter(address=person.email).exclude(subject__startswith="You have a new role")
    return list(messages.order_by("pk").values_list("subject", flat=True))
