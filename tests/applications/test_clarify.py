from datetime import datetime

import pytest

from calloff.applications import commands
from calloff.applications.models import Clarification
from calloff.applications.states import ApplicationStatus, ClarificationStatus
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import (
    ada,
    allocated,
    begun,
    finish,
    fresh,
    second_evaluator,
    submitted,
)
from tests.concurrency import all_at_once
from tests.factories import LONDON, NOW, RoleGrantFactory
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def ask(application, *, by, at=NOW, question="Which year groups do you teach?"):
    return commands.clarify(application, question=question, by=by, at=at)


@pytest.mark.django_db
def test_a_clarification_question_is_sent_to_the_provider_with_a_deadline():
    part = begun()
    asked = ask(part.application, by=part.person)
    assert (asked.status, asked.asked_by) == (ClarificationStatus.ASKED, part.person)
    # This is the end of Thursday, the third working day.
    assert asked.answer_by == datetime(2026, 3, 6, tzinfo=LONDON)
    assert fresh(part.application).status == ApplicationStatus.CLARIFYING
    message = Message.objects.get(subject__startswith="Answer a question about your application")
    assert message.address == ada(part.application).email
    assert "year groups" not in message.body


@pytest.mark.django_db
def test_the_time_to_answer_excludes_weekends_and_bank_holidays():
    thursday_before_easter = datetime(2026, 4, 2, 15, tzinfo=LONDON)
    part = begun()
    asked = ask(part.application, by=part.person, at=thursday_before_easter)
    assert asked.answer_by == datetime(2026, 4, 10, tzinfo=LONDON)


@pytest.mark.django_db
def test_a_clarification_question_must_not_be_empty():
    part = begun()
    with pytest.raises(Refused, match="Enter your question"):
        ask(part.application, by=part.person, question=" ")


@pytest.mark.django_db
def test_only_an_evaluator_of_the_authority_can_ask_the_provider_a_question():
    application = begun().application
    others = everybody_but(Role.EVALUATOR, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: ask(application, by=by), others)


@pytest.mark.django_db
def test_only_an_evaluator_who_has_declared_interests_and_not_finished_can_ask_a_question():
    part = begun()
    application = part.application
    other = second_evaluator(application)
    for _ in range(2):
        with pytest.raises(Refused, match="Declare your interests"):
            ask(application, by=other)
        if not application.parts.filter(person=other).exists():
            allocated(application, other)
    finish(part)
    with pytest.raises(Refused, match="Declare your interests"):
        ask(application, by=part.person)


@pytest.mark.django_db
def test_an_evaluator_who_now_has_a_role_at_the_provider_cannot_ask_the_provider_a_question():
    part = begun()
    RoleGrantFactory(organisation=part.application.provider, person=part.person)
    part.person.forget_roles()
    with pytest.raises(Refused, match="Withdraw from the assessment"):
        ask(part.application, by=part.person)


@pytest.mark.django_db
def test_a_second_question_is_refused_while_one_is_open():
    part = begun()
    ask(part.application, by=part.person)
    before = database_rows()
    with pytest.raises(Refused, match="Clarification needed"):
        ask(part.application, by=part.person)
    assert database_rows() == before


@pytest.mark.django_db
def test_a_clarification_question_is_refused_before_assessment_starts():
    application = submitted()
    with pytest.raises(Refused, match="Submitted"):
        ask(application, by=second_evaluator(application))


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_simultaneous_questions_is_sent():
    part = begun()
    part.person.roles_at(part.authority, NOW)
    results = all_at_once(lambda: ask(part.application, by=part.person), times=4)
    assert (results.count("done"), Clarification.objects.count()) == (1, 1)
