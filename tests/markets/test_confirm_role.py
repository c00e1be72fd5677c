"""Tests that some roles in one market need a second person.

These roles make decisions, show who children are, or give access to others.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from calloff.applications.models import Application
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.markets import commands, queries
from calloff.markets.models import MarketGrant
from calloff.outbox.models import Message
from calloff.people.models import RoleGrant
from calloff.people.permissions import AUTHORITY_ROLES, Can, Role, needs_two_people
from tests.applications.scenario import submitted
from tests.concurrency import all_at_once
from tests.factories import NOW, ProviderFactory, RoleGrantFactory, UserFactory, person
from tests.factories_markets import MarketFactory
from tests.markets.scenario import caseworker, olivia
from tests.unauthorised_users import assert_denied, database_rows, everybody_but

LATER = NOW + timedelta(days=1)
WEEK = timedelta(days=7)


def maud(market):
    """Return the people administrator of the authority, who can confirm as the second person."""
    return person(Role.ADMINISTRATOR, at=market.authority)


def proposed(market=None, *, role=Role.APPROVER, who=None, by=None, at=NOW):
    market = market or MarketFactory()
    maud(market)
    by = by or olivia(market.authority)
    return commands.appoint(market, who or caseworker(market.authority), role=role, by=by, at=at)


def confirm(grant, *, by=None, at=LATER):
    return commands.confirm_role(grant, by=by or maud(grant.market), at=at)


def withdraw(grant, *, by=None, at=LATER):
    return commands.withdraw_role(grant, by=by or maud(grant.market), at=at)


def subjects_to(reader):
    return list(Message.objects.filter(address=reader.email).order_by("pk").values_list("subject", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("role", [role for role in AUTHORITY_ROLES if needs_two_people(role)])
def test_a_role_that_needs_two_people_gives_no_access_until_an_administrator_confirms_it(role):
    application = submitted()
    grant = proposed(application.market, role=role)
    assert (grant.starts_at, grant.needs_confirmation) == (None, True)
    assert not any(grant.market.also_permits(can, grant.person, LATER) for can in Can)
    assert not Application.objects.visible_to(grant.person, LATER).exists()
    assert not queries.roles_in(grant.market, LATER).exists()
    assert subjects_to(grant.person) == []
    assert subjects_to(maud(grant.market)) == [f"Confirm or withdraw a role in {grant.market.code}"]
    assert Event.objects.latest("pk").verb == "propose_role"


@pytest.mark.django_db
def test_a_confirmed_role_starts_when_it_is_confirmed_and_both_colleagues_get_an_email():
    grant = confirm(proposed())
    assert (grant.starts_at, grant.confirmed_at, grant.confirmed_by) == (LATER, LATER, maud(grant.market))
    allowed = {"organisation": grant.authority, "record": grant.market}
    assert grant.person.can(Can.DECIDE, at=LATER, **allowed)
    assert not grant.person.can(Can.DECIDE, at=LATER - timedelta(microseconds=1), **allowed)
    assert subjects_to(grant.person) == [f"You have a new role in {grant.market.code}"]
    assert subjects_to(grant.given_by) == [f"Role in {grant.market.code} confirmed"]
    assert list(queries.roles_in(grant.market, LATER)) == [grant]
    assert not queries.roles_to_confirm(grant.market).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.EVALUATOR, Role.QUALITY_OFFICER])
def test_a_role_that_does_not_need_two_people_starts_immediately(role):
    grant = proposed(role=role)
    assert (grant.starts_at, grant.alone) == (NOW, False)
    with pytest.raises(Refused, match="already been confirmed"):
        confirm(grant)


@pytest.mark.django_db
def test_a_sole_people_administrator_can_give_the_role_alone_and_the_list_shows_that():
    market = MarketFactory()
    grant = commands.appoint(
        market, caseworker(market.authority), role=Role.APPROVER, by=olivia(market.authority), at=NOW
    )
    assert (grant.starts_at, grant.alone, grant.confirmed_by) == (NOW, True, None)


@pytest.mark.django_db
def test_no_one_can_give_the_role_alone_in_the_week_after_the_other_administrator_left():
    market = MarketFactory()
    by, lena = olivia(market.authority), caseworker(market.authority)
    RoleGrant.objects.filter(person=maud(market)).update(ends_at=NOW - timedelta(hours=1))
    before = database_rows()
    free = NOW - timedelta(hours=1) + WEEK
    for at in (NOW, free - timedelta(microseconds=1)):
        with pytest.raises(Refused, match="a week after the last of the other administrators"):
            commands.appoint(market, lena, role=Role.APPROVER, by=by, at=at)
    assert database_rows() == before
    assert commands.appoint(market, lena, role=Role.EVALUATOR, by=by, at=NOW).starts_at == NOW
    assert commands.appoint(market, lena, role=Role.APPROVER, by=by, at=free).alone


@pytest.mark.django_db
def test_a_person_cannot_confirm_a_role_that_they_gave_or_received():
    market = MarketFactory()
    second, both = maud(market), UserFactory(name="Both")
    for role in (Role.ADMINISTRATOR, Role.CONTRACTS_OFFICER):
        RoleGrantFactory(person=both, organisation=market.authority, role=role)
    grant = proposed(market, by=both)
    assert_denied(lambda by: confirm(grant, by=by), [both])
    to_both = proposed(market, who=both)
    with pytest.raises(Refused, match="cannot confirm your own role"):
        confirm(to_both, by=both)
    assert confirm(to_both, by=second).starts_at == LATER


@pytest.mark.django_db
def test_two_accounts_that_share_a_mailbox_count_as_one_person():
    grant = proposed()
    second = maud(grant.market)
    name, _, host = grant.given_by.email.partition("@")
    type(second).objects.filter(pk=second.pk).update(email=f"{name}+second@{host}")
    second.refresh_from_db()
    assert_denied(lambda by: confirm(grant, by=by), [second])


@pytest.mark.django_db
def test_only_the_authoritys_people_administrators_can_confirm_a_role():
    grant = proposed()
    others = everybody_but(Role.ADMINISTRATOR, provider=ProviderFactory(), authority=grant.authority)
    assert_denied(lambda by: confirm(grant, by=by), others)


@pytest.mark.django_db
def test_a_people_administrator_for_one_market_only_cannot_confirm_a_role():
    first = proposed(role=Role.ADMINISTRATOR)
    lent = confirm(first).person
    second = proposed(first.market, who=caseworker(first.authority, "Mina"))
    assert_denied(lambda by: confirm(second, by=by), [lent])


@pytest.mark.django_db
def test_only_people_who_can_give_roles_can_withdraw_a_role_awaiting_confirmation():
    grant = proposed()
    rightful = (Role.ADMINISTRATOR, Role.CONTRACTS_OFFICER)
    others = everybody_but(*rightful, provider=ProviderFactory(), authority=grant.authority)
    assert_denied(lambda by: withdraw(grant, by=by), others)


@pytest.mark.django_db
def test_a_withdrawn_role_cannot_be_confirmed_but_can_be_given_again():
    grant = withdraw(proposed())
    assert (grant.starts_at, grant.ends_at) == (None, LATER)
    assert subjects_to(grant.given_by) == [f"Role in {grant.market.code} withdrawn"]
    for command in (confirm, withdraw):
        with pytest.raises(Refused, match="was withdrawn"):
            command(grant)
    assert proposed(grant.market, who=grant.person, at=LATER).needs_confirmation


@pytest.mark.django_db
def test_a_role_that_awaits_confirmation_cannot_be_given_again_or_ended():
    grant = proposed()
    with pytest.raises(Refused, match="already been proposed"):
        proposed(grant.market, who=grant.person)
    with pytest.raises(Refused, match="has not started"):
        commands.end_role(grant, by=olivia(grant.authority), at=LATER)
    with pytest.raises(Refused, match="has already been confirmed"):
        withdraw(confirm(grant))


@pytest.mark.django_db
def test_a_role_can_be_confirmed_only_within_14_days():
    grant = proposed()
    last = grant.confirm_before - timedelta(microseconds=1)
    before = database_rows()
    with pytest.raises(Refused, match="has expired"):
        confirm(grant, at=grant.confirm_before)
    assert database_rows() == before
    assert timedelta(days=14) < grant.confirm_before - NOW <= timedelta(days=15)
    assert confirm(grant, at=last).starts_at == last


@pytest.mark.django_db
def test_a_role_cannot_be_confirmed_after_the_person_who_gave_or_received_it_has_left():
    grant = proposed()
    giving = RoleGrant.objects.get(person=grant.given_by)
    lent = RoleGrant.objects.get(person=grant.person)
    for left, words in ((giving, "can no longer give roles"), (lent, "no longer has a role")):
        RoleGrant.objects.filter(pk=left.pk).update(ends_at=LATER)
        with pytest.raises(Refused, match=words):
            confirm(grant)
        RoleGrant.objects.filter(pk=left.pk).update(ends_at=None)
    assert confirm(grant)


@pytest.mark.django_db
def test_one_person_can_end_a_role_that_needs_two_people_to_give():
    grant = confirm(proposed())
    ended = commands.end_role(grant, by=olivia(grant.authority), at=LATER + timedelta(hours=1))
    assert not queries.roles_in(grant.market, ended.ends_at).exists()


@pytest.mark.django_db
def test_the_database_requires_a_role_to_be_confirmed_by_a_different_person():
    grant = proposed()
    for fields in (
        {"confirmed_by": grant.given_by, "confirmed_at": LATER, "starts_at": LATER},
        {"confirmed_by": grant.person, "confirmed_at": LATER, "starts_at": LATER},
        {"starts_at": LATER, "confirmed_at": LATER},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            MarketGrant.objects.filter(pk=grant.pk).update(**fields)


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_role_confirmations_succeeds():
    grant = proposed()
    by = maud(grant.market)
    by.roles_at(grant.authority, NOW)
    assert all_at_once(lambda: confirm(grant, by=by), times=4).count("done") == 1
    assert Message.objects.filter(address=grant.person.email).count() == 1


@pytest.mark.django_db
def test_a_second_person_whose_role_has_ended_cannot_confirm_a_role():
    grant = proposed()
    second = maud(grant.market)
    RoleGrant.objects.filter(person=second).update(ends_at=LATER)
    second.forget_roles()
    assert_denied(lambda by: confirm(grant, by=by), [second])
