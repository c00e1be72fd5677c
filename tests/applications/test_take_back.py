import pytest

from calloff.applications import commands, queries
from calloff.applications.states import ApplicationStatus, AssignmentStatus
from calloff.history.models import Event
from calloff.history.record_types import record_type
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
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
from tests.factories import NOW
from tests.unauthorised_users import assert_denied, database_rows, everybody_but

WHY = "She is ill, and nobody knows for how long."


def take_back(part, *, by=None, reason=WHY):
    return commands.take_back(part, by=by or olivia(part.application), at=NOW, reason=reason)


@pytest.mark.django_db
@pytest.mark.parametrize("part", [allocated, begun])
def test_cancelling_an_assignment_stores_the_reason_and_the_evaluator_can_no_longer_see_it(part):
    part = take_back(part())
    assert (part.status, part.taken_back_because) == (AssignmentStatus.TAKEN_BACK, WHY)
    event = Event.objects.get(verb="take_back")
    assert (event.reason_type, event.reason_id, event.by) == (
        record_type(part),
        part.pk,
        olivia(part.application),
    )
    message = Message.objects.get(subject__startswith="You no longer need to assess")
    assert message.address == part.person.email
    assert "ill" not in message.body


@pytest.mark.django_db
def test_cancelling_an_assignment_needs_a_reason():
    part = begun()
    before = database_rows()
    with pytest.raises(Refused, match="Enter a reason"):
        take_back(part, reason=" ")
    assert database_rows() == before


@pytest.mark.django_db
def test_scores_by_an_evaluator_whose_assignment_was_cancelled_are_kept_but_do_not_count():
    application = submitted()
    absent = begun(allocated(application))
    staying = begun(allocated(application, second_evaluator(application)))
    mark_all(absent, **{"method@1": {"score": 0}})
    take_back(absent)
    assert absent.marks.count() == 2
    finish(staying)
    # All evaluators have finished, and their scores do not differ.
    assert fresh(application).status == ApplicationStatus.TO_DECIDE


@pytest.mark.django_db
def test_another_evaluator_can_be_assigned_instead():
    part = take_back(begun())
    application = fresh(part.application)
    waiting = queries.filter_queue(
        queries.applications_queue(application.authority, person=olivia(application), at=NOW),
        on=local_day(NOW),
        status="to_allocate",
    )
    assert list(waiting) == [application]  # The officers are notified again.
    other = begun(allocated(application, second_evaluator(application)))
    finish(other)
    assert fresh(application).status == ApplicationStatus.TO_DECIDE


@pytest.mark.django_db
def test_an_evaluator_whose_assignment_was_cancelled_can_be_assigned_again_and_score():
    part = take_back(mark_all(begun()))
    again = begun(allocated(fresh(part.application), part.person))
    assert (again.pk != part.pk, again.marks.count()) == (True, 0)
    assert queries.part_of(again.application, part.person) == again


@pytest.mark.django_db
def test_the_remaining_evaluators_can_agree_scores_once_they_have_finished():
    application = submitted()
    absent = begun(allocated(application))
    staying = begun(allocated(application, second_evaluator(application)))
    finish(staying)
    take_back(absent)
    # No officer needs to act before the decision.
    assert fresh(application).status == ApplicationStatus.ASSESSING
    assert (
        Message.objects.get(subject__startswith="All the evaluators have submitted their marks").address
        == staying.person.email
    )
    commands.moderate(fresh(application), agreed={}, by=staying.person, at=NOW)
    assert fresh(application).status == ApplicationStatus.TO_DECIDE


@pytest.mark.django_db
def test_a_finished_assignment_cannot_be_cancelled():
    part = to_decide().parts.get()
    with pytest.raises(Refused, match="Finished"):
        take_back(part)


@pytest.mark.django_db
def test_assignments_of_a_withdrawn_application_cannot_be_cancelled():
    part = begun()
    commands.withdraw(part.application, by=ada(part.application), at=NOW)
    with pytest.raises(Refused, match="cannot remove this evaluator"):
        take_back(part)


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_cancel_an_assignment():
    part = begun()
    application = part.application
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: take_back(part, by=by), others)
