import pytest

from calloff.applications import commands
from calloff.applications.models import AgreedMark
from calloff.applications.states import ApplicationStatus, AssignmentStatus
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import (
    allocated,
    anwar,
    begun,
    esme,
    finish,
    fresh,
    second_evaluator,
    submitted,
    to_decide,
)
from tests.factories import NOW, RoleGrantFactory, UserFactory
from tests.unauthorised_users import assert_denied, everybody_but


def send_back(application, *, by=None, reason="The reason for the score is one word."):
    return commands.return_for_marking(application, by=by or anwar(application), at=NOW, reason=reason)


@pytest.mark.django_db
def test_evaluators_score_a_returned_application_and_finish_again():
    application = to_decide()
    returned = send_back(application)
    part = returned.parts.get()
    assert (returned.status, part.status, part.finished_at) == (
        ApplicationStatus.ASSESSING,
        AssignmentStatus.MARKING,
        None,
    )
    assert returned.returned_because == "The reason for the score is one word."
    assert Message.objects.filter(
        address=esme(application).email, subject__startswith="Mark an application again"
    ).exists()
    part = finish(part, **{"method@1": {"score": 5}})
    assert fresh(application).status == ApplicationStatus.TO_DECIDE
    assert part.marks.get(key="method@1").score == 5


@pytest.mark.django_db
def test_scores_of_a_returned_application_must_be_agreed_again():
    application = submitted()
    first, second = begun(allocated(application)), begun(allocated(application, second_evaluator(application)))
    finish(first)
    finish(second, **{"method@1": {"score": 1}})
    agreed = {"method@1": (3, "A middle way.")}
    application = commands.moderate(application, agreed=agreed, by=first.person, at=NOW)
    send_back(application)
    assert not AgreedMark.objects.exists()
    for part in application.parts.all():
        commands.finish_marking(part, by=part.person, at=NOW)
    assert fresh(application).status == ApplicationStatus.ASSESSING
    assert commands.moderate(application, agreed=agreed, by=first.person, at=NOW).status == ApplicationStatus.TO_DECIDE


@pytest.mark.django_db
def test_an_evaluator_who_stood_down_is_not_asked_to_score_again():
    application = submitted()
    part = begun(allocated(application))
    other = allocated(application, second_evaluator(application))
    commands.stand_down(other, by=other.person, at=NOW, interest="A cousin teaches there.")
    finish(part)
    send_back(application)
    assert fresh(other).status == AssignmentStatus.STOOD_DOWN


@pytest.mark.django_db
def test_returning_an_application_for_scoring_is_recorded_as_one_event():
    send_back(to_decide())
    assert Event.objects.get(verb="return_for_marking").subjects.count() == 2


@pytest.mark.django_db
def test_returning_an_application_for_scoring_needs_a_reason():
    with pytest.raises(Refused, match="Enter a reason"):
        send_back(to_decide(), reason=" ")


@pytest.mark.django_db
def test_an_application_cannot_be_returned_before_all_scores_are_entered():
    with pytest.raises(Refused, match="Being assessed"):
        send_back(begun().application)


@pytest.mark.django_db
def test_only_an_approver_of_the_authority_can_return_an_application_for_scoring():
    application = to_decide()
    others = everybody_but(Role.APPROVER, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: send_back(application, by=by), others)


@pytest.mark.django_db
def test_an_approver_with_a_role_at_the_provider_cannot_return_an_application_for_scoring():
    application = to_decide()
    both = RoleGrantFactory(organisation=application.authority, role=Role.APPROVER, person=UserFactory()).person
    RoleGrantFactory(organisation=application.provider, person=both)
    with pytest.raises(Refused, match="You have a role"):
        send_back(application, by=both)
