"""Tests that exactly the pages in the table ask for the password again."""

import re

import pytest
from django.urls import URLResolver, get_resolver

from calloff.web.session.step_up_verbs import STEP_UP_ROUTES

OURS = ("account:", "provider:", "buyer:", "authority:", "public:")


def views(resolver=None, namespace=""):
    for one in (resolver or get_resolver()).url_patterns:
        if isinstance(one, URLResolver):
            yield from views(one, f"{namespace}{one.namespace}:" if one.namespace else namespace)
        else:
            yield f"{namespace}{one.name}", one.callback


STEPS_UP = {name for name, view in views() if getattr(view, "steps_up", False) and name.startswith(OURS)}


@pytest.mark.parametrize(("act", "routes"), STEP_UP_ROUTES.items())
def test_every_route_in_the_table_asks_for_the_password_again(act, routes):
    assert set(routes) <= STEPS_UP, f"put @step_up above them, or take them from the table: {set(routes) - STEPS_UP}"


def test_every_route_that_asks_for_the_password_again_is_in_the_table():
    named = {route for routes in STEP_UP_ROUTES.values() for route in routes}
    assert named >= STEPS_UP, f"name them in web/session/step_up_verbs.py: {STEPS_UP - named}"


# These routes have similar names, but they do not give a role: people's own invitations and roles, invitations to a
# provider to offer a place, changes and prices, inviting a provider to apply, and an old URL.
NO_APPOINTMENT = re.compile(
    r"account:(invitation.*|role-step-down)|provider:invitation.*|authority:(change|uplift)-approve"
    r"|authority:(nomination-invite|person-appoint)"
)


def test_every_route_for_giving_or_ending_a_role_asks_for_the_password_again():
    named_so = re.compile(r"appoint|invit|approve|role|person-end|team-found")
    found = {name for name, _ in views() if name.startswith(OURS) and named_so.search(name)}
    giving = {name for name in found if not NO_APPOINTMENT.fullmatch(name)}
    assert len(giving) > 20
    assert giving <= STEPS_UP, f"put @step_up above them: {giving - STEPS_UP}"
