"""Tests for dismissing a suggestion, with a reason that people at the authority can read."""

import pytest
from django.core.exceptions import PermissionDenied

from calloff.demand import queries
from calloff.demand.commands import Reporter, nominate, set_aside
from calloff.demand.models import NominationResponse
from calloff.history.models import Event
from calloff.history.record_types import record_type
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, person


@pytest.fixture
def nomination(authority):
    return nominate(authority, name="Farm", offers="Days.", email="f@example.org", teller=Reporter("school"), at=NOW)


def test_a_suggestion_is_dismissed_with_a_reason_which_is_stored_in_the_event(nomination, olivia, authority):
    answer = set_aside(nomination, reason=" Here already. ", by=olivia, at=NOW)
    event = Event.objects.get(verb="set_aside")
    assert (event.reason_type, event.reason_id) == (record_type(answer), answer.pk)
    assert answer.reason == "Here already."
    assert not queries.nominations_of(authority, person=olivia, at=NOW).unanswered().exists()


def test_a_suggestion_can_be_dismissed_only_once_and_only_with_a_reason(nomination, olivia):
    with pytest.raises(Refused, match="reason"):
        set_aside(nomination, reason=" ", by=olivia, at=NOW)
    set_aside(nomination, reason="Here already.", by=olivia, at=NOW)
    with pytest.raises(Refused, match="already been answered"):
        set_aside(nomination, reason="Again.", by=olivia, at=NOW)


def test_only_market_managers_can_dismiss_a_suggestion(nomination, authority):
    with pytest.raises(PermissionDenied):
        set_aside(nomination, reason="No.", by=person(Role.EVALUATOR, at=authority), at=NOW)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_answers_to_a_suggestion_is_stored(nomination, olivia):
    results = all_at_once(lambda: set_aside(nomination, reason="Here already.", by=olivia, at=NOW), 6)
    assert results.count("done") == 1
    assert NominationResponse.objects.count() == 1
