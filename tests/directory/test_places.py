"""Tests for commands that take and release places. The last place can be taken only once."""

from datetime import timedelta

import pytest
from django.db import transaction

from calloff.directory.models import Service
from calloff.directory.place_allocation import return_place, take_place
from calloff.history.models import Event
from calloff.history.transitions import as_one_event
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, person
from tests.factories_markets import ServiceFactory

pytestmark = pytest.mark.django_db


def in_an_act(command, service, at=NOW, by=None):
    by = by or person(Role.PROVIDER_LEAD, at=service.provider)
    with as_one_event("confirm", by=by, at=at, acting_for=str(service.provider)):
        return command(service, at=at)


def test_taking_or_releasing_a_place_is_recorded_in_the_history():
    service = ServiceFactory(places=2)
    assert in_an_act(take_place, service, NOW + timedelta(hours=1)).places == 1
    assert Event.objects.latest("pk").changes == {"free places": [2, 1]}
    assert in_an_act(return_place, service).places == 2
    service.refresh_from_db()
    assert (service.places, service.places_at) == (2, NOW)


def test_taking_the_last_place_records_when_it_was_taken():
    service = ServiceFactory(places=1)
    in_an_act(take_place, service, NOW + timedelta(hours=1, minutes=42))
    with pytest.raises(Refused, match=f"The last place at {service} was taken at 10:42am. If you still have a place"):
        in_an_act(take_place, service, NOW + timedelta(hours=2))
    with pytest.raises(Refused, match="was taken at 10:42am on Monday 2 March 2026"):
        in_an_act(take_place, service, NOW + timedelta(days=1))


def test_a_service_that_gives_no_number_of_places_has_none_to_count():
    service = ServiceFactory(places=None, places_at=None)
    assert in_an_act(take_place, service).places is None
    assert in_an_act(return_place, service).places is None


def test_no_child_can_be_placed_at_a_withdrawn_service():
    with pytest.raises(Refused, match="was withdrawn from the directory"):
        in_an_act(take_place, ServiceFactory(withdrawn=True))


def test_a_place_stays_available_if_the_action_is_refused_later():
    service = ServiceFactory(places=1)
    with pytest.raises(Refused), transaction.atomic():
        in_an_act(take_place, service)
        raise Refused("Something else is wrong.")
    assert Service.objects.get(pk=service.pk).places == 1


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_simultaneous_requests_cannot_take_more_places_than_are_available():
    service = ServiceFactory(places=2)
    ada = person(Role.PROVIDER_LEAD, at=service.provider)
    results = all_at_once(lambda: in_an_act(take_place, service, by=ada), times=6)
    assert results.count("done") == 2
    assert Service.objects.get(pk=service.pk).places == 0
