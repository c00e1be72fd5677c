"""Tests for an officer who has a conflict of interest.

The application stays in the list, and colleagues can take it over.
"""

import pytest
from django.urls import reverse

from calloff.applications import queries
from calloff.applications.models import Application
from calloff.applications.states import ApplicationStatus
from calloff.kernel.lifecycles import Refused
from calloff.members.commands import decide
from calloff.members.lot_decision import LotDecision
from calloff.people.permissions import Role
from tests.factories import NOW, RoleGrantFactory, UserFactory, person
from tests.factories_markets import ApplicationFactory, EvaluatorAssignmentFactory
from tests.web.authority.test_application_flow import words
from tests.web.sign_in import browser

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_second_factor(settings):
    settings.DEMONSTRATION = True


@pytest.fixture
def application():
    made = ApplicationFactory(status=ApplicationStatus.TO_DECIDE, assessment_began_at=NOW)
    EvaluatorAssignmentFactory(application=made, finished=True)
    return made


@pytest.fixture
def anwar(application):
    """Return an approver at the council who now also has a role at the provider that applies."""
    anwar = person(Role.APPROVER, at=application.authority)
    RoleGrantFactory(person=anwar, organisation=application.provider, role=Role.PROVIDER_STAFF)
    anwar.forget_roles()
    return anwar


def at(application, route="application"):
    return reverse(f"authority:{route}", args=[application.authority.slug, application.reference])


def test_an_application_that_the_officer_has_a_conflict_with_stays_in_the_queue(application, anwar):
    page = words(browser(anwar).get(reverse("authority:applications", args=[application.authority.slug])))
    assert application.reference in page
    assert "You have a conflict of interest" in page


def test_the_page_of_an_application_with_a_conflict_of_interest_shows_who_can_take_over(application, anwar):
    priya = UserFactory(name="Priya")
    RoleGrantFactory(person=priya, organisation=application.authority, role=Role.APPROVER)
    answer = browser(anwar).get(at(application))
    assert answer.status_code == 403
    assert f"You act for {application.provider}" in words(answer)
    assert "Priya can take over from you." in words(answer)


def test_the_page_says_what_to_do_if_no_colleague_can_take_over(application, anwar):
    assert "Ask an administrator there to invite another approver" in words(browser(anwar).get(at(application)))


@pytest.mark.parametrize("part", ["-marks", "-submitted", "-history", "-decide"])
def test_an_officer_with_a_conflict_of_interest_cannot_read_colleagues_notes(application, anwar, part):
    answer = browser(anwar).get(at(application, f"application{part}"))
    assert answer.status_code == 403
    assert "conflict of interest" in words(answer)


def test_an_officer_with_a_conflict_of_interest_cannot_decide_by_any_route(application, anwar):
    outcomes = [LotDecision(number, True, "All is met.") for number in application.lots]
    with pytest.raises(Refused, match="someone else must decide"):
        decide(application, outcomes=outcomes, by=anwar, at=NOW)


def test_a_colleague_without_a_conflict_of_interest_can_see_the_whole_application(application, anwar):
    priya = UserFactory(name="Priya")
    RoleGrantFactory(person=priya, organisation=application.authority, role=Role.APPROVER)
    seen = Application.objects.all().received_by(priya, NOW).get()
    assert not seen.conflicted
    assert browser(priya).get(at(application)).status_code == 200
    assert queries.who_takes_over(application, person=anwar, at=NOW) == ["Priya"]
