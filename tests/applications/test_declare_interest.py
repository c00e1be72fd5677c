from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.applications import commands
from calloff.applications.states import ApplicationStatus, AssignmentStatus
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.applications.scenario import ada, allocated, esme, fresh, second_evaluator
from tests.concurrency import all_at_once
from tests.factories import NOW, RoleGrantFactory
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def declare(part, *, by=None, at=NOW, interest=""):
    return commands.declare_interest(part, by=by or part.person, at=at, interest=interest)


@pytest.mark.django_db
def test_the_first_declaration_of_interests_starts_scoring_and_assessment_together():
    part = declare(allocated(), interest=" I taught there in 2009. ")
    assert (part.status, part.declared_at, part.interest) == (AssignmentStatus.MARKING, NOW, "I taught there in 2009.")
    application = fresh(part.application)
    assert (application.status, application.assessment_began_at) == (ApplicationStatus.ASSESSING, NOW)
    assert Event.objects.get(verb="declare_interest").subjects.count() == 2


@pytest.mark.django_db
def test_only_the_assigned_evaluator_can_declare_interests():
    part = allocated()
    others = everybody_but(Role.EVALUATOR, provider=part.application.provider, authority=part.application.authority)
    assert_denied(lambda by: declare(part, by=by), [*others, second_evaluator(part.application)])


@pytest.mark.django_db
def test_an_evaluator_who_now_has_a_role_at_the_provider_cannot_declare_interests():
    part = allocated()
    RoleGrantFactory(organisation=part.application.provider, person=part.person, role=Role.PROVIDER_STAFF)
    part.person.forget_roles()
    before = database_rows()
    with pytest.raises(Refused, match="Withdraw from the assessment"):
        declare(part)
    assert database_rows() == before


@pytest.mark.django_db
def test_an_evaluator_with_an_ended_role_cannot_declare_interests():
    part = allocated()
    esme(part.application).grants.update(ends_at=NOW + timedelta(hours=1))
    part.person.forget_roles()
    with pytest.raises(PermissionDenied):
        declare(part, at=NOW + timedelta(hours=1))


@pytest.mark.django_db
def test_interests_cannot_be_declared_after_the_application_is_withdrawn():
    part = allocated()
    commands.withdraw(part.application, by=ada(part.application), at=NOW)
    with pytest.raises(Refused, match="Withdrawn"):
        declare(part)
    assert fresh(part).status == AssignmentStatus.ALLOCATED


@pytest.mark.django_db
def test_an_evaluator_can_declare_interests_only_once():
    part = declare(allocated())
    with pytest.raises(Refused, match="Marking"):
        declare(part)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_simultaneous_declarations_is_recorded():
    part = allocated()
    part.person.roles_at(part.authority, NOW)
    results = all_at_once(lambda: declare(part), times=4)
    assert results.count("done") == Event.objects.filter(verb="declare_interest").count() == 1
