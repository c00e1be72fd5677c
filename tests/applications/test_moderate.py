import pytest

from calloff.applications import commands
from calloff.applications.models import AgreedMark
from calloff.applications.scoring import answer_results
from calloff.applications.states import ApplicationStatus
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.applications.scenario import (
    allocated,
    anwar,
    begun,
    clarifying,
    finish,
    fresh,
    second_evaluator,
    submitted,
)
from tests.concurrency import all_at_once
from tests.factories import NOW, RoleGrantFactory, UserFactory
from tests.unauthorised_users import assert_denied, database_rows, everybody_but

AGREED = {"method@1": (3, "Enough staff, little detail.")}


def moderate(application, agreed=AGREED, *, by):
    return commands.moderate(application, agreed=agreed, by=by, at=NOW)


@pytest.fixture
def application():
    application = submitted()
    parts = [begun(allocated(application)), begun(allocated(application, second_evaluator(application)))]
    finish(parts[0])
    finish(parts[1], **{"method@1": {"score": 1}, "lead": {"passed": False}})
    return fresh(application)


@pytest.fixture
def edwin(application):
    return second_evaluator(application)


BOTH = {**AGREED, "lead": (True, "The deputy is named on page 3.")}


@pytest.mark.django_db
def test_the_agreed_score_applies_and_the_score_from_each_evaluator_is_kept(application, edwin):
    anwar(application)
    moderated = moderate(application, BOTH, by=edwin)
    assert moderated.status == ApplicationStatus.TO_DECIDE
    assert answer_results(moderated)["method@1"] == (3, ("Enough staff, little detail.",))
    assert answer_results(moderated)["lead"] == (True, ("The deputy is named on page 3.",))
    scores = moderated.parts.filter(marks__key="method@1").values_list("marks__score", flat=True)
    assert sorted(scores) == [1, 4]
    assert AgreedMark.objects.filter(by=edwin, agreed_at=NOW).count() == 2
    assert Message.objects.filter(
        subject__startswith="Decide an application", address=anwar(application).email
    ).exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "agreed",
    [
        {},
        AGREED,
        {**BOTH, "method@1": (3, " ")},
        {**BOTH, "method@1": (6, "Too much.")},
        {**BOTH, "lead": (None, "Undecided.")},
    ],
)
def test_evaluators_cannot_agree_a_score_that_is_missing_or_invalid_or_without_a_reason(application, edwin, agreed):
    before = database_rows()
    with pytest.raises(Refused, match="Enter the agreed mark"):
        moderate(application, agreed, by=edwin)
    assert database_rows() == before


@pytest.mark.django_db
def test_scores_that_were_already_equal_do_not_change(application, edwin):
    part = application.parts.get(person=edwin)
    assert part.marks.count() == 2
    moderated = moderate(application, {**BOTH, "contact": (5, "Not asked.")}, by=edwin)
    assert set(answer_results(moderated)) == {"lead", "method@1"}


@pytest.mark.django_db
def test_only_the_applications_evaluators_can_agree_scores(application):
    others = everybody_but(Role.EVALUATOR, provider=application.provider, authority=application.authority)
    another = RoleGrantFactory(organisation=application.authority, role=Role.EVALUATOR, person=UserFactory()).person
    assert_denied(lambda by: moderate(application, BOTH, by=by), [*others, another])


@pytest.mark.django_db
def test_an_evaluator_who_stood_down_cannot_agree_scores(application, edwin):
    third = RoleGrantFactory(organisation=application.authority, role=Role.EVALUATOR, person=UserFactory()).person
    commands.stand_down(allocated(application, third), by=third, at=NOW, interest="A friend works there.")
    assert_denied(lambda by: moderate(application, BOTH, by=by), [third])
    assert moderate(application, BOTH, by=edwin)


@pytest.mark.django_db
def test_an_evaluator_who_now_has_a_role_at_the_provider_cannot_agree_scores(application, edwin):
    RoleGrantFactory(organisation=application.provider, role=Role.PROVIDER_STAFF, person=edwin)
    edwin.forget_roles()
    with pytest.raises(Refused, match="Withdraw from the assessment"):
        moderate(application, BOTH, by=edwin)


@pytest.mark.django_db
def test_scores_cannot_be_agreed_until_every_evaluator_has_finished():
    application = submitted()
    first, _ = begun(allocated(application)), begun(allocated(application, second_evaluator(application)))
    finish(first)
    with pytest.raises(Refused, match="Some evaluators have not submitted their marks"):
        moderate(application, by=first.person)


@pytest.mark.django_db
def test_scores_cannot_be_agreed_once_the_application_awaits_its_decision():
    part = finish(begun())
    with pytest.raises(Refused, match="Awaiting decision"):
        moderate(part.application, by=part.person)


@pytest.mark.django_db
def test_scores_cannot_be_agreed_during_a_clarification():
    part = begun()
    clarifying(part)
    with pytest.raises(Refused, match="Clarification needed"):
        moderate(part.application, by=part.person)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_simultaneous_score_agreements_is_stored(application, edwin):
    edwin.roles_at(application.authority, NOW)
    results = all_at_once(lambda: moderate(application, BOTH, by=edwin), times=4)
    assert (results.count("done"), AgreedMark.objects.count()) == (1, 2)
