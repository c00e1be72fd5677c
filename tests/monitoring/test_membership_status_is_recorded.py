"""Tests that a command locks the row of a provider before it reads the status, so that it does not miss a
suspension.
"""

from threading import Event, Thread
from time import monotonic, sleep

import pytest
from django.db import connection, transaction

from calloff.buying import commands as buying
from calloff.buying.models import Offer, Order
from calloff.kernel.lifecycles import Refused
from calloff.people.permissions import Role
from calloff.placements import commands as placements
from calloff.referrals import commands as referrals
from calloff.referrals.models import ExpressionOfInterest
from tests.buying.scenario import ordered
from tests.buying.scenario import ready as staffed
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.factories_placements import BudgetFactory
from tests.monitoring.test_suspend import suspended
from tests.placements import scenario
from tests.referrals.scenario import ReferralScenario

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE = 20  # The time is in seconds, and is enough on a slow machine.
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def during_a_suspension(member, command):
    """Start a command during a suspension that is not committed yet.

    Commit the suspension once the command waits for the row.
    """
    told, ready_to_go = [], Event()

    def act():
        ready_to_go.wait(PATIENCE)
        try:
            told.append(command())
        except Refused as refusal:
            told.append(refusal)
        finally:
            connection.close()

    other = Thread(target=act)
    other.start()
    with transaction.atomic():
        suspended(member, by=person(Role.QUALITY_OFFICER, at=member.authority))
        ready_to_go.set()
        until = monotonic() + PATIENCE
        while not _somebody_waits() and other.is_alive():
            assert monotonic() < until, "the command never waited for the row"
            sleep(0.01)
    other.join(PATIENCE)
    return told[0]


def _somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(WAITING)
        return cursor.fetchone()[0] > 0


def refused(answer):
    return isinstance(answer, Refused) and "not taking placements" in str(answer)


def test_a_provider_suspended_while_all_providers_are_being_invited_is_not_asked():
    scene = ReferralScenario()
    draft, member = scene.draft(), scene.members[0]
    during_a_suspension(member, lambda: referrals.ask(draft, by=scene.ruth, at=NOW))
    assert set(ExpressionOfInterest.objects.values_list("provider", flat=True)) == {
        one.provider_id for one in scene.members[1:]
    }


def test_adding_a_provider_to_a_referral_while_it_is_being_suspended_is_refused():
    scene = ReferralScenario()
    asked, member = scene.asked(), scene.members[0]
    ExpressionOfInterest.objects.filter(provider=member.provider).delete()
    answer = during_a_suspension(
        member, lambda: referrals.ask_more(asked, members=[member], by=scene.ruth, at=NOW)
    )  # fmt: skip
    assert refused(answer)
    assert not ExpressionOfInterest.objects.filter(provider=member.provider).exists()


def test_a_reply_during_a_suspension_is_refused():
    scene = ReferralScenario()
    asked, ada = scene.asked(), scene.ada(0)
    answer = during_a_suspension(scene.members[0], lambda: scene.reply(asked, by=ada))
    assert refused(answer)


def test_making_an_offer_during_a_suspension_is_refused():
    scene = ReferralScenario()
    referral = scene.replied()
    answer = during_a_suspension(scene.members[0], lambda: scene.offer(referral))
    assert refused(answer)
    assert not Offer.objects.exists()


def test_confirming_an_offer_during_a_suspension_is_refused():
    offer = scenario.offered()
    ada = scenario.ada(offer)
    answer = during_a_suspension(offer.interest.member, lambda: placements.confirm(offer, by=ada, at=NOW))
    assert refused(answer)


@pytest.mark.parametrize("accepts", [False, True])
def test_sending_and_accepting_an_order_during_a_suspension_are_refused(accepts):
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    member, budget = staffed(school), BudgetFactory(buyer=school)
    ruth, ada = person(Role.AP_LEAD, at=school), person(Role.PROVIDER_LEAD, at=member.provider)
    sent = ordered(member, school, budget=budget, by=ruth) if accepts else None
    answer = during_a_suspension(
        member,
        (lambda: buying.accept(sent, by=ada, at=NOW))
        if accepts
        else (lambda: ordered(member, school, budget=budget, by=ruth)),
    )
    assert refused(answer)
    assert Order.objects.filter(status="accepted").count() == 0
