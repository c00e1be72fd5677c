"""Tests for countersigning, after which the buyer can ask providers and the earlier agreement is superseded."""

from datetime import timedelta

import pytest

from calloff.agreements.models import Agreement, Signature, SigningCode
from calloff.agreements.states import AgreementStatus
from calloff.history.models import Event, EventSubject
from calloff.kernel.lifecycles import Refused
from calloff.partners import commands
from calloff.partners.buying_eligibility import BuyingStandingWord, buying_standing, require_binding
from calloff.partners.models import SchoolCoverage
from calloff.people.permissions import Role
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, RoleGrantFactory
from tests.partners.scenario import (
    OLIVIA,
    TRUST,
    binding,
    code_for,
    countersign,
    market,
    olivia,
    registered,
    school,
    signed,
    taken_up,
)
from tests.unauthorised_users import assert_denied, database_rows, everybody_but

pytestmark = pytest.mark.django_db


def test_countersigning_puts_the_agreement_in_force_and_stores_its_sealed_copy():
    buyer, one = school(), market()
    made = binding(buyer, one)
    assert made.agreement.status == AgreementStatus.IN_FORCE
    assert made.agreement.paper.name == f"{made.agreement.reference}.pdf"
    assert set(Signature.objects.values_list("side", flat=True)) == {"buyer", "authority"}
    assert SchoolCoverage.objects.get().standing == SchoolCoverage.Standing.BINDING
    assert buying_standing(buyer, one, at=NOW).word == BuyingStandingWord.SIGNED
    require_binding(buyer, one, at=NOW)


def test_only_a_contracts_officer_of_the_authority_can_countersign_a_partnership_agreement():
    buyer, one = school(), market()
    made = signed(buyer, one)
    code = code_for(made.agreement, olivia(one.authority))
    others = everybody_but(Role.CONTRACTS_OFFICER, buyer=buyer, authority=one.authority)
    assert_denied(lambda by: countersign(made, by=by, code=code), others)


def test_countersigning_a_partnership_agreement_is_refused_before_the_school_has_signed():
    made = taken_up(school(), market())
    with pytest.raises(Refused, match="Awaiting signature"):
        countersign(made, code="123456")


def test_a_person_at_the_school_cannot_countersign_for_the_authority():
    buyer, one = school(), market()
    made = signed(buyer, one)
    both = RoleGrantFactory(organisation=buyer, role=Role.FINANCE, person=olivia(one.authority)).person
    both.forget_roles()
    with pytest.raises(Refused, match="someone else must countersign"):
        countersign(made, by=both, code="123456")


def test_a_renewal_supersedes_the_earlier_agreement_in_the_same_event():
    buyer, one = school(), market()
    first = binding(buyer, one)
    later = NOW + timedelta(days=1000)
    second = signed(buyer, one, at=later)
    assert buying_standing(buyer, one, at=later).agreement == first.agreement
    countersign(second, at=later)
    first.agreement.refresh_from_db()
    assert first.agreement.status == AgreementStatus.SUPERSEDED
    assert first.covers.get().standing == SchoolCoverage.Standing.PAST
    assert buying_standing(buyer, one, at=later).agreement == second.agreement
    act = Event.objects.filter(verb="countersign").latest("pk")
    assert set(EventSubject.objects.filter(event=act).values_list("verb", flat=True)) == {"bind", "supersede"}


def test_an_earlier_trust_agreement_stays_in_force_for_its_other_schools():
    authority = AuthorityFactory(la_code="938")
    one = market(authority)
    first = school(trust="The Am Vale Trust", host=authority)
    registered(138002, "Ambridge Primary", trust="The Am Vale Trust")
    trust = binding(first, one, **TRUST, schools=[138002])
    other = trust.covers.exclude(buyer=first).get().buyer
    own = binding(other, one)
    trust.agreement.refresh_from_db()
    assert trust.agreement.status == AgreementStatus.IN_FORCE
    assert buying_standing(first, one, at=NOW).agreement == trust.agreement
    assert buying_standing(other, one, at=NOW).agreement == own.agreement


def test_an_agreement_signed_by_a_trust_covers_each_of_its_listed_schools():
    authority = AuthorityFactory(la_code="938")
    one = market(authority)
    first = school(trust="The Am Vale Trust", host=authority)
    registered(138002, "Ambridge Primary", trust="The Am Vale Trust")
    made = signed(first, one, **TRUST, schools=[138002])
    listed = made.covers.exclude(buyer=first).get().buyer
    with pytest.raises(Refused):
        require_binding(listed, one, at=NOW)
    countersign(made)
    require_binding(listed, one, at=NOW)


def test_a_wrong_code_is_counted_without_changing_anything_else():
    made = signed(school(), market())
    code_for(made.agreement, olivia(made.authority))
    with pytest.raises(Refused, match="code is wrong"):
        commands.countersign(made, by=olivia(made.authority), at=NOW, code="wrong", **OLIVIA)
    assert SigningCode.objects.get(used_at=None).attempts == 1
    assert Agreement.objects.get(pk=made.agreement.pk).status == AgreementStatus.TO_COUNTERSIGN


def test_nothing_is_signed_if_any_step_of_countersigning_fails(monkeypatch):
    made = signed(school(), market())
    code = code_for(made.agreement, olivia(made.authority))
    before = database_rows()
    monkeypatch.setattr("calloff.partners.commands.partnership_agreements.make_binding", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        countersign(made, code=code)
    after = database_rows()
    assert {table for table in after if after[table] != before[table]} <= {"agreements_signingcode"}


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_several_simultaneous_countersignatures_is_stored():
    made = signed(school(), market())
    by = olivia(made.authority)
    code = code_for(made.agreement, by)
    results = all_at_once(lambda: commands.countersign(made, by=by, at=NOW, code=code, **OLIVIA), times=5)
    assert results.count("done") == 1
    assert Signature.objects.filter(side="authority").count() == 1
