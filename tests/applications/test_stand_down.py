import pytest

from calloff.applications import commands
from calloff.applications.states import ApplicationStatus, AssignmentStatus
from calloff.kernel.lifecycles import Refused
from calloff.members.commands import LotDecision, decide
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import (
    ada,
    allocated,
    begun,
    finish,
    fresh,
    mark_all,
    olivia,
    second_evaluator,
    submitted,
    to_decide,
)
from tests.factories import NOW, GrantFactory
from tests.unauthorised_users import assert_denied, everybody_but

WHY = "My sister is its director."


def stand_down(part, *, by=None, interest=WHY):
    return commands.stand_down(part, by=by or part.person, at=NOW, interest=interest)


@pytest.mark.django_db
def test_keeps_the_interest_and_tells_whoever_allocates():
    part = stand_down(allocated())
    assert (part.status, part.interest, part.declared_at) == (AssignmentStatus.STOOD_DOWN, WHY, NOW)
    message = Message.objects.get(subject__startswith="An evaluator has withdrawn")
    assert message.address == olivia(part.application).email
    assert "sister" not in message.body


@pytest.mark.django_db
def test_asks_what_the_interest_is():
    with pytest.raises(Refused, match="Say what your interest is"):
        stand_down(allocated(), interest=" ")


@pytest.mark.django_db
def test_an_interest_that_comes_while_marking_lets_one_leave_and_its_marks_count_for_nothing():
    application = submitted()
    leaving = begun(allocated(application))
    staying = begun(allocated(application, second_evaluator(application)))
    mark_all(leaving, **{"method@1": {"score": 0}})
    GrantFactory(organisation=application.provider, person=leaving.person)
    leaving.person.forget_roles()
    stand_down(leaving)
    finish(staying)
    assert fresh(application).status == ApplicationStatus.TO_DECIDE


@pytest.mark.django_db
def test_whoever_has_an_interest_does_not_decide_either():
    application = submitted()
    leaving, staying = allocated(application), begun(allocated(application, second_evaluator(application)))
    GrantFactory(person=leaving.person, organisation=application.authority, role=Role.APPROVER)
    leaving.person.forget_roles()
    stand_down(leaving)
    application = fresh(finish(staying).application)
    outcomes = [LotDecision(lot, True, "Every condition is met.") for lot in application.lots]
    with pytest.raises(Refused, match="You withdrew from this application because of a conflict of interest, so "):
        decide(application, outcomes=outcomes, by=leaving.person, at=NOW)


@pytest.mark.django_db
def test_only_the_evaluator_stands_down():
    part = allocated()
    others = everybody_but(Role.EVALUATOR, provider=part.application.provider, authority=part.application.authority)
    assert_denied(lambda by: stand_down(part, by=by), [*others, second_evaluator(part.application)])


@pytest.mark.django_db
def test_nobody_stands_down_when_all_is_over():
    application = to_decide()
    with pytest.raises(Refused):
        stand_down(application.parts.get())
    part = allocated()
    commands.withdraw(part.application, by=ada(part.application), at=NOW)
    with pytest.raises(Refused, match="cannot withdraw from this application"):
        stand_down(part)
