from datetime import timedelta

import pytest

from calloff.applications import commands
from calloff.applications.queries import answers_of
from calloff.kernel.lifecycles import EditConflict, Refused
from calloff.people.permissions import Role
from tests.applications.scenario import ada, submitted
from tests.factories import NOW
from tests.factories_markets import MARKET_CLOSES, ApplicationFactory
from tests.unauthorised_users import assert_denied, everybody_but


def discard(application, *, at=NOW, by=None):
    return commands.discard(application, by=by or ada(application), at=at)


def being_changed():
    application = submitted()
    by = ada(application)
    application = commands.amend(application, by=by, at=NOW)
    commands.save_section(application, key="about", answers={"contact": "Ben"}, seen=1, by=by, at=NOW)
    return commands.choose_lots(application, lots=[2], by=by, at=NOW)


@pytest.mark.django_db
def test_cancelling_changes_restores_the_submitted_answers():
    application = discard(being_changed())
    assert not application.amending
    assert (application.lots, application.submitted_at) == ([1], NOW)
    assert answers_of(application) == application.version.answers


@pytest.mark.django_db
def test_a_form_opened_before_the_changes_were_cancelled_is_out_of_date():
    application = being_changed()
    application = commands.amend(discard(application), by=ada(application), at=NOW)
    with pytest.raises(EditConflict):
        commands.save_section(application, key="about", answers={}, seen=2, by=ada(application), at=NOW)


@pytest.mark.django_db
def test_changes_can_be_cancelled_after_the_closing_time():
    assert not discard(being_changed(), at=MARKET_CLOSES + timedelta(days=1)).amending


@pytest.mark.django_db
def test_cancelling_changes_is_refused_if_the_application_is_not_being_amended():
    with pytest.raises(Refused, match="You have no changes to cancel"):
        discard(submitted())
    with pytest.raises(Refused, match="Draft"):
        discard(ApplicationFactory())


@pytest.mark.django_db
def test_only_a_provider_lead_can_cancel_changes():
    application = being_changed()
    others = everybody_but(Role.PROVIDER_LEAD, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: discard(application, by=by), others)
