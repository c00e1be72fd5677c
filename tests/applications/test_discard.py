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
def test_the_working_copy_becomes_what_stands():
    application = discard(being_changed())
    assert not application.amending
    assert (application.lots, application.submitted_at) == ([1], NOW)
    assert answers_of(application) == application.version.answers


@pytest.mark.django_db
def test_a_page_that_was_open_meanwhile_is_stale():
    application = being_changed()
    application = commands.amend(discard(application), by=ada(application), at=NOW)
    with pytest.raises(EditConflict):
        commands.save_section(application, key="about", answers={}, seen=2, by=ada(application), at=NOW)


@pytest.mark.django_db
def test_is_allowed_after_the_close_for_what_stands_is_what_counts():
    assert not discard(being_changed(), at=MARKET_CLOSES + timedelta(days=1)).amending


@pytest.mark.django_db
def test_refuses_where_nothing_is_being_changed():
    with pytest.raises(Refused, match="You have no changes to cancel"):
        discard(submitted())
    with pytest.raises(Refused, match="Draft"):
        discard(ApplicationFactory())


@pytest.mark.django_db
def test_only_a_lead_of_the_provider_drops_a_change():
    application = being_changed()
    others = everybody_but(Role.PROVIDER_LEAD, provider=application.provider, authority=application.authority)
    assert_denied(lambda by: discard(application, by=by), others)
