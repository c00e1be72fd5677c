"""Tests for Dorset's framework and West Sussex's DPS, which differ only in their packs and rulesets.

Both use the same commands. In Dorset, a school orders staff hours at the fixed price without naming a child, and a
team buys a place for a child whom it names. West Sussex's price lists contain no staff hours, so every purchase there
needs a referral.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from calloff.buying import commands as buying
from calloff.buying.models import Commitment
from calloff.kernel.lifecycles import Refused
from calloff.markets.packs.loader import read_pack
from calloff.markets.packs.schema import DemonstrationTerm
from calloff.monitoring import commands as monitoring
from calloff.monitoring.models import SuspensionNotice
from calloff.people.permissions import Role
from calloff.placements import commands as placements
from calloff.placements.models import Placement
from calloff.pupils.models import DisclosureGrant, Pupil
from calloff.pupils.models import RecordAccess as Reading
from calloff.referrals import commands as referrals
from calloff.referrals.commands.replies import InterestReply
from calloff.referrals.models import ExpressionOfInterest
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, TeamFactory, person
from tests.factories_markets import AgreementFactory, MemberFactory, PriceFactory, ServiceFactory, lot
from tests.factories_placements import BudgetFactory, PartnershipFactory, PupilFactory, SchoolTermFactory
from tests.markets.scenario import decided_in_time, opened
from tests.placements import scenario
from tests.referrals.scenario import DRAFT_BASIS, DRAFT_PICTURE, DRAFT_WANTED, DRAFT_WHO, REPLY_BY
from tests.timetables import week

pytestmark = pytest.mark.django_db
BEGAN = NOW.replace(year=2025, month=9, day=1)
ASSISTANT = {"key": "assistant_hour", "lot": 4, "label": "A teaching assistant at the school", "unit": "hour",
             "amount": "19.35", "vat": "exempt"}  # fmt: skip
TERM = DemonstrationTerm(opens_on=date(2025, 9, 1), closes_on=date(2027, 8, 31), starts_on=date(2025, 9, 1),
                         ends_on=date(2028, 8, 31), note="Invented for tests.")  # fmt: skip


@pytest.fixture(autouse=True)
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"


@pytest.fixture(autouse=True)
def _terms(db):
    for code in ("838", "938"):
        SchoolTermFactory(la_code=code)


def market_of(folder, la_code):
    """Return a market from its real pack, which commands load and open, with dates that suit the tests."""
    authority = AuthorityFactory(la_code=la_code)
    pack = read_pack(settings.BASE_DIR / "packs" / folder).model_copy(update={"demonstration_term": TERM})
    if pack.term is not None:
        pack = pack.model_copy(update={"term": None})
    return opened(at=BEGAN, made=decided_in_time(pack), authority=authority, justification="As the report says.")


def dorset():
    return market_of("dorset-ap", "838")


def member_of(market, number, *prices):
    agreement = AgreementFactory(
        authority=market.authority, prices=list(prices), starts_on=date(2025, 9, 1), ends_on=date(2028, 8, 31)
    )
    return MemberFactory(market=market, lot=lot(market, number), agreement=agreement, provider=agreement.provider)


def order(member, buyer, by, **changes):
    wanted = {
        "line": "assistant_hour", "quantity": Decimal("7.5"), "what": "A teaching assistant in year 9.",
        "reason": "All terms are set, and they know our rooms.", "starts_on": date(2026, 3, 9),
        "ends_on": date(2026, 3, 27), "purchase_order": "PO-7", "budget": BudgetFactory(buyer=buyer),
    }  # fmt: skip
    return buying.order(buyer, member=member, by=by, at=NOW, **(wanted | changes))


def test_a_dorset_school_can_order_staff_hours_without_a_named_child():
    member = member_of(dorset(), 4, ASSISTANT)
    school = SchoolOrganisationFactory(host=member.authority)
    PartnershipFactory(buyer=school, market=member.market)
    made = order(member, school, person(Role.AP_LEAD, at=school))
    assert (made.reference, made.total) == ("DAP-O-0001", Decimal("145.13"))
    made = buying.accept(made, by=person(Role.PROVIDER_LEAD, at=member.provider), at=NOW)
    later = NOW + timedelta(days=20)
    buying.record_delivery(made, delivered=Decimal(7), by=person(Role.AP_LEAD, at=school), at=later)
    assert Commitment.objects.get().released == Decimal("9.68")
    for room in (Pupil, DisclosureGrant, Reading, Placement):
        assert not room.objects.exists(), "the pupil and disclosure steps are absent"


def test_a_direct_call_off_in_dorset_needs_a_reason():
    member = member_of(dorset(), 4, ASSISTANT)
    team = TeamFactory(host=member.authority)
    cora = person(Role.COMMISSIONER, at=team)
    with pytest.raises(Refused, match=r"needs a reason \(PCR 2015 reg 33"):
        order(member, team, cora, reason="")


@pytest.mark.parametrize(
    ("folder", "words"),
    [
        (
            "west-sussex-iap",
            "send providers a referral instead",
        ),  # These prices are for children who are named.
        ("west-sussex-facs", "This market’s rules do not allow direct call-offs"),  # These prices are not known.
    ],
)
def test_direct_call_off_is_refused_in_west_sussex(folder, words):
    member = member_of(market_of(folder, "938"), 1, ASSISTANT | {"lot": 1})
    team = TeamFactory(host=member.authority)
    with pytest.raises(Refused, match=words):
        order(member, team, person(Role.COMMISSIONER, at=team))


@pytest.mark.parametrize(("folder", "la_code", "number"), [("dorset-ap", "838", 1), ("west-sussex-iap", "938", 1)])
def test_a_team_can_buy_a_place_for_a_named_child_in_either_market(folder, la_code, number):
    market = market_of(folder, la_code)
    team = TeamFactory(host=market.authority)
    cora = person(Role.COMMISSIONER, at=team)
    member = member_of(market, number)
    ada = person(Role.PROVIDER_LEAD, at=member.provider)
    service = ServiceFactory(member=member, places=1, places_at=NOW)
    price = PriceFactory(service=service)
    child = PupilFactory(buyer=team)

    referral = referrals.begin(child, lot(market, number), by=cora, at=NOW)
    referral = referrals.amend(
        referral, basis=DRAFT_BASIS, wanted=DRAFT_WANTED, picture=DRAFT_PICTURE, who=DRAFT_WHO, by=cora, at=NOW
    )
    referral = referrals.ask(referral, by=cora, at=NOW)
    interest = ExpressionOfInterest.objects.get(referral=referral)
    reply = InterestReply(
        service=service, price=price, start_on=date(2026, 3, 10), timetable=week("mon", "tue", "wed"),
        message="In a small group.",
    )  # fmt: skip
    referrals.reply(interest, reply=reply, by=ada, at=NOW)
    interest.refresh_from_db()
    offer = buying.offer(
        interest,
        reason="The closest fit.",
        urgent_reason="Now.",
        confirm_by=REPLY_BY + timedelta(days=5),
        by=cora,
        at=NOW,
    )
    placement = placements.confirm(offer, by=ada, at=NOW)
    placement = scenario.signed(scenario.drawn(scenario.make_checks(placement)))
    placement = scenario.agree(placement)
    scenario.mark(placement)
    placement = Placement.objects.get(pk=placement.pk)
    assert (placement.status, placement.buyer, placement.pupil) == ("running", team, child)
    assert placement.reference.startswith(f"{market.code}-L-")
    assert Commitment.objects.get(source=placement.reference).amount == placement.total

    monitoring.suspend(
        member.provider, authority=market.authority, members=[member], clause="2", reason="A concern.",
        review_route="Write to us.", by=person(Role.QUALITY_OFFICER, at=market.authority), at=scenario.on(10),
    )  # fmt: skip
    assert (SuspensionNotice.objects.get().buyer, SuspensionNotice.objects.get().children) == (team, 1)
