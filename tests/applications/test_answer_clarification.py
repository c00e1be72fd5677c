from datetime import timedelta

import pytest

from calloff.applications import commands
from calloff.applications.states import ApplicationStatus, ClarificationStatus
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import ada, begun, clarifying, finish, fresh
from tests.concurrency import all_at_once
from tests.factories import NOW
from tests.factories_markets import MARKET_CLOSES
from tests.unauthorised_users import assert_denied, everybody_but


def answer(clarification, words="Years 7 to 11.", *, by=None, at=NOW):
    return commands.answer_clarification(clarification, answer=words, by=by or ada(clarification), at=at)


@pytest.mark.django_db
def test_after_an_answer_the_same_version_continues_to_be_assessed():
    asked = clarifying()
    version = asked.application.version
    answered = answer(asked, " Years 7 to 11. ")
    assert (answered.status, answered.answer, answered.answered_at) == (
        ClarificationStatus.ANSWERED,
        "Years 7 to 11.",
        NOW,
    )
    application = fresh(asked.application)
    assert (application.status, application.version, application.submitted_at) == (
        ApplicationStatus.ASSESSING,
        version,
        NOW,
    )


@pytest.mark.django_db
def test_the_evaluators_are_notified_of_an_answer():
    asked = clarifying()
    answer(asked)
    assert (
        Message.objects.get(subject__startswith="The provider has answered your question").address
        == asked.asked_by.email
    )


@pytest.mark.django_db
def test_a_late_answer_is_accepted_and_the_time_it_was_sent_is_recorded():
    asked = clarifying()
    late = max(asked.answer_by, MARKET_CLOSES) + timedelta(days=1)
    assert answer(asked, at=late).answered_at == late


@pytest.mark.django_db
def test_an_answer_must_not_be_empty():
    with pytest.raises(Refused, match="Enter your answer"):
        answer(clarifying(), " ")


@pytest.mark.django_db
def test_a_question_can_be_answered_only_once():
    asked = clarifying()
    answer(asked)
    with pytest.raises(Refused):
        answer(asked, "Something else.")
    assert fresh(asked).answer == "Years 7 to 11."


@pytest.mark.django_db
def test_a_new_question_can_follow_but_the_earlier_one_cannot_be_answered_again():
    first = clarifying(part := begun())
    answer(first)
    second = clarifying(part)
    with pytest.raises(Refused, match="Answered"):
        answer(first, "Something else.")
    answer(second, "And year 6.")
    finish(part)
    assert fresh(first).answer == "Years 7 to 11."


@pytest.mark.django_db
def test_no_clarification_question_can_be_answered_for_a_withdrawn_application():
    asked = clarifying()
    commands.withdraw(asked.application, by=ada(asked), at=NOW)
    with pytest.raises(Refused, match="Withdrawn"):
        answer(asked)


@pytest.mark.django_db
def test_only_a_provider_lead_can_answer_a_clarification_question():
    asked = clarifying()
    others = everybody_but(Role.PROVIDER_LEAD, provider=asked.provider, authority=asked.authority)
    assert_denied(lambda by: answer(asked, by=by), others)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_simultaneous_answers_is_stored():
    asked = clarifying()
    by = ada(asked)
    by.roles_at(asked.provider, NOW)
    assert all_at_once(lambda: answer(asked, by=by), times=4).count("done") == 1
