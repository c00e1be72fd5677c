"""Questions about referrals: lists with their words, who saw and answered, and what a provider may read."""

from collections.abc import Iterable
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, TruncDate

from calloff.directory import timetables
from calloff.directory.models import Price, PriceUnit, Service, Site
from calloff.directory.states import ServiceStatus, SiteStatus
from calloff.kernel.clock import local_day
from calloff.kernel.codes import NeedType, format_sen_provision
from calloff.kernel.formatting import format_date, format_number
from calloff.kernel.geography import Point, metres_from_expression, metres_to_miles
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Lot
from calloff.markets.states import MarketStatus
from calloff.members.models import Member
from calloff.members.states import MemberStatus
from calloff.partners.models import Partnership, SchoolCoverage
from calloff.people.models import Organisation, User
from calloff.pupils.models import DisclosureGrant, HazardCategory
from calloff.referrals.fit import suits_ages
from calloff.referrals.invitation_eligibility import find_candidates
from calloff.referrals.legal_bases import SIXTH_DAY_BASES
from calloff.referrals.models import ExpressionOfInterest, Referral, ReferralQuerySet, ReferralQuestion
from calloff.referrals.states import OPEN_STATUSES, InterestStatus, ReferralQuestionStatus, ReferralStatus
from calloff.registers.queries import find_school, locate_postcode

HOURS_IN_A_DAY = Decimal(5)  # to compare prices of a day and a session with prices of an hour
REPLIES_CLOSED, NO_REPLY = "Replies closed", "No reply"  # derived from the clock


def of_buyer(buyer: Organisation, *, person: User, at: datetime) -> ReferralQuerySet:
    """Find a buyer's referrals with how many were asked, have seen it and have replied."""
    seen = Referral.objects.visible_to(person, at).filter(buyer=buyer)
    return _counted(seen).select_related("lot", "market", "pupil", "buyer", "authority")


def waiting(buyer: Organisation, *, person: User, at: datetime) -> QuerySet[Referral]:
    """Find the referrals of a buyer that wait for its people: drafts, and those whose replies have closed."""
    draft = Q(status=ReferralStatus.DRAFT)
    closed = Q(status=ReferralStatus.ASKING, reply_by__lte=at)
    return Referral.objects.visible_to(person, at).filter(draft | closed, buyer=buyer).order_by("pk")


def of_authority(authority: Organisation, *, person: User, at: datetime) -> ReferralQuerySet:
    """Find the referrals of an authority's markets, for those who watch; drafts are no one's but the buyer's."""
    seen = Referral.objects.visible_to(person, at).filter(authority=authority)
    return _counted(seen.exclude(status=ReferralStatus.DRAFT)).select_related("lot", "market", "buyer", "authority")


def status_word_of(referral: Referral, at: datetime) -> str:
    """Return the word for a referral at an instant: what is stored, or “Replies closed”."""
    if referral.status == ReferralStatus.ASKING and referral.reply_by is not None and at >= referral.reply_by:
        return REPLIES_CLOSED
    return str(referral.get_status_display())


def interest_word_of(interest: ExpressionOfInterest, at: datetime) -> str:
    """Return the word for a provider's answer at an instant: what is stored, or “No reply”."""
    late = interest.referral.reply_by is not None and at >= interest.referral.reply_by
    return NO_REPLY if interest.status == InterestStatus.ASKED and late else str(interest.get_status_display())


def is_past_sixth_day(at: datetime) -> Q:
    """Keep the open referrals whose sixth school day has passed: by the bases to which the law gives one, alone.

    The day of an off-site direction or of an illness says from when education may start: to be past it is no breach.
    """
    return Q(status__in=OPEN_STATUSES, basis__in=SIXTH_DAY_BASES, due_on__lt=local_day(at))


def referral_filters(at: datetime) -> dict[str, tuple[str, Q]]:
    """Return what a list of referrals can be narrowed to: its words, and what is in it."""
    over = Q(reply_by__lte=at)
    return {
        "late": (
            "Past the sixth school day",
            is_past_sixth_day(at) | Q(status=ReferralStatus.DRAFT, basis__in=SIXTH_DAY_BASES, due_on__lt=local_day(at)),
        ),
        "draft": ("Draft", Q(status=ReferralStatus.DRAFT)),
        "asking": ("Asking", Q(status=ReferralStatus.ASKING) & ~over),
        "closed": (REPLIES_CLOSED, Q(status=ReferralStatus.ASKING) & over),
        "offered": ("Conditional offer", Q(status=ReferralStatus.OFFERED)),
        "placed": ("Placed", Q(status=ReferralStatus.PLACED)),
        "none": ("No provision found", Q(status=ReferralStatus.NONE_FOUND)),
        "withdrawn": ("Withdrawn", Q(status=ReferralStatus.WITHDRAWN)),
    }


def interests_of(referral: Referral) -> list[ExpressionOfInterest]:
    """Find what each provider said, the interested first, then who has still to answer, then the rest; by name."""
    order = [
        InterestStatus.CONFIRMED, InterestStatus.OFFERED, InterestStatus.INTERESTED, InterestStatus.ASKED,
        InterestStatus.WITHDRAWN, InterestStatus.DECLINED, InterestStatus.NOT_CHOSEN,
    ]  # fmt: skip
    found = referral.interests.select_related("provider", "service__site", "price", "member", "referral")
    found = found.prefetch_related("sessions")
    return sorted(found, key=lambda one: (order.index(InterestStatus(one.status)), one.provider.name.lower()))


def invitations(provider: Organisation, *, person: User, at: datetime) -> QuerySet[ExpressionOfInterest]:
    """Find what a provider is asked and was asked, for those of its people who may see it."""
    seen = ExpressionOfInterest.objects.visible_to(person, at).filter(provider=provider)
    found = ExpressionOfInterest.objects.filter(pk__in=seen.values("pk"))
    return found.select_related(
        "referral__lot", "referral__market", "provider", "authority", "service", "price", "member"
    )


def invitation_filters(at: datetime) -> dict[str, tuple[str, Q]]:
    """Return what a provider's list can be narrowed to."""
    running = Q(referral__status__in=OPEN_STATUSES, referral__reply_by__gt=at)
    return {
        "open": ("To answer", Q(status=InterestStatus.ASKED) & running),
        "interested": ("Interested", Q(status=InterestStatus.INTERESTED)),
        "offered": ("Conditional offer", Q(status=InterestStatus.OFFERED)),
        "confirmed": ("Confirmed", Q(status=InterestStatus.CONFIRMED)),
        "over": (
            "Over",
            Q(status__in=[InterestStatus.DECLINED, InterestStatus.WITHDRAWN, InterestStatus.NOT_CHOSEN])
            | (Q(status=InterestStatus.ASKED) & ~running),
        ),
    }


def invitations_in_hand(at: datetime) -> Q:
    """Return which invitations are open to a provider: to answer, answered or offered. What is confirmed is placed."""
    named = invitation_filters(at)
    return named["open"][1] | named["interested"][1] | named["offered"][1]


def still_sees_request(interest: ExpressionOfInterest, at: datetime) -> bool:
    """Say whether a provider still sees what is asked.

    Not once it was let go, nor when the time to reply is over without an answer of its own, nor while it is suspended.
    From an offer on it sees it as long as the child: until the time to confirm, or the placement, is over.
    """
    referral = interest.referral
    if interest.status in {InterestStatus.OFFERED, InterestStatus.CONFIRMED}:
        given = DisclosureGrant.objects.in_force(at).filter(pupil=referral.pupil_id, organisation=interest.provider_id)
        return given.exists()
    if referral.status not in OPEN_STATUSES or interest.member.status != MemberStatus.ACTIVE:
        return False
    if interest.status == InterestStatus.INTERESTED:
        return True
    return interest.status in {InterestStatus.ASKED, InterestStatus.DECLINED} and referral.takes_replies_at(at)


def count_still_to_reply(referral: Referral, at: datetime) -> int:
    """Count the asked providers that have not replied and still can."""
    if not referral.takes_replies_at(at):
        return 0
    return referral.interests.filter(status=InterestStatus.ASKED).count()


def questions_of(referral: Referral) -> QuerySet[ReferralQuestion]:
    """Find every question about a referral, those to answer first, for the buyer."""
    return referral.questions.select_related("provider").order_by("-status", "asked_at", "pk")


def questions_for(interest: ExpressionOfInterest) -> list[ReferralQuestion]:
    """Find what a provider reads: every answered question, and its own that waits."""
    everything = ReferralQuestion.objects.filter(referral=interest.referral_id).order_by("asked_at", "pk")
    return list(everything.filter(Q(status=ReferralQuestionStatus.ANSWERED) | Q(provider=interest.provider_id)))


def to_answer(buyer: Organisation) -> QuerySet[ReferralQuestion]:
    """Find the questions of providers that wait for a buyer's answer."""
    waiting = ReferralQuestion.objects.filter(
        buyer=buyer, status=ReferralQuestionStatus.ASKED, referral__status__in=OPEN_STATUSES
    )
    return waiting.select_related("referral").order_by("asked_at", "pk")


def sites_to_offer(interest: ExpressionOfInterest) -> list[Site]:
    """Return the provider's open sites, for a reply's sessions."""
    found = Site.objects.filter(provider=interest.provider_id, status=SiteStatus.OPEN)
    return list(found.order_by("name", "pk"))


def prices_to_offer(interest: ExpressionOfInterest) -> list[Price]:
    """Return the prices of its services on any requested day, each with its service."""
    referral = interest.referral
    first = max(filter(None, [local_day(interest.asked_at), referral.starts_on]))
    live = Price.objects.filter(service__member=interest.member_id, service__status=ServiceStatus.LIVE)
    found = live.exclude(ends_on__lt=first).select_related("service")
    if referral.ends_on is not None:
        found = found.filter(starts_on__lte=referral.ends_on)
    return list(found.order_by("service__name", "unit", "starts_on", "pk"))


def lots_open_to(buyer: Organisation, at: datetime) -> list[Lot]:
    """Find the categories in which a buyer may ask now: markets that run, place children, and whose agreement binds.

    The same condition as `partners.standing`, asked of many markets at once; each command asks that again.
    """
    on = local_day(at)
    bound = SchoolCoverage.objects.filter(
        buyer=buyer, standing=SchoolCoverage.Standing.BINDING, partnership__in=Partnership.objects.binding(on)
    )
    free = Q(market__authority=buyer.host_id, market__partnership=None)
    if buyer.kind == Organisation.Kind.TEAM:
        free = Q(market__authority=buyer.host_id)
    running = Lot.objects.filter(
        market__status=MarketStatus.OPEN, market__placement__isnull=False, market__term_starts_on__lte=on,
        market__term_ends_on__gte=on,
    )  # fmt: skip
    allowed = running.filter(Q(market__in=bound.values("market")) | free).select_related("market")
    return list(allowed.order_by("market__title", "market", "number"))


class ProviderSuggestion(NamedTuple):
    """A member of the category as a buyer weighs it: what fits, and how far it is."""

    member: Member
    why_not: str
    services: list[Any]
    fits: list[str]
    lacks: list[str]
    miles: float | None


def suggestions(referral: Referral, *, near: Point | None, at: datetime) -> list[ProviderSuggestion]:
    """List every member of the category: those that can be asked first, the best fit first, then the nearest.

    A straight line, from a place that the caller knows; five queries and one for the services.
    """
    found = find_candidates(referral.lot, at)
    live = Service.objects.filter(member__in=[one.member.pk for one in found], status=ServiceStatus.LIVE)
    services = live.defer("words").select_related("site")
    if near is not None:
        services = services.annotate(metres=metres_from_expression(near, "site__position"))
    by_member: dict[int, list[Any]] = {}
    for one in services.order_by("name", "pk"):
        by_member.setdefault(one.member_id, []).append(one)
    listed = [_suggestion(referral, one.member, one.why_not, by_member.get(one.member.pk, [])) for one in found]
    far = float("inf")
    return sorted(
        listed,
        key=lambda one: (bool(one.why_not), -len(one.fits), far if one.miles is None else one.miles,
                         one.member.provider.name.lower()),
    )  # fmt: skip


def home_of(referral: Referral) -> Point | None:
    """Return where the child lives, to measure from and for nothing else: it is never shown."""
    return _position(referral.pupil.postcode)


def school_of(referral: Referral) -> Point | None:
    """Return where the school is."""
    known = find_school(referral.buyer.urn) if referral.buyer.urn else None
    return known.position if known else None


def _position(postcode: str) -> Point | None:
    if not postcode:
        return None
    try:
        return locate_postcode(postcode).position
    except Refused:
        return None


def _takes_age(referral: Referral, service: Service, age: int) -> bool:
    """Say whether a service takes the child: by the key stage that providers read, else by the age on the first day."""
    return suits_ages(service, referral.key_stage) if referral.key_stage else service.age_from <= age <= service.age_to


def _suggestion(referral: Referral, member: Member, why_not: str, services: list[Any]) -> ProviderSuggestion:
    age = referral.pupil.age_on(referral.starts_on or local_day(referral.begun_at))
    needs = set(referral.needs)
    tests: tuple[tuple[str, bool], ...] = (
        ("Age", any(_takes_age(referral, one, age) for one in services)),
        ("Place available", any(one.places for one in services)),
    )
    if needs:
        tests = (("Needs", any(needs <= set(one.needs) for one in services)), *tests)
    distances = [one.metres for one in services if getattr(one, "metres", None) is not None]
    miles = metres_to_miles(min(distances)) if distances else None
    if miles is not None and referral.miles:
        tests += (("Distance", miles <= referral.miles),)
    fits = [words for words, met in tests if met]
    lacks = [words for words, met in tests if not met]
    return ProviderSuggestion(member, why_not, services, fits, lacks, miles)


def _counted(found: ReferralQuerySet) -> ReferralQuerySet:
    """Count beside each referral, for the rows of a page alone: a join would read every answer to every referral."""
    due = Coalesce(F("due_on"), F("starts_on"), TruncDate("begun_at"))
    return found.annotate(
        asked_count=_interests(), seen_count=_interests(seen_at__isnull=False),
        replied_count=_interests(answered_at__isnull=False), due=due,
    )  # fmt: skip


def _interests(**which: Any) -> Coalesce:
    of_referral = ExpressionOfInterest.objects.filter(referral=OuterRef("pk"), **which).order_by().values("referral")
    return Coalesce(Subquery(of_referral.annotate(many=Count("pk")).values("many")), 0)


def facts_shown_to_all(referral: Referral) -> list[tuple[str, str]]:
    """Return all that a provider sees of a referral before an offer, as (label, words): one list for both sides.

    No name, school, date of birth, postcode or price stands in it.
    """
    hazards = [str(HazardCategory(one).label) for one in referral.hazards]
    dates = ""
    if referral.starts_on and referral.ends_on:
        dates = f"{format_date(referral.starts_on)} to {format_date(referral.ends_on)}"
    return [
        ("Category", str(referral.lot)),
        ("Key stage", str(referral.get_key_stage_display())),
        ("Needs", "; ".join(str(NeedType(one).label) for one in referral.needs) or "None recorded"),
        ("Special educational needs", format_sen_provision(referral.sen_provision)),
        ("Be ready for", "; ".join(hazards)),
        ("Broad area", referral.area),
        ("Dates", dates),
        ("Hours a week", format_number(referral.hours) if referral.hours else ""),
        ("Outcomes wanted", "; ".join(referral.outcomes)),
        ("Travel", str(referral.get_travel_display())),
    ]


def weekly_cost_of(interest: ExpressionOfInterest) -> Decimal | None:
    """Return a reply's weekly cost in pounds before VAT, from its days and times, to compare replies.

    Of a reply that was made before replies had days and times, by the hours that were typed: a day is then taken as
    five hours and a session as half a day, our own choice, printed beside the figure. Reads `sessions`.
    """
    if interest.amount is None or interest.price is None:
        return None
    if timetable := timetables.timetable_on(interest.sessions.all()):
        return timetables.weekly_price(timetable, interest.price.unit, interest.amount)
    if interest.hours is None:
        return None
    units = {PriceUnit.WEEK: Decimal(1), PriceUnit.HOUR: interest.hours}
    in_a_unit = {PriceUnit.DAY: HOURS_IN_A_DAY, PriceUnit.SESSION: HOURS_IN_A_DAY / 2}
    unit = PriceUnit(interest.price.unit)
    count = units[unit] if unit in units else interest.hours / in_a_unit[unit]
    total: Decimal = (interest.amount * count).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return total


def weekly_hours_of(interest: ExpressionOfInterest) -> Decimal | None:
    """Return a reply's hours a week, from its days and times, or as typed in older replies."""
    timetable = timetables.timetable_on(interest.sessions.all())
    return timetables.weekly_hours(timetable) if timetable else interest.hours


def format_timetables_offered(interests: Iterable[ExpressionOfInterest]) -> dict[int, str]:
    """Return the days and times of replies in words, by key. Reads `sessions`: fetch them together."""
    read = {one.pk: timetables.timetable_on(one.sessions.all()) for one in interests}
    sites = timetables.sites_named(*read.values())
    return {
        one.pk: timetables.format_timetable(read[one.pk], sites) if read[one.pk] else one.timetable for one in interests
    }
