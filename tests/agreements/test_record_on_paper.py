from datetime import date

import pytest
from django.db import IntegrityError

from calloff.agreements import commands, sealed_copy
from calloff.agreements.models import Agreement
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.agreements.scenario import sian
from tests.factories import NOW, AuthorityFactory, ProviderFactory, person
from tests.factories_markets import AgreementFactory
from tests.unauthorised_users import assert_denied, everybody_but


def record(authority, provider, *, by=None):
    return commands.record_on_paper(
        reference="TST-G-0001", authority=authority, provider=provider, title="On paper",
        lots=[{"number": 1, "title": "Tutoring"}], source="The council's guide, page 4",
        by=by or person(Role.CONTRACTS_OFFICER, at=authority), at=NOW,
    )  # fmt: skip


@pytest.mark.postgres15
@pytest.mark.django_db
def test_an_agreement_recorded_on_paper_is_in_force_immediately_and_its_source_is_stored():
    agreement = record(AuthorityFactory(), ProviderFactory())
    assert (agreement.status, agreement.on_paper, agreement.text, agreement.prices) == ("in_force", True, None, [])
    assert agreement.source == "The council's guide, page 4"
    assert Agreement.objects.in_force(date(2026, 3, 2)).get() == agreement
    with pytest.raises(LookupError):
        sealed_copy.make_sealed_copy(agreement, at=NOW)


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_record_an_agreement_on_paper():
    authority, provider = AuthorityFactory(), ProviderFactory()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=provider, authority=authority)
    assert_denied(lambda by: record(authority, provider, by=by), others)


@pytest.mark.django_db
def test_an_agreement_on_paper_cannot_be_signed_online():
    agreement = record(AuthorityFactory(), ProviderFactory())
    with pytest.raises(Refused, match="is not waiting for a signature"):
        commands.send_code(agreement, by=sian(agreement), at=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("traits", [{"on_paper": True}, {"text": None}])
def test_an_agreement_has_either_a_text_or_a_paper_copy_and_never_both(traits):
    with pytest.raises(IntegrityError, match="agreement_pins_a_text_unless_on_paper"):
        AgreementFactory(**traits)
