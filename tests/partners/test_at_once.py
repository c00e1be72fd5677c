"""Tests for ending an agreement while its school is asking providers. The school's request is first, or is refused."""

import threading
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.db.transaction import TransactionManagementError

from calloff.buying import commands as buying
from calloff.history.models import EventSubject
from calloff.kernel.lifecycles import Refused
from calloff.partners import commands as partners
from calloff.partners.buying_eligibility import require_binding
from calloff.people.permissions import Role
from calloff.placements import commands as placements
from calloff.placements.models import Placement
from calloff.referrals import commands as referrals
from calloff.referrals.models import Referral
from tests.buying.scenario import ordered
from tests.buying.scenario import ready as staffed
from tests.concurrency import all_at_once
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.factories_placements import BudgetFactory, PartnershipFactory
from tests.placements import scenario
from tests.referrals.scenario import ReferralScenario

pytestmark = pytest.mark.django_db(transaction=True)
WHY = "The school has closed its provision."


class Case:
    """A command that asks providers or buys something, ready to run, with the agreement that it needs."""

    def __init__(self, partnership, act, record):
        self.partnership, self.act, self.record = partnership, act, record
        self.olivia = person(Role.CONTRACTS_OFFICER, at=partnership.authority)

    def end(self):
        partners.dissolve(self.partnership, reason=WHY, by=self.olivia, at=NOW)


def begin():
    scene = ReferralScenario()
    return Case(scene.partnership, lambda: referrals.begin(scene.pupil, scene.lot, by=scene.ruth, at=NOW), Referral)


def ask():
    scene = ReferralScenario()
    draft = scene.draft()
    return Case(scene.partnership, lambda: referrals.ask(draft, by=scene.ruth, at=NOW), Referral)


def ask_more():
    scene = ReferralScenario(providers=2)
    asked = scene.asked()
    later = asked.reply_by.replace(day=20)
    return Case(
        scene.partnership, lambda: referrals.ask_more(asked, reply_by=later, by=scene.ruth, at=NOW), Referral
    )  # fmt: skip


def offer():
    scene = ReferralScenario()
    interest = scene.interest(scene.replied(), 0)
    given = {"reason": "The closest fit.", "confirm_by": NOW.replace(day=9), "by": scene.ruth, "at": NOW}
    return Case(scene.partnership, lambda: buying.offer(interest, **given), Referral)


def order():
    school = SchoolOrganisationFactory(host=AuthorityFactory())
    member, budget = staffed(school), BudgetFactory(buyer=school)
    ruth = person(Role.AP_LEAD, at=school)
    found = PartnershipFactory._meta.model.objects.filter(market=member.market, covers__buyer=school).first()
    return Case(
        found or PartnershipFactory(market=member.market, buyer=school),
        lambda: ordered(member, school, budget=budget, by=ruth), None,
    )  # fmt: skip


def draw_up():
    placement = scenario.checked()
    drawn, ruth = scenario.draft(placement), scenario.ruth(placement)
    act = lambda: placements.draw_up(placement, drawn=drawn, by=ruth, at=NOW)  # noqa: E731
    return Case(_of(placement), act, Placement)


def agree():
    placement = scenario.signed()
    helen, budget = scenario.helen(placement), BudgetFactory(buyer=placement.buyer)
    code = scenario.code_for(placement.agreement, helen)
    return Case(_of(placement), lambda: scenario.agree(placement, budget=budget, by=helen, code=code), Placement)


def _of(placement):
    return PartnershipFactory._meta.model.objects.get(covers__buyer=placement.buyer, market=placement.market)


CASES = [begin, ask, ask_more, offer, order, draw_up, agree]


@contextmanager
def under_way(act):
    """Run a command in a transaction that stays open during the block and is then committed."""
    done, go_on = threading.Event(), threading.Event()

    def run():
        try:
            with transaction.atomic():
                act()
                done.set()
                go_on.wait(20)
        finally:
            done.set()
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    assert done.wait(20)
    try:
        yield go_on
    finally:
        go_on.set()
        thread.join()


def behind(first, second):
    """Run one command while the transaction of another command is open.

    Returns the result of the second command, and whether it had to wait.
    """
    told, waited = [], []

    def run():
        try:
            second()
            told.append("done")
        except Refused as refusal:
            told.append(str(refusal))
        finally:
            connection.close()

    with under_way(first) as go_on:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join(0.4)
        waited.append(thread.is_alive())
        go_on.set()
        thread.join(20)
    return told, waited[0]


@pytest.mark.postgres15
@pytest.mark.parametrize("case", CASES)
def test_no_one_can_ask_providers_under_an_agreement_that_is_being_ended(settings, tmp_path, case):
    settings.FILES = tmp_path / "files"
    one = case()
    [told], waited = behind(one.end, one.act)
    assert waited, "it looked at an agreement that was being ended"
    assert "Partnership Agreement" in told


@pytest.mark.postgres15
@pytest.mark.parametrize("case", CASES)
def test_a_request_sent_before_the_agreement_ended_remains_valid(settings, tmp_path, case):
    settings.FILES = tmp_path / "files"
    one = case()
    [told], waited = behind(one.act, one.end)
    assert (told, waited) == ("done", True)
    one.partnership.agreement.refresh_from_db()
    assert one.partnership.agreement.status == "ended"
    with pytest.raises(Refused):
        one.act()


@pytest.mark.postgres15
def test_asking_providers_and_ending_the_agreement_at_the_same_moment_happen_one_after_the_other():
    one = ask()
    acts = iter([one.act, one.end])
    results = all_at_once(lambda: next(acts)(), times=2)  # noqa: PLW0108  (each thread takes a different action)
    verbs = list(
        EventSubject.objects.filter(verb__in=["ask", "dissolve"]).order_by("event").values_list("verb", flat=True)
    )
    assert "dissolve" in verbs
    assert ("ask" in verbs) == (results == ["done", "done"])
    assert Referral.objects.get().status == ("asking" if "ask" in verbs else "draft")


@pytest.mark.postgres15
def test_asking_providers_outside_a_transaction_raises_an_error():
    scene = ReferralScenario()
    with pytest.raises(TransactionManagementError, match="needs a transaction"):
        require_binding(scene.school, scene.market, at=NOW)
    with transaction.atomic():
        require_binding(scene.school, scene.market, at=NOW)
