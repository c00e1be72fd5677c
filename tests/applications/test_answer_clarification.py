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
def test_the_assessment_goes_on_and_the_version_is_what_it_was():
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
def test_tells_the_evaluators_who_are_marking():
    asked = clarifying()
    answer(asked)
    assert (
        Message.objects.get(subject__startswith="The provider has answered your question").address
        == asked.asked_by.email
    )


@pytest.mark.django_db
def test_a_late_answer_is_taken_and_its_time_shows():
    asked = clarifying()
    late = max(asked.answer_by, MARKET_CLOSES) + timedelta(days=1)
    assert answer(asked, at=late).answered_at == late


@pytest.mark.django_db
def test_asks_for_words():
    with pytest.raises(Refused, match="Enter your answer"):
        answer(clarifying(), " ")


@pytest.mark.django_db
def test_is_answered_once():
    asked = clarifying()
    answer(asked)
    with pytest.raises(Refused):
        answer(asked, "Something else.")
    assert fresh(asked).answer == "Years 7 to 11."


@pytest.mark.django_db
def test_another_question_may_follow_and_an_old_one_is_not_answered_again():
    first = clarifying(part := begun())
    answer(first)
    second = clarifying(part)
    with pytest.raises(Refused, match="Answered"):
        answer(first, "Something else.")
    answer(second, "And year 6.")
    finish(part)
    assert fresh(first).answer == "Years 7 to 11."


@pytest.mark.django_db
def test_nothing_is_answered_after_withdrawing():
    asked = clarifying()
    commands.withdraw(asked.application, by=ada(asked), at=NOW)
    with pytest.raises(Refused, match="Withdrawn"):
        answer(asked)


@pytest.mark.django_db
def test_only_a_lead_of_the_provider_answers():
    asked = clarifying()
    others = everybody_but(Role.PROVIDER_LEAD, provider=asked.provider, authority=asked.authority)
    assert_denied(lambda by: answer(asked, by=by), others)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_of_many_answers_at_once_one_is_kept():
    asked = clarifying()
    by = ada(asked)
    by.roles_at(asked.provider, NOW)
    assert all_at_once(lambda: answer(asked, by=by), times=4).count("done") == 1
