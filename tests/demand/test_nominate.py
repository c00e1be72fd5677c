"""Somebody names a provider that is missing; the authority alone sees it."""

import pytest

from calloff.demand.commands import Teller, missing, nominate
from calloff.demand.models import Nomination
from calloff.kernel.states import Refused
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, person


def named(authority, **given):
    given = {
        "name": "Bridge Farm",
        "offers": "Farm days.",
        "email": "farm@example.org",
        "teller": Teller("family"),
    } | given
    return nominate(authority, at=NOW, **given)


def test_only_the_authoritys_overseers_see_it(authority, buyer, ruth, olivia):
    one = named(authority)
    elsewhere = person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())
    assert list(Nomination.objects.visible_to(olivia, NOW)) == [one]
    assert not Nomination.objects.visible_to(ruth, NOW).exists()
    assert not Nomination.objects.visible_to(elsewhere, NOW).exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"email": "", "website": ""}, "website or its email"),
        ({"offers": "  "}, "what it offers"),
        ({"offers": "They had a boy born 3 March 2012"}, "could say who a child is"),
        ({"name": "BN11 1LG"}, "could say who a child is"),
        ({"teller": Teller("robot")}, "who you are"),
    ],
)
def test_refuses_what_nobody_could_follow_up(authority, given, sentence):
    with pytest.raises(Refused, match=sentence):
        named(authority, **given)
    assert not Nomination.objects.exists()


def test_a_flood_is_stopped(authority, monkeypatch):
    monkeypatch.setattr(missing, "A_DAY", 1)
    named(authority)
    with pytest.raises(Refused, match="Try again tomorrow"):
        named(authority)
    named(AuthorityFactory())
