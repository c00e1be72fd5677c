from datetime import date

import pytest
from django.db import IntegrityError

from calloff.agreements import commands
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.agreements.scenario import sian
from tests.factories import NOW, AuthorityFactory, ProviderFactory, person
from tests.factories_markets import AgreementFactory
from tests.unauthorised_users import assert_denied, everybody_but

LOTS = [{"number": 1, "title": "Tutoring"}]
PRICES = [{"key": "tutoring_hour", "lot": 1, "label": "Tutoring", "unit": "hour", "amount": "35.00", "vat": "exempt"}]


def offer(authority, provider, *, by=None, reference="TST-G-0001", **changes):
    text = commands.keep_text(key="a-text", version=1, title="Agreement", source="Invented", body="1. Be good.")
    terms = {"lots": LOTS, "prices": PRICES, "starts_on": date(2026, 3, 2), "ends_on": date(2028, 8, 31), **changes}
    return commands.offer(
        reference=reference, authority=authority, provider=provider, title="Provider agreement", text=text,
        by=by or person(Role.APPROVER, at=authority), at=NOW, **terms,
    )  # fmt: skip


@pytest.mark.django_db
def test_an_offered_agreement_shows_the_signatory_its_fixed_text_with_the_lots_and_prices():
    agreement = offer(AuthorityFactory(), ProviderFactory())
    assert (agreement.status, agreement.text.version, agreement.offered_at) == ("to_sign", 1, NOW)
    assert (agreement.lots, agreement.prices) == (LOTS, PRICES)
    assert agreement.is_unsigned


@pytest.mark.django_db
def test_only_an_approver_of_the_authority_can_offer_an_agreement():
    authority, provider = AuthorityFactory(), ProviderFactory()
    offer(authority, ProviderFactory(), reference="TST-G-0000")
    others = everybody_but(Role.APPROVER, provider=provider, authority=authority)
    assert_denied(lambda by: offer(authority, provider, by=by), others)


@pytest.mark.django_db
def test_an_agreement_cannot_end_before_its_start_date():
    with pytest.raises(Refused, match="The end date of the agreement must be the same as or after its start date"):
        offer(AuthorityFactory(), ProviderFactory(), ends_on=date(2026, 3, 1))


@pytest.mark.django_db
def test_an_agreement_reference_can_be_used_only_once():
    agreement = AgreementFactory(unsigned=True)
    assert sian(agreement)
    with pytest.raises(IntegrityError, match="reference"):
        offer(agreement.authority, agreement.provider, reference=agreement.reference)
