"""A school that can ask providers, a child, and three providers in category 1, for all tests of referrals."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from calloff.buying import commands as buying
from calloff.buying.models import Offer
from calloff.people.permissions import Role
from calloff.referrals import commands
from calloff.referrals.commands.replies import InterestReply
from calloff.referrals.models import EducationBasis, ExpressionOfInterest, Referral
from calloff.referrals.sections import InvitationChoice, LegalBasis, PenPicture, ProvisionWanted
from tests.factories import NOW, AuthorityFactory, SchoolOrganisationFactory, person
from tests.factories_markets import MarketFactory, MemberFactory, PriceFactory, ServiceFactory, lot
from tests.factories_placements import PartnershipFactory, PupilFactory, SchoolTermFactory
from tests.timetables import week

REPLY_BY = NOW + timedelta(days=3)
DRAFT_BASIS = LegalBasis(EducationBasis.SECTION_19, date(2026, 2, 26))
DRAFT_WANTED = ProvisionWanted(
    date(2026, 3, 9), date(2026, 7, 17), Decimal(15), ["Attends every day"], "school", 15, Decimal(600)
)
DRAFT_PICTURE = PenPicture(
    "ks3", ["SEMH", "SLCN"], "K", ["absconding"], "Worthing", "Enjoys animals, and finds large groups hard.", few=True
)
DRAFT_WHO = InvitationChoice(REPLY_BY)


@dataclass
class ReferralScenario:
    """The people in the scenario and their records. Most tests use the provider `members[0]`."""

    changes: dict = field(default_factory=dict)
    providers: int = 3

    def __post_init__(self):
        self.authority = AuthorityFactory(la_code="938")
        SchoolTermFactory(la_code="938")
        self.market = MarketFactory(authority=self.authority, changes=self.changes)
        self.lot = lot(self.market)
        self.school = SchoolOrganisationFactory(host=self.authority)
        self.partnership = PartnershipFactory(market=self.market, buyer=self.school)
        self.pupil = PupilFactory(buyer=self.school)
        self.members = [MemberFactory(market=self.market) for _ in range(self.providers)]
        self.services = [ServiceFactory(member=one, places=2, places_at=NOW) for one in self.members]
        self.prices = [PriceFactory(service=one) for one in self.services]
        self.ruth = person(Role.AP_LEAD, at=self.school)

    def ada(self, number=0):
        return person(Role.PROVIDER_LEAD, at=self.members[number].provider)

    def draft(self, **changes):
        """Return a draft in which every section is complete."""
        made = commands.begin(self.pupil, self.lot, by=self.ruth, at=NOW)
        parts = {"basis": DRAFT_BASIS, "wanted": DRAFT_WANTED, "picture": DRAFT_PICTURE, "who": DRAFT_WHO} | changes
        return commands.amend(made, **parts, by=self.ruth, at=NOW)

    def asked(self, **changes):
        return commands.ask(self.draft(**changes), by=self.ruth, at=NOW)

    def interest(self, referral, number=0):
        return ExpressionOfInterest.objects.get(referral=referral, provider=self.members[number].provider)

    def reply(self, referral, number=0, *, at=NOW, by=None, **changes):
        given = {
            "service": self.services[number], "price": self.prices[number], "start_on": date(2026, 3, 10),
            "timetable": week("mon", "tue", "wed"), "message": "In a small group.",
        }  # fmt: skip
        interest = self.interest(referral, number)
        return commands.reply(interest, reply=InterestReply(**given | changes), by=by or self.ada(number), at=at)

    def replied(self, *numbers, **changes):
        """Return a referral to which some providers have replied that they are interested."""
        referral = self.asked(**changes)
        for number in numbers or range(self.providers):
            self.reply(referral, number)
        return Referral.objects.get(pk=referral.pk)

    def offer(self, referral, number=0, *, by=None, at=NOW, **changes):
        given = {"reason": "The closest fit to the outcomes.", "confirm_by": at + timedelta(days=5)} | changes
        if ExpressionOfInterest.objects.filter(referral=referral, status="asked").exists():
            given.setdefault("urgent_reason", "There is no education this week.")
        return buying.offer(self.interest(referral, number), **given, by=by or self.ruth, at=at)

    def offered(self, number=0, **changes):
        return self.offer(self.replied(**changes), number)

    def confirmed(self, number=0):
        """Return an offer that the provider has confirmed, without what `placements.confirm` does in higher apps."""
        made = self.offered(number)
        return buying.confirm(Offer.objects.get(pk=made.pk), by=self.ada(number), at=NOW)
