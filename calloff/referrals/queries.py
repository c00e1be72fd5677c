"""Queries about referrals: lists with the labels of statuses, replies, and what a provider can see."""

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

HOURS_IN_A_DAY = Decimal(5)  # for comparing prices for a day or a session with prices for an hour
# labels of statuses that are not stored, because they depend on the time
REPLIES_CLOSED, NO_REPLY = "Replies closed", "No reply"


def of_buyer(buyer: Organisation, *, person: User, at: datetime) -> ReferralQuerySet:
    """Return a buyer's referrals that a person is allowed to see, each with counts of providers.

    The counts are of the providers that were asked, have seen the referral and have replied.
    """
    visible = Referral.objects.visible_to(person, at).filter(buyer=buyer)
    return _with_counts(visible).select_related("lot", "market", "pupil", "buyer", "authority")


def waiting(buyer: Organisation, *, person: User, at: datetime) -> QuerySet[Referral]:
    """Return the referrals on which a buyer must act: drafts, and referrals whose time to reply is over."""
    draft = Q(status=ReferralStatus.DRAFT)
    closed = Q(status=ReferralStatus.ASKING, reply_by__lte=at)
    return Referral.objects.visible_to(person, at).filter(draft | closed, buyer=buyer).order_by("pk")


def of_authority(authority: Organisation, *, person: User, at: datetime) -> ReferralQuerySet:
    """Return the referrals in an authority's markets that a person is allowed to see.

    Only the buyer can see drafts.
    """
    visible = Referral.objects.visible_to(person, at).filter(authority=authority)
    return _with_counts(visible.exclude(status=ReferralStatus.DRAFT)).select_related(
        "lot", "market", "buyer", "authority"
    )


def status_word_of(referral: Referral, at: datetime) -> str:
    """Return the label of a referral's status at a given time: that of the stored status, or “Replies closed”."""
    if referral.status == ReferralStatus.ASKING and referral.reply_by is not None and at >= referral.reply_by:
        return REPLIES_CLOSED
    return str(referral.get_status_display())


def interest_word_of(interest: ExpressionOfInterest, at: datetime) -> str:
    """Return the label of a provider's answer at a given time: that of the stored status, or “No reply”."""
    late = interest.referral.reply_by is not None and at >= interest.referral.reply_by
    return NO_REPLY if interest.status == InterestStatus.ASKED and late else str(interest.get_status_display())


def is_past_sixth_day(at: datetime) -> Q:
    """Return the condition for open referrals that still have no place after the sixth school day.

    Only the legal bases that set this limit are included. For an off-site direction or an illness, the date is the
    earliest start, so a later start is not a breach.
    """
    return Q(status__in=OPEN_STATUSES, basis__in=SIXTH_DAY_BASES, due_on__lt=local_day(at))


def referral_filters(at: datetime) -> dict[str, tuple[str, Q]]:
    """Return the filters for a list of referrals, as {key: (label, condition)}."""
    over = Q(reply_by__lte=at)
    return {
        "late": (
            "Past the sixth school day",
            is_past_sixth_day(at) | Q(status=ReferralStatus.DRAFT, basis__in=SIXTH_DAY_BASES, due_on__lt=local_day(at)),
        ),
        "draft": ("Draft", Q(status=ReferralStatus.DRAFT)),
        "asking": ("Sent to providers", Q(status=ReferralStatus.ASKING) & ~over),
        "closed": (REPLIES_CLOSED, Q(status=ReferralStatus.ASKING) & over),
        "offered": ("Conditional offer", Q(status=ReferralStatus.OFFERED)),
        "placed": ("Placed", Q(status=ReferralStatus.PLACED)),
        "none": ("No provision found", Q(status=ReferralStatus.NONE_FOUND)),
        "withdrawn": ("Withdrawn", Q(status=ReferralStatus.WITHDRAWN)),
    }


def interests_of(referral: Referral) -> list[ExpressionOfInterest]:
    """Return a referral's invitations in three groups, each sorted by name.

    Interested providers come first, then those that have not answered, then the others.
    """
    order = [
        InterestStatus.CONFIRMED, InterestStatus.OFFERED, InterestStatus.INTERESTED, InterestStatus.ASKED,
        InterestStatus.WITHDRAWN, InterestStatus.DECLINED, InterestStatus.NOT_CHOSEN,
    ]  # fmt: skip
    interests = referral.interests.select_related("provider", "service__site", "price", "member", "referral")
    interests = interests.prefetch_related("sessions")
    return sorted(
        interests, key=lambda interest: (order.index(InterestStatus(interest.status)), interest.provider.name.lower())
    )


def invitations(provider: Organisation, *, person: User, at: datetime) -> QuerySet[ExpressionOfInterest]:
    """Return a provider's current and past invitations that a person is allowed to see."""
    visible = ExpressionOfInterest.objects.visible_to(person, at).filter(provider=provider)
    interests = ExpressionOfInterest.objects.filter(pk__in=visible.values("pk"))
    return interests.select_related(
        "referral__lot", "referral__market", "provider", "authority", "service", "price", "member"
    )


def invitation_filters(at: datetime) -> dict[str, tuple[str, Q]]:
    """Return the filters for a provider's list of invitations, as {key: (label, condition)}."""
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
    """Return the condition for invitations that are still open: not answered, interested, or with an offer."""
    filters = invitation_filters(at)
    return filters["open"][1] | filters["interested"][1] | filters["offered"][1]


def still_sees_request(interest: ExpressionOfInterest, at: datetime) -> bool:
    """Return whether a provider can still see a buyer's request.

    A provider cannot see the request once its invitation has ended, after the time to reply if it has not replied, or
    while it is suspended. After an offer, it can see the request for as long as it can see the child's details: until
    the time to confirm or the end of the placement.
    """
    referral = interest.referral
    if interest.status in {InterestStatus.OFFERED, InterestStatus.CONFIRMED}:
        disclosures = DisclosureGrant.objects.in_force(at).filter(
            pupil=referral.pupil_id, organisation=interest.provider_id
        )
        return disclosures.exists()
    if referral.status not in OPEN_STATUSES or interest.member.status != MemberStatus.ACTIVE:
        return False
    if interest.status == InterestStatus.INTERESTED:
        return True
    return interest.status in {InterestStatus.ASKED, InterestStatus.DECLINED} and referral.takes_replies_at(at)


def count_still_to_reply(referral: Referral, at: datetime) -> int:
    """Count the providers that were asked, have not replied and can still reply."""
    if not referral.takes_replies_at(at):
        return 0
    return referral.interests.filter(status=InterestStatus.ASKED).count()


def questions_of(referral: Referral) -> QuerySet[ReferralQuestion]:
    """Return all questions about a referral for the buyer, with unanswered questions first."""
    return referral.questions.select_related("provider").order_by("-status", "asked_at", "pk")


def questions_for(interest: ExpressionOfInterest) -> list[ReferralQuestion]:
    """Return the questions that a provider can read: those with an answer, and those that it asked."""
    questions = ReferralQuestion.objects.filter(referral=interest.referral_id).order_by("asked_at", "pk")
    return list(questions.filter(Q(status=ReferralQuestionStatus.ANSWERED) | Q(provider=interest.provider_id)))


def to_answer(buyer: Organisation) -> QuerySet[ReferralQuestion]:
    """Return the providers' questions that a buyer has not answered."""
    questions = ReferralQuestion.objects.filter(
        buyer=buyer, status=ReferralQuestionStatus.ASKED, referral__status__in=OPEN_STATUSES
    )
    return questions.select_related("referral").order_by("asked_at", "pk")


def sites_to_offer(interest: ExpressionOfInterest) -> list[Site]:
    """Return the provider's open sites, which sessions in a reply can use."""
    sites = Site.objects.filter(provider=interest.provider_id, status=SiteStatus.OPEN)
    return list(sites.order_by("name", "pk"))


def prices_to_offer(interest: ExpressionOfInterest) -> list[Price]:
    """Return the prices of the provider's live services that apply on any requested day, each with its service."""
    referral = interest.referral
    first = max(filter(None, [local_day(interest.asked_at), referral.starts_on]))
    live = Price.objects.filter(service__member=interest.member_id, service__status=ServiceStatus.LIVE)
    prices = live.exclude(ends_on__lt=first).select_related("service")
    if referral.ends_on is not None:
        prices = prices.filter(starts_on__lte=referral.ends_on)
    return list(prices.order_by("service__name", "unit", "starts_on", "pk"))


def lots_open_to(buyer: Organisation, at: datetime) -> list[Lot]:
    """Return the categories in which a buyer can ask for places now.

    The market must be running and the buyer's agreement must be in force. The rule is the same as in
    `partners.buying_eligibility`, but for many markets in one query. Each command checks the rule again.
    """
    on = local_day(at)
    bound = SchoolCoverage.objects.filter(
        buyer=buyer, standing=SchoolCoverage.Standing.BINDING, partnership__in=Partnership.objects.binding(on)
    )
    without_agreement = Q(market__authority=buyer.host_id, market__partnership=None)
    if buyer.kind == Organisation.Kind.TEAM:
        without_agreement = Q(market__authority=buyer.host_id)
    running = Lot.objects.filter(
        market__status=MarketStatus.OPEN, market__placement__isnull=False, market__term_starts_on__lte=on,
        market__term_ends_on__gte=on,
    )  # fmt: skip
    allowed = running.filter(Q(market__in=bound.values("market")) | without_agreement).select_related("market")
    return list(allowed.order_by("market__title", "market", "number"))


class ProviderSuggestion(NamedTuple):
    """A member suggested to a buyer: the criteria that it meets, and its distance in miles."""

    member: Member
    why_not: str
    services: list[Any]
    fits: list[str]
    lacks: list[str]
    miles: float | None


def suggestions(referral: Referral, *, near: Point | None, at: datetime) -> list[ProviderSuggestion]:
    """Return all members of the category as suggestions, best first.

    Members that can be asked come first, then those that match best, then the nearest. Distances are in a straight line
    from `near`. The function makes five queries, and one more for the services.
    """
    candidates = find_candidates(referral.lot, at)
    live = Service.objects.filter(
        member__in=[candidate.member.pk for candidate in candidates], status=ServiceStatus.LIVE
    )
    services = live.defer("words").select_related("site")
    if near is not None:
        services = services.annotate(metres=metres_from_expression(near, "site__position"))
    by_member: dict[int, list[Any]] = {}
    for service in services.order_by("name", "pk"):
        by_member.setdefault(service.member_id, []).append(service)
    listed = [
        _suggestion(referral, candidate.member, candidate.why_not, by_member.get(candidate.member.pk, []))
        for candidate in candidates
    ]
    unknown_distance = float("inf")
    return sorted(
        listed,
        key=lambda suggestion: (bool(suggestion.why_not), -len(suggestion.fits),
                                unknown_distance if suggestion.miles is None else suggestion.miles,
                         suggestion.member.provider.name.lower()),
    )  # fmt: skip


def home_of(referral: Referral) -> Point | None:
    """Return the position of the child's home. It is only for measuring distances, and no page can show it."""
    return _position(referral.pupil.postcode)


def school_of(referral: Referral) -> Point | None:
    """Return the position of the buyer's school, or None."""
    school = find_school(referral.buyer.urn) if referral.buyer.urn else None
    return school.position if school else None


def _position(postcode: str) -> Point | None:
    if not postcode:
        return None
    try:
        return locate_postcode(postcode).position
    except Refused:
        return None


def _takes_age(referral: Referral, service: Service, age: int) -> bool:
    """Return whether a service takes the child's key stage.

    If the key stage is not recorded, the child's age on the first day is used.
    """
    return suits_ages(service, referral.key_stage) if referral.key_stage else service.age_from <= age <= service.age_to


def _suggestion(referral: Referral, member: Member, why_not: str, services: list[Any]) -> ProviderSuggestion:
    age = referral.pupil.age_on(referral.starts_on or local_day(referral.begun_at))
    needs = set(referral.needs)
    tests: tuple[tuple[str, bool], ...] = (
        ("Age", any(_takes_age(referral, service, age) for service in services)),
        ("Place available", any(service.places for service in services)),
    )
    if needs:
        tests = (("Needs", any(needs <= set(service.needs) for service in services)), *tests)
    distances = [service.metres for service in services if getattr(service, "metres", None) is not None]
    miles = metres_to_miles(min(distances)) if distances else None
    if miles is not None and referral.miles:
        tests += (("Distance", miles <= referral.miles),)
    fits = [name for name, met in tests if met]
    lacks = [name for name, met in tests if not met]
    return ProviderSuggestion(member, why_not, services, fits, lacks, miles)


def _with_counts(referrals: ReferralQuerySet) -> ReferralQuerySet:
    """Annotate each referral with the numbers of its invitations, using subqueries.

    A join would read the invitations of all referrals, and not only of those on one page.
    """
    due = Coalesce(F("due_on"), F("starts_on"), TruncDate("begun_at"))
    return referrals.annotate(
        asked_count=_count_interests(), seen_count=_count_interests(seen_at__isnull=False),
        replied_count=_count_interests(answered_at__isnull=False), due=due,
    )  # fmt: skip


def _count_interests(**conditions: Any) -> Coalesce:
    of_referral = (
        ExpressionOfInterest.objects.filter(referral=OuterRef("pk"), **conditions).order_by().values("referral")
    )
    return Coalesce(Subquery(of_referral.annotate(many=Count("pk")).values("many")), 0)


def facts_shown_to_all(referral: Referral) -> list[tuple[str, str]]:
    """Return what a provider can see of a referral before an offer, as (label, text).

    Both sides' pages show these facts, which include no name, school, date of birth, postcode or price.
    """
    hazards = [str(HazardCategory(hazard).label) for hazard in referral.hazards]
    dates = ""
    if referral.starts_on and referral.ends_on:
        dates = f"{format_date(referral.starts_on)} to {format_date(referral.ends_on)}"
    return [
        ("Category", str(referral.lot)),
        ("Key stage", str(referral.get_key_stage_display())),
        ("Needs", "; ".join(str(NeedType(need).label) for need in referral.needs) or "None recorded"),
        ("Special educational needs", format_sen_provision(referral.sen_provision)),
        ("Risks to be ready for", "; ".join(hazards)),
        ("Broad area", referral.area),
        ("Dates", dates),
        ("Hours a week", format_number(referral.hours) if referral.hours else ""),
        ("Outcomes wanted", "; ".join(referral.outcomes)),
        ("Travel", str(referral.get_travel_display())),
    ]


def weekly_cost_of(interest: ExpressionOfInterest) -> Decimal | None:
    """Return the weekly cost of a reply in pounds before VAT, so that replies can be compared.

    Return None if there is no price or there are no hours. Older replies have a number of hours instead of a timetable.
    For these, a day counts as five hours and a session as half a day. We chose these figures, and the page shows them.
    Prefetch `sessions` before calling this.
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
    """Return the hours a week in a reply: from the timetable or, in an older reply, as the provider typed them."""
    timetable = timetables.timetable_on(interest.sessions.all())
    return timetables.weekly_hours(timetable) if timetable else interest.hours


def format_timetables_offered(interests: Iterable[ExpressionOfInterest]) -> dict[int, str]:
    """Return the timetables of replies as text, keyed by reply. Prefetch `sessions` first."""
    timetable_by_interest = {interest.pk: timetables.timetable_on(interest.sessions.all()) for interest in interests}
    sites = timetables.sites_named(*timetable_by_interest.values())
    return {
        interest.pk: timetables.format_timetable(timetable_by_interest[interest.pk], sites)
        if timetable_by_interest[interest.pk]
        else interest.timetable
        for interest in interests
    }
