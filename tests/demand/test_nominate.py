"""Tests for suggesting a provider that is missing. Only people at the authority can see a suggestion."""

from datetime import timedelta

import pytest

from calloff.demand.commands import Reporter, gaps_and_nominations, nominate, set_aside
from calloff.demand.models import Nomination
from calloff.demand.saved_search_alerts import delete_old_emails
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, person


def named(authority, **given):
    given = {
        "name": "Bridge Farm",
        "offers": "Farm days.",
        "email": "farm@example.org",
        "teller": Reporter("family"),
    } | given
    return nominate(authority, at=NOW, **given)


def test_only_officers_who_oversee_unmet_need_in_that_authority_can_see_a_suggestion(authority, buyer, ruth, olivia):
    one = named(authority)
    elsewhere = person(Role.CONTRACTS_OFFICER, at=AuthorityFactory())
    assert list(Nomination.objects.visible_to(olivia, NOW)) == [one]
    assert not Nomination.objects.visible_to(ruth, NOW).exists()
    assert not Nomination.objects.visible_to(elsewhere, NOW).exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"email": "", "website": ""}, "website or email"),
        ({"offers": "  "}, "what the provider offers"),
        ({"offers": "They had a boy born 3 March 2012"}, "could identify a child"),
        ({"name": "BN11 1LG"}, "could identify a child"),
        ({"name": "Acme\n\nVerify at https://acme.example"}, "only the name"),
        ({"name": "Acme www.acme.example"}, "only the name"),
        ({"teller": Reporter("robot")}, "who you are"),
    ],
)
def test_a_suggestion_is_refused_if_no_one_could_follow_it_up(authority, given, sentence):
    with pytest.raises(Refused, match=sentence):
        named(authority, **given)
    assert not Nomination.objects.exists()


def test_the_name_of_a_suggested_provider_must_be_on_one_line(authority):
    with pytest.raises(Refused, match="on one line"):
        named(authority, name=" Acme\r\n\nFarm ")
    assert named(authority, name=" Acme   Farm ").name == "Acme Farm"


def test_the_email_address_in_a_suggestion_is_deleted_a_year_after_it_is_answered(authority, ruth, olivia):
    old, new, waiting = (named(authority, teller=Reporter("school", ruth)) for _ in range(3))
    set_aside(old, reason="It has closed.", by=olivia, at=NOW - timedelta(days=366))
    set_aside(new, reason="It has closed.", by=olivia, at=NOW)
    delete_old_emails(NOW)
    for one in (old, new, waiting):
        one.refresh_from_db()
    assert (old.email, old.person) == ("", None)
    assert new.email == waiting.email == "farm@example.org"


def test_the_number_of_suggestions_a_day_is_limited(authority, monkeypatch):
    monkeypatch.setattr(gaps_and_nominations, "MAX_REPORTS_A_DAY", 1)
    named(authority)
    with pytest.raises(Refused, match="Try again tomorrow"):
        named(authority)
    named(AuthorityFactory())
