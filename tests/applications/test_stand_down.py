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
from tests.factories import NOW, RoleGrantFactory
from tests.unauthorised_users import assert_denied, everybody_but

WHY = "My sister is its director."


def stand_down(part, *, by=None, interest=WHY):
    return commands.stand_down(part, by=by or part.person, at=NOW, interest=interest)


@pytest.mark.django_db
def test_standing_down_stores_the_conflict_of_interest_and_notifies_the_contracts_officer():
    part = stand_down(allocated())
    assert (part.status, part.interest, part.declared_at) == (AssignmentStatus.STOOD_DOWN, WHY, NOW)
    message = Message.objects.get(subject__startswith="An evaluator has withdrawn")
    assert message.address == olivia(part.application).email
    assert "sister" not in message.body


@pytest.mark.django_db
def test_standing_down_needs_a_description_of_the_conflict_of_interest():
    with pytest.raises(Refused, match="Enter a description of your interest"):
        stand_down(allocated(), interest=" ")


@pytest.mark.django_db
def test_the_scores_of_an_evaluator_who_stands_down_do_not_count():
    application = submitted()
    leaving = begun(allocated(application))
    staying = begun(allocated(application, second_evaluator(application)))
    mark_all(leaving, **{"method@1": {"score": 0}})
    RoleGrantFactory(organisation=application.provider, person=leaving.person)
    leaving.person.forget_roles()
    stand_down(leaving)
    finish(staying)
    assert fresh(application).status == ApplicationStatus.TO_DECIDE


@pytest.mark.django_db
def test_an_evaluator_with_a_conflict_of_interest_cannot_decide_the_application():
    application = submitted()
    leaving, staying = allocated(application), begun(allocated(application, second_evaluator(application)))
    RoleGrantFactory(person=leaving.person, organisation=application.authority, role=Role.APPROVER)
    leaving.person.forget_roles()
    stand_down(leaving)
    application = fresh(finish(staying).application)
    outcomes = [LotDecision(lot, True, "Every condition is met.") for lot in application.lots]
    with pytest.raises(Refused, match="You withdrew from this application because of a conflict of interest, so "):
        decide(application, outcomes=outcomes, by=leaving.person, at=NOW)


@pytest.mark.django_db
def test_only_the_assigned_evaluator_can_stand_down():
    part = allocated()
    others = everybody_but(Role.EVALUATOR, provider=part.application.provider, authority=part.application.authority)
    assert_denied(lambda by: stand_down(part, by=by), [*others, second_evaluator(part.application)])


@pytest.mark.django_db
def test_standing_down_is_refused_after_the_decision():
    application = to_decide()
    with pytest.raises(Refused):
        stand_down(application.parts.get())
    part = allocated()
    commands.withdraw(part.application, by=ada(part.application), at=NOW)
    with pytest.raises(Refused, match="cannot withdraw from this application"):
        stand_down(part)
