from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from calloff.applications import commands
from calloff.applications.models import Mark
from calloff.applications.queries import count_scores_given, marks_seen_by
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.applications.scenario import (
    ada,
    allocated,
    anwar,
    begun,
    clarifying,
    finish,
    fresh,
    mark_all,
    second_evaluator,
    submit,
    submitted,
)
from tests.concurrency import all_at_once
from tests.factories import NOW, RoleGrantFactory
from tests.factories_markets import ApplicationFactory
from tests.unauthorised_users import assert_denied, database_rows, everybody_but


def mark(part, key="method@1", *, by=None, at=NOW, reason="Clear and safe.", **value):
    value = value or {"score": 4}
    return commands.mark(part, key=key, by=by or part.person, at=at, reason=reason, **value)


@pytest.mark.django_db
def test_a_score_or_a_pass_mark_is_stored_with_its_reason():
    part = begun()
    assert (mark(part).value, mark(part, "lead", passed=False, reason=" No deputy. ").reason) == (4, "No deputy.")


@pytest.mark.django_db
def test_a_score_can_be_changed_until_the_evaluator_has_finished():
    part = begun()
    mark(part)
    mark(part, score=2, reason="On a second reading.")
    assert list(Mark.objects.values_list("score", "reason")) == [(2, "On a second reading.")]
    finish(part)
    with pytest.raises(Refused):
        mark(part)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("method@1", {"score": 6}),
        ("method@1", {"score": -1}),
        ("method@1", {"passed": True}),
        ("method@1", {"score": 3, "passed": True}),
        ("lead", {"score": 3}),
        ("lead", {"passed": True, "score": 3}),
    ],
)
def test_a_question_accepts_a_score_from_0_to_5_or_a_pass(key, value):
    with pytest.raises(Refused, match="Select"):
        mark(begun(), key, **value)
    assert not Mark.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("reason", ["", "  \n"])
def test_a_score_needs_a_reason(reason):
    with pytest.raises(Refused, match="Enter a reason") as refusal:
        mark(begun(), reason=reason)
    assert refusal.value.problems[0].where == "reason"


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["contact", "method@2", "method", "notice", "nothing"])
def test_scoring_an_answer_that_is_not_scored_is_refused(key):
    with pytest.raises(Refused, match="cannot mark this answer"):
        mark(begun(), key)


@pytest.mark.django_db
def test_an_answer_with_a_discretionary_question_needs_an_evaluators_judgement():
    application = ApplicationFactory()
    section = application.sections.get(key="about")
    section.answers |= {"notice": "yes"}
    section.save()
    part = begun(allocated(submit(application)))
    assert mark(part, "notice", passed=True, reason="Long ago, and put right.").passed


@pytest.mark.django_db
def test_only_the_assigned_evaluator_can_score_an_application():
    part = begun()
    others = everybody_but(Role.EVALUATOR, provider=part.application.provider, authority=part.application.authority)
    assert_denied(lambda by: mark(part, by=by), [*others, second_evaluator(part.application)])


@pytest.mark.django_db
def test_scoring_an_application_before_declaring_interests_is_refused():
    with pytest.raises(Refused):
        mark(allocated())


@pytest.mark.django_db
def test_an_evaluator_who_now_has_a_role_at_the_provider_cannot_score_or_see_scores():
    part = begun()
    mark(part)
    RoleGrantFactory(organisation=part.application.provider, person=part.person, role=Role.PROVIDER_SIGNATORY)
    part.person.forget_roles()
    before = database_rows()
    with pytest.raises(Refused, match="Withdraw from the assessment"):
        mark(part, score=5)
    with pytest.raises(Refused, match="Withdraw from the assessment"):
        commands.finish_marking(part, by=part.person, at=NOW)
    assert database_rows() == before
    assert not marks_seen_by(part.person, part.application).exists()


@pytest.mark.django_db
def test_an_evaluator_with_an_ended_role_cannot_score_an_application():
    part = begun()
    part.person.grants.update(ends_at=NOW + timedelta(hours=1))
    part.person.forget_roles()
    with pytest.raises(PermissionDenied):
        mark(part, at=NOW + timedelta(hours=1))


@pytest.mark.django_db
def test_scoring_uses_the_current_record_and_not_the_page_as_it_was_opened():
    part = begun()
    assert part.application.status  # This reads the status, as a page would.
    commands.withdraw(part.application, by=ada(part.application), at=NOW)
    with pytest.raises(Refused, match="Withdrawn"):
        mark(part)
    with pytest.raises(Refused, match="Withdrawn"):
        commands.finish_marking(part, by=part.person, at=NOW)
    assert not Mark.objects.exists()


@pytest.mark.django_db
def test_scoring_pauses_during_a_clarification():
    part = begun()
    clarifying(part)
    with pytest.raises(Refused, match="Clarification needed"):
        mark(part)


@pytest.mark.django_db
def test_evaluators_cannot_see_each_others_scores_until_they_have_finished():
    application = submitted()
    first = begun(allocated(application))
    second = begun(allocated(application, second_evaluator(application)))
    mark_all(first)
    mark_all(second)
    assert {one.part for one in marks_seen_by(first.person, application)} == {first}
    assert not marks_seen_by(anwar(application), application).exists()
    finish(first)
    assert {one.part for one in marks_seen_by(second.person, application)} == {second}
    assert {one.part for one in marks_seen_by(first.person, application)} == {first}
    assert {one.part for one in marks_seen_by(anwar(application), application)} == {first}
    finish(second)
    for somebody in (first.person, second.person, anwar(application)):
        assert {one.part for one in marks_seen_by(somebody, application)} == {first, second}


@pytest.mark.django_db
def test_the_overview_for_an_evaluator_counts_only_that_evaluators_scores():
    part = begun()
    mark(part)
    assert count_scores_given(part.person, "method", part.authority) == {0: 0, 1: 0, 2: 0, 3: 0, 4: 1, 5: 0}


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_simultaneous_scores_is_stored():
    part = begun()
    part.person.roles_at(part.authority, NOW)
    assert set(all_at_once(lambda: mark(part), times=4)) == {"done"}
    assert Mark.objects.count() == 1
    assert fresh(part).status == "marking"
