import pytest

from calloff.applications import commands
from calloff.applications.models import EvaluatorAssignment
from calloff.applications.states import ApplicationStatus, AssignmentStatus
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import MarketGrant
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import (
    allocated,
    begun,
    clarifying,
    esme,
    fresh,
    olivia,
    second_evaluator,
    submitted,
    to_decide,
)
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory, UserFactory, person
from tests.factories_markets import ApplicationFactory
from tests.markets.scenario import caseworker
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def assign(application, whom=None, *, by=None):
    return commands.assign(application, person=whom or esme(application), by=by or olivia(application), at=NOW)


@pytest.mark.django_db
def test_an_assigned_evaluator_gets_an_email():
    application = submitted()
    part = assign(application)
    assert (part.status, part.person) == (AssignmentStatus.ALLOCATED, esme(application))
    assert fresh(application).status == ApplicationStatus.SUBMITTED
    assert Message.objects.get(address=esme(application).email).subject.startswith("You have an application to assess")


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_assign_evaluators():
    application = submitted()
    esme(application)
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: assign(application, by=by), others)


@pytest.mark.django_db
def test_only_evaluators_of_the_authority_can_be_assigned():
    application = submitted()
    for whom in (olivia(application), person(Role.EVALUATOR, at=AuthorityFactory()), UserFactory()):
        with pytest.raises(Refused, match="is not an evaluator"):
            assign(application, whom)
    assert not EvaluatorAssignment.objects.exists()


@pytest.mark.django_db
def test_a_person_who_is_an_evaluator_in_this_market_only_can_be_assigned():
    application = submitted()
    lent = caseworker(application.authority, "Lena")
    MarketGrant.objects.create(
        authority=application.authority, market=application.market, person=lent, role=Role.EVALUATOR, starts_at=NOW
    )
    assert assign(application, lent).person == lent
    other = submitted(market__authority=application.authority)
    with pytest.raises(Refused, match="is not an evaluator"):
        assign(other, lent)


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PROVIDER_LEAD, Role.PROVIDER_STAFF, Role.PROVIDER_SIGNATORY])
def test_an_evaluator_with_any_role_at_the_provider_cannot_be_assigned(role):
    application = submitted()
    both = RoleGrantFactory(organisation=application.provider, role=role, person=esme(application)).person
    both.forget_roles()
    with pytest.raises(Refused, match="has a role at"):
        assign(application, both)


@pytest.mark.django_db
def test_an_evaluator_cannot_be_assigned_twice_or_assigned_again_after_standing_down():
    part = allocated()
    before = database_rows()
    with pytest.raises(Refused, match="already allocated to this application"):
        assign(part.application)
    assert database_rows() == before
    commands.stand_down(part, by=part.person, at=NOW, interest="My brother works there.")
    with pytest.raises(Refused, match="withdrew from this application"):
        assign(part.application)


@pytest.mark.django_db
def test_a_second_evaluator_can_join_during_assessment():
    part = begun()
    assert assign(part.application, second_evaluator(part.application)).status == AssignmentStatus.ALLOCATED


@pytest.mark.django_db
@pytest.mark.parametrize("stage", [ApplicationFactory, to_decide, lambda: clarifying().application])
def test_assigning_an_evaluator_is_refused_before_submission_or_after_scoring(stage):
    application = fresh(stage())
    with pytest.raises(Refused, match="You cannot do this now"):
        assign(application)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_several_simultaneous_assignments_of_one_person_create_one_assignment():
    application = submitted()
    whom, by = esme(application), olivia(application)
    results = all_at_once(lambda: assign(application, whom, by=by), times=4)
    assert (results.count("done"), EvaluatorAssignment.objects.count()) == (1, 1)
