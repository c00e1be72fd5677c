import pytest

from calloff.agreements import commands
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from tests.agreements.scenario import olivia
from tests.factories import NOW
from tests.factories_markets import AgreementFactory
from tests.unauthorised_users import assert_denied, everybody_but


def supersede(agreement, *, by=None):
    return commands.supersede(agreement, by=by or olivia(agreement), at=NOW)


@pytest.mark.django_db
def test_an_agreement_in_force_can_be_replaced_by_a_later_agreement():
    assert supersede(AgreementFactory()).status == "superseded"


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["to_sign", "to_countersign", "superseded", "ended"])
def test_only_an_agreement_in_force_can_be_superseded(status):
    with pytest.raises(Refused, match="You cannot do this now"):
        supersede(AgreementFactory(status=status))


@pytest.mark.django_db
def test_only_a_contracts_officer_of_the_authority_can_supersede_an_agreement():
    agreement = AgreementFactory()
    others = everybody_but(Role.CONTRACTS_OFFICER, provider=agreement.provider, authority=agreement.authority)
    assert_denied(lambda by: supersede(agreement, by=by), others)
