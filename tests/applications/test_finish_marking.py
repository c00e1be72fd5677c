import pytest

from calloff.applications import commands
from calloff.applications.states import ApplicationStatus, AssignmentStatus
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import (
    allocated,
    anwar,
    begun,
    finish,
    fresh,
    mark_all,
    second_evaluator,
    submitted,
)
from tests.concurrency import all_at_once
from tests.factories import NOW, RoleGrantFactory
from tests.unauthorised_users import assert_denied, everybody_but


def hand_in(part, *, by=None):
    return commands.finish_marking(part, by=by or part.person, at=NOW)


def two_parts():
    application = submitted()
    return begun(allocated(application)), begun(allocated(application, second_evaluator(application)))


@pytest.mark.django_db
def test_an_application_goes_to_its_decision_when_the_last_evaluator_finishes():
    part = begun()
    anwar(part.application)
    part = finish(part)
    assert (part.status, part.finished_at) == (AssignmentStatus.FINISHED, NOW)
    assert fresh(part.application).status == ApplicationStatus.TO_DECIDE
    assert Message.objects.get(subject__startswith="Decide an application").address == anwar(part.application).email
    assert Event.objects.get(verb="finish_marking").subjects.count() == 2


@pytest.mark.django_db
def test_an_attempt_to_finish_scoring_lists_every_answer_without_a_score():
    part = begun()
    with pytest.raises(Refused) as refusal:
        hand_in(part)
    assert [problem.where for problem in refusal.value.problems] == ["lead", "method@1"]
    assert fresh(part).status == AssignmentStatus.MARKING


@pytest.mark.django_db
def test_an_application_is_not_decided_until_all_its_evaluators_finish():
    first, second = two_parts()
    finish(first)
    assert fresh(first.application).status == ApplicationStatus.ASSESSING
    finish(second)
    assert fresh(first.application).status == ApplicationStatus.TO_DECIDE


@pytest.mark.django_db
def test_evaluators_who_have_not_yet_declared_must_finish_before_an_application_is_decided():
    part = begun()
    allocated(part.application, second_evaluator(part.application))
    finish(part)
    assert fresh(part.application).status == ApplicationStatus.ASSESSING


@pytest.mark.django_db
def test_evaluators_must_agree_different_scores_before_the_decision():
    first, second = two_parts()
    finish(first)
    finish(second, **{"method@1": {"score": 1}})
    assert fresh(first.application).status == ApplicationStatus.ASSESSING
    messages = Message.objects.filter(subject__startswith="Agree the marks that differ").values_list(
        "address", flat=True
    )
    assert set(messages) == {first.person.email, second.person.email}


@pytest.mark.django_db
def test_an_approver_who_scored_the_application_does_not_get_the_decision_email():
    part = begun()
    RoleGrantFactory(person=part.person, organisation=part.authority, role=Role.APPROVER)
    part.person.forget_roles()
    finish(part)
    assert not Message.objects.filter(subject__startswith="Decide an application", address=part.person.email).exists()


@pytest.mark.django_db
def test_only_the_assigned_evaluator_can_finish_the_scoring():
    part = mark_all(begun())
    others = everybody_but(Role.EVALUATOR, provider=part.application.provider, authority=part.application.authority)
    assert_denied(lambda by: hand_in(part, by=by), [*others, second_evaluator(part.application)])


@pytest.mark.django_db
def test_an_evaluator_can_finish_scoring_only_once():
    part = finish(begun())
    with pytest.raises(Refused):
        hand_in(part)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_an_application_moves_on_once_if_two_evaluators_finish_together():
    parts = [mark_all(part) for part in two_parts()]
    for part in parts:
        part.person.roles_at(part.authority, NOW)
    turns = iter(parts)
    assert all_at_once(lambda: hand_in(next(turns)), times=2) == ["done", "done"]
    assert fresh(parts[0].application).status == ApplicationStatus.TO_DECIDE


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_finishing_and_returning_an_application_at_the_same_moment_does_not_cause_a_deadlock():
    part = finish(begun())
    by = anwar(part.application)
    part.person.roles_at(part.authority, NOW)
    turns = iter(
        [
            lambda: hand_in(part),
            lambda: commands.return_for_marking(part.application, by=by, at=NOW, reason="Say more."),
        ]
    )

    def take_a_turn():
        next(turns)()

    told = all_at_once(take_a_turn, times=2)
    assert fresh(part).status in {AssignmentStatus.MARKING, AssignmentStatus.FINISHED}
    assert "done" in told
