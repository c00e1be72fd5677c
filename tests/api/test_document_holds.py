"""Tests that compare the API with its own OpenAPI document, without a key and with three kinds of key.

Schemathesis generates the requests. The number of examples is limited, so that a run takes only seconds, and every run
uses the same examples. Each operation is first tried alone, with valid and invalid input, and then in chains that
follow links from one response to the next.
"""

from datetime import timedelta

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth

from calloff.api import openapi
from calloff.people.commands import make_key
from calloff.people.models import Scope
from calloff.people.permissions import Role
from calloff.project.wsgi import application
from tests.factories import NOW, SchoolOrganisationFactory, person
from tests.factories_markets import MemberFactory, PriceFactory, ServiceFactory, lot

BOUNDED = hypothesis(
    max_examples=10, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck), stateful_step_count=4,
)  # fmt: skip
WHO = {"everybody": None, "a provider": Role.PROVIDER_LEAD, "a school": Role.HEAD, "the authority": Role.ADMINISTRATOR}


@pytest.fixture(autouse=True)
def _as_often_as_they_like(settings):
    settings.RATE_LIMITS = {"api": (10**6,), "api-of-key": (10**6,)}


@pytest.fixture
def directory(db):
    """Return two services of two providers in the same authority, with prices."""
    service = ServiceFactory(name="Farm mornings")
    market = service.member.market
    PriceFactory(service=service)
    PriceFactory(service=ServiceFactory(member=MemberFactory(market=market, lot=lot(market))))
    return service


@pytest.fixture
def document(directory):
    """Handle requests as a web server does, but do not close the connection of this test, as Django's client also
    does not.
    """
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/openapi.json", application)
    for signal in ends:
        signal.connect(close_old_connections)


def headers_of(who, service):
    role = WHO[who]
    if role is None:
        return {}
    place = {Role.PROVIDER_LEAD: service.provider, Role.ADMINISTRATOR: service.authority}.get(role)
    place = place or SchoolOrganisationFactory()
    scopes = list(Scope) if role == Role.PROVIDER_LEAD else [Scope.PRICES]
    last = (NOW + timedelta(days=30)).date()
    made = make_key(place, name="System", scopes=scopes, expires_on=last, by=person(role, at=place), at=NOW)
    return {"Authorization": f"Bearer {made.token}"}


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize("who", WHO)
def test_each_operation_behaves_as_the_api_document_says(document, directory, who, mode):
    headers, tried = headers_of(who, directory), 0
    for found in document.get_all_operations():
        operation = found.ok()

        @BOUNDED
        @given(case=operation.as_strategy(generation_mode=mode))
        def holds(case):
            nonlocal tried
            tried += 1
            case.call_and_validate(headers=headers, excluded_checks=[ignored_auth])

        holds()
    assert tried > len(openapi.OPERATIONS)


@pytest.mark.parametrize("who", WHO)
def test_responses_reached_by_following_links_match_the_api_document(document, directory, who):
    headers = headers_of(who, directory)

    class Chains(document.as_state_machine()):
        def get_call_kwargs(self, case):
            return {"headers": headers}

        def validate_response(self, response, case, additional_checks=None, **kwargs):
            case.validate_response(response, headers=headers, excluded_checks=[ignored_auth])

    Chains.run(settings=BOUNDED)
