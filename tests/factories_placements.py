"""Factories for partnerships, pupils, referrals, offers, budgets, orders and placements, with each of their
statuses.

All people and organisations are invented.
"""

from datetime import date, timedelta
from decimal import Decimal

import factory
import pgtrigger

from calloff.agreements.models import Agreement
from calloff.buying import states as buying
from calloff.buying.models import Budget, Commitment, Offer, Order
from calloff.directory import timetables
from calloff.kernel.codes import SenProvision
from calloff.kernel.references import make_random_reference
from calloff.members.models import Member, Suspension
from calloff.monitoring import states as monitoring
from calloff.monitoring.models import SuspensionNotice
from calloff.partners.models import Partnership, SchoolCoverage
from calloff.people.permissions import Role
from calloff.placements import states as placements
from calloff.placements import weeks
from calloff.placements.models import Placement, PreStartCheck
from calloff.pupils import states as pupils
from calloff.pupils.access import disclosure_closes_at
from calloff.pupils.disclosure_grants import give_disclosure
from calloff.pupils.models import AddressWithholding, ContactAnswer, DisclosureGrant, Pupil, PupilContact, SchoolName
from calloff.pupils.states import DisclosureStage
from calloff.referrals import states as referrals
from calloff.referrals.models import (
    EducationBasis,
    ExpressionOfInterest,
    OfferedSession,
    Referral,
    ReferralQuestion,
    TravelArrangement,
)
from calloff.registers.models import SchoolTerm
from tests.factories import (
    NOW,
    AuthorityFactory,
    DjangoModelFactory,
    ProviderFactory,
    SchoolOrganisationFactory,
    StatusFactory,
    person,
)
from tests.factories_markets import (
    AgreementFactory,
    MarketFactory,
    MemberFactory,
    PriceFactory,
    ServiceFactory,
    set_status,
)
from tests.timetables import week

TODAY = NOW.date()  # Monday 2 March 2026
REPLY_BY = NOW + timedelta(days=3)
LAST_DAY = date(2026, 7, 17)  # This is the last day of the place in requests, agreements and disclosures.
WEEK = week("mon", "tue", "wed")


class SchoolTermFactory(DjangoModelFactory):
    """The second half of the 2026 spring term, which includes NOW."""

    class Meta:
        model = SchoolTerm

    la_code = "938"
    name = "Spring term 2026, second half"
    starts_on = date(2026, 2, 23)
    ends_on = date(2026, 3, 27)


class PartnershipFactory(DjangoModelFactory):
    """A school's Partnership Agreement in force, or one that is unsigned, expired or superseded with a trait."""

    class Meta:
        model = Partnership

    class Params:
        unsigned = factory.Trait(agreement__unsigned=True, standing=SchoolCoverage.Standing.WAITING)
        to_countersign = factory.Trait(agreement__to_countersign=True, standing=SchoolCoverage.Standing.WAITING)
        expired = factory.Trait(agreement__ends_on=date(2026, 3, 1))

    standing = SchoolCoverage.Standing.BINDING
    buyer = factory.SubFactory(SchoolOrganisationFactory)
    market = factory.SubFactory(MarketFactory)
    authority = factory.SelfAttribute("market.authority")
    agreement = factory.SubFactory(
        AgreementFactory,
        kind=Agreement.Kind.PARTNERSHIP,
        authority=factory.SelfAttribute("..authority"),
        provider=None,
        buyer=factory.SelfAttribute("..buyer"),
        title="Partnership Agreement",
    )
    entity = Partnership.Entity.GOVERNING_BODY
    entity_name = "The governing body"
    made_at = NOW

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        buyer, standing = kwargs.pop("buyer"), kwargs.pop("standing")
        made = super()._create(model_class, *args, **kwargs)
        SchoolCoverage.objects.create(
            partnership=made, authority=made.authority, market=made.market, buyer=buyer, standing=standing
        )
        return made


class PupilFactory(StatusFactory):
    class Meta:
        model = Pupil

    buyer = factory.SubFactory(SchoolOrganisationFactory)
    reference = factory.LazyFunction(lambda: make_random_reference("PU", 6))
    given_name = "Jasmine"
    family_name = factory.Sequence("Thistlewood{}".format)
    born_on = date(2012, 5, 14)
    sex = "F"
    address_withheld = AddressWithholding.NO
    year_group = 9
    school_year = 2025
    needs = factory.LazyFunction(lambda: ["SEMH", "SLCN"])
    sen_provision = SenProvision.SUPPORT
    hazards = factory.LazyFunction(lambda: ["absconding"])
    attendance = Decimal("54.5")
    recorded_at = NOW
    changed_at = NOW
    status = pupils.PupilStatus.ON_ROLL


class PupilContactFactory(DjangoModelFactory):
    class Meta:
        model = PupilContact

    pupil = factory.SubFactory(PupilFactory)
    rank = factory.LazyAttribute(lambda made: PupilContact.objects.filter(pupil=made.pupil).count() + 1)
    name = "Marigold Thistlewood"
    relation = "Mother"
    telephone = "01632 960001"
    responsibility = ContactAnswer.YES
    lives_with_child = ContactAnswer.YES
    order = ContactAnswer.NO
    address_withheld = AddressWithholding.NO


def contact(**said):
    """Return the details of a contact for the command. The default is a mother who can be told everything."""
    mother = {
        "name": "Marigold Thistlewood", "relation": "Mother", "telephone": "01632 960001", "responsibility": "yes",
        "lives_with_child": "yes", "order": "no", "address_withheld": "no",
    }  # fmt: skip
    return mother | said


class SchoolNameFactory(StatusFactory):
    class Meta:
        model = SchoolName

    buyer = factory.SubFactory(SchoolOrganisationFactory)
    name = factory.Sequence("The Manor {}".format)
    key = factory.LazyAttribute(lambda made: made.name.lower())
    added_at = NOW
    status = pupils.SchoolNameStatus.CURRENT


class DisclosureGrantFactory(DjangoModelFactory):
    class Meta:
        model = DisclosureGrant

    pupil = factory.SubFactory(PupilFactory)
    needs = "answer_referrals"
    stage = DisclosureStage.OFFERED
    purpose = "To decide whether to confirm the place"
    source = factory.Sequence("TST-R-{:04}".format)
    starts_at = NOW
    last_on = LAST_DAY
    ends_at = disclosure_closes_at(LAST_DAY)
    member = factory.LazyAttribute(
        lambda made: None if made.stage == DisclosureStage.TOLD else membership(made.organisation)
    )


def membership(provider):
    """Return the membership of a provider. Create it if there is none."""
    return Member.objects.filter(provider=provider).order_by("pk").first() or MemberFactory(provider=provider)


def disclose(pupil, *, to, stage, **given):
    """Let a provider see a child, through its membership, until the end of the grace period after LAST_DAY."""
    if stage in {DisclosureStage.OFFERED, DisclosureStage.PLACED} and "member" not in given:
        given["member"] = membership(to)
    if "ends_at" not in given:
        given.setdefault("last_on", LAST_DAY)
    return give_disclosure(pupil, to=to, stage=stage, **given)


class ReferralFactory(StatusFactory):
    """A referral that was sent to providers, or with a trait a draft or a referral at a later stage."""

    class Meta:
        model = Referral

    class Params:
        draft = factory.Trait(status=referrals.ReferralStatus.DRAFT, asked_at=None, reply_by=None)

    market = factory.SubFactory(MarketFactory)
    authority = factory.SelfAttribute("market.authority")
    lot = factory.LazyAttribute(lambda made: made.market.lots.get(number=1))
    buyer = factory.SubFactory(SchoolOrganisationFactory)
    pupil = factory.SubFactory(PupilFactory, buyer=factory.SelfAttribute("..buyer"))
    reference = factory.LazyAttributeSequence(lambda made, n: f"{made.market.code}-R-{n + 1000:04}")
    basis = EducationBasis.SECTION_19
    basis_on = date(2026, 2, 26)
    due_on = date(2026, 3, 6)
    starts_on = date(2026, 3, 9)
    ends_on = date(2026, 7, 17)
    hours = Decimal(15)
    outcomes = factory.LazyFunction(lambda: ["Attends every day", "Passes functional skills English"])
    travel = TravelArrangement.SCHOOL
    miles = 15
    weekly_budget = Decimal(600)
    key_stage = "ks3"
    needs = factory.LazyFunction(lambda: ["SEMH", "SLCN"])
    sen_provision = SenProvision.SUPPORT
    hazards = factory.LazyFunction(lambda: ["absconding"])
    area = "Worthing"
    picture = "A creative young person who enjoys animals and finds large groups hard."
    reply_by = REPLY_BY
    begun_at = NOW
    asked_at = NOW
    status = referrals.ReferralStatus.ASKING


class ExpressionOfInterestFactory(StatusFactory):
    """A provider that was asked and has not replied yet, unless `interested` or a status says otherwise."""

    class Meta:
        model = ExpressionOfInterest

    class Params:
        interested = factory.Trait(
            status=referrals.InterestStatus.INTERESTED,
            answered_at=NOW,
            start_on=date(2026, 3, 9),
            message="A small group with animals.",
            amount=Decimal(45),
            service=factory.SubFactory(
                ServiceFactory, member=factory.SelfAttribute("..member"), places=2, places_at=NOW
            ),
            price=factory.LazyAttribute(lambda made: PriceFactory(service=made.service)),
        )
        offered = factory.Trait(interested=True, status=referrals.InterestStatus.OFFERED)
        confirmed = factory.Trait(interested=True, status=referrals.InterestStatus.CONFIRMED)

    referral = factory.SubFactory(ReferralFactory)
    authority = factory.SelfAttribute("referral.authority")
    buyer = factory.SelfAttribute("referral.buyer")
    member = factory.LazyAttribute(lambda made: MemberFactory(market=made.referral.market, lot=made.referral.lot))
    provider = factory.SelfAttribute("member.provider")
    reference = factory.LazyAttribute(lambda made: make_random_reference(f"{made.referral.market.code}-E"))
    asked_at = NOW
    status = referrals.InterestStatus.ASKED

    @factory.post_generation
    def timetable(made, create, given, **kwargs):
        if made.service_id:
            with pgtrigger.ignore("referrals.OfferedSession:sessions_stay_once_offered"):
                rows = timetables.session_values(WEEK if given is None else given)
                OfferedSession.objects.bulk_create(OfferedSession(interest=made, **row) for row in rows)


class ReferralQuestionFactory(StatusFactory):
    class Meta:
        model = ReferralQuestion

    interest = factory.SubFactory(ExpressionOfInterestFactory)
    referral = factory.SelfAttribute("interest.referral")
    authority = factory.SelfAttribute("referral.authority")
    buyer = factory.SelfAttribute("referral.buyer")
    provider = factory.SelfAttribute("interest.provider")
    text = "Can the young person travel by bus?"
    asked_at = NOW
    status = referrals.ReferralQuestionStatus.ASKED

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        kwargs.pop("interest", None)
        return super()._create(model_class, *args, **kwargs)


class OfferFactory(StatusFactory):
    """A conditional offer that the provider has not answered yet."""

    class Meta:
        model = Offer

    interest = factory.SubFactory(
        ExpressionOfInterestFactory, offered=True, referral__status=referrals.ReferralStatus.OFFERED
    )
    referral = factory.SelfAttribute("interest.referral")
    authority = factory.SelfAttribute("referral.authority")
    buyer = factory.SelfAttribute("referral.buyer")
    provider = factory.SelfAttribute("interest.provider")
    reason = "The closest fit to the outcomes."
    confirm_by = NOW + timedelta(days=5)
    made_at = NOW
    status = buying.OfferStatus.MADE


class BudgetFactory(StatusFactory):
    class Meta:
        model = Budget

    buyer = factory.SubFactory(SchoolOrganisationFactory)
    name = factory.Sequence("Alternative provision {}".format)
    starts_on = date(2025, 9, 1)
    ends_on = date(2026, 8, 31)
    amount = Decimal(20000)
    status = buying.BudgetStatus.OPEN


class CommitmentFactory(DjangoModelFactory):
    class Meta:
        model = Commitment

    budget = factory.SubFactory(BudgetFactory)
    source = factory.Sequence("TST-L-{:04}".format)
    amount = Decimal(1000)
    made_at = NOW


class OrderFactory(StatusFactory):
    """An order for staff hours that the provider has not answered yet."""

    class Meta:
        model = Order

    market = factory.SubFactory(MarketFactory, priced=True)
    authority = factory.SelfAttribute("market.authority")
    member = factory.LazyAttribute(lambda made: MemberFactory(market=made.market))
    lot = factory.SelfAttribute("member.lot")
    provider = factory.SelfAttribute("member.provider")
    buyer = factory.SubFactory(SchoolOrganisationFactory)
    reference = factory.LazyAttributeSequence(lambda made, n: f"{made.market.code}-O-{n + 1000:04}")
    line = "tutoring_hour"
    label = "Tutoring"
    unit = "hour"
    amount = Decimal(40)
    vat = "exempt"
    quantity = Decimal(10)
    total = Decimal(400)
    what = "Cover for mathematics."
    reason = "Its staff know the school."
    starts_on = date(2026, 3, 9)
    ends_on = date(2026, 3, 27)
    purchase_order = "PO-1001"
    sent_at = NOW
    status = buying.OrderStatus.SENT


class PlacementFactory(StatusFactory):
    """A confirmed place whose checks are not finished, or an agreed or current placement with a trait."""

    class Meta:
        model = Placement

    class Params:
        agreed = factory.Trait(status=placements.PlacementStatus.AGREED)
        running = factory.Trait(status=placements.PlacementStatus.RUNNING, started_on=date(2026, 2, 23))

    interest = factory.SubFactory(
        ExpressionOfInterestFactory, confirmed=True, referral__status=referrals.ReferralStatus.PLACED
    )
    referral = factory.SelfAttribute("interest.referral")
    offer = factory.LazyAttribute(
        lambda made: OfferFactory(interest=made.interest, status=buying.OfferStatus.CONFIRMED, closed_at=NOW)
    )
    authority = factory.SelfAttribute("referral.authority")
    market = factory.SelfAttribute("referral.market")
    lot = factory.SelfAttribute("referral.lot")
    buyer = factory.SelfAttribute("referral.buyer")
    provider = factory.SelfAttribute("interest.provider")
    member = factory.SelfAttribute("interest.member")
    pupil = factory.SelfAttribute("referral.pupil")
    service = factory.SelfAttribute("interest.service")
    site = factory.SelfAttribute("service.site")
    reference = factory.LazyAttributeSequence(lambda made, n: f"{made.market.code}-L-{n + 1000:04}")
    confirmed_at = NOW
    status = placements.PlacementStatus.CHECKS

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        wanted, kwargs["status"] = kwargs["status"], placements.PlacementStatus.CHECKS
        timetable = kwargs.pop("timetable", WEEK)
        if wanted != placements.PlacementStatus.CHECKS:
            kwargs = {**TERMS, **kwargs}
        born = super()._create(model_class, *args, **kwargs)
        if wanted != placements.PlacementStatus.CHECKS:
            weeks.replace_timetable(born, timetable)
        kinds = [
            PreStartCheck.Kind.VISIT,
            PreStartCheck.Kind.STAFF,
            PreStartCheck.Kind.SAFEGUARDING,
            PreStartCheck.Kind.RISK_PLAN,
            PreStartCheck.Kind.PARENT,
        ]
        made = {} if wanted == placements.PlacementStatus.CHECKS else _made(born)
        for kind in [*kinds, PreStartCheck.Kind.AUTHORITY]:
            PreStartCheck.objects.create(placement=born, authority=born.authority, kind=kind, **made)
        DisclosureGrantFactory(
            pupil=born.pupil, organisation=born.provider, needs="take_register", stage=DisclosureStage.PLACED,
            purpose="To educate the child", source=born.reference, member=born.member, first_on=born.started_on,
        )  # fmt: skip
        if wanted != placements.PlacementStatus.CHECKS:
            born.agreement = AgreementFactory(
                kind=Agreement.Kind.PLACEMENT, authority=born.authority, provider=born.provider, buyer=born.buyer,
                title="Individual placement agreement", starts_on=born.starts_on, ends_on=born.ends_on,
            )  # fmt: skip
            born.agreed_at = NOW
            born.save()
            set_status(born, wanted)
        return born


TERMS = {
    "starts_on": date(2026, 2, 23),
    "ends_on": date(2026, 7, 17),
    "ratio": "1 to 4",
    "unit": "day",
    "amount": Decimal(120),
    "vat": "exempt",
    "units_a_week": Decimal(3),
    "total": Decimal(6480),
    "outcomes": ["Attends every day"],
    "notice_days": 10,
    "absence_rule": "We will pay, unless the provider caused the absence.",
    "purchase_order": "PO-2001",
    "attendance_contact": "The attendance office",
    "emergency": "The AP lead, then the designated safeguarding lead",
}


def _made(placement):
    return {"made_at": NOW, "by": person(Role.AP_LEAD, at=placement.buyer), "on": TODAY, "said": "Done."}


class SuspensionFactory(DjangoModelFactory):
    class Meta:
        model = Suspension

    provider = factory.SubFactory(ProviderFactory)
    authority = factory.SubFactory(AuthorityFactory)
    clause = "Clause 2"
    reason = "A concern was raised."
    review_route = "Write to the head of service."
    made_at = NOW


class SuspensionNoticeFactory(StatusFactory):
    class Meta:
        model = SuspensionNotice

    suspension = factory.SubFactory(SuspensionFactory)
    authority = factory.SelfAttribute("suspension.authority")
    provider = factory.SelfAttribute("suspension.provider")
    buyer = factory.SubFactory(SchoolOrganisationFactory)
    children = 2
    told_at = NOW
    status = monitoring.RecallStatus.TOLD
