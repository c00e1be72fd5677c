"""The Partnership Agreement: taken up by who may sign, countersigned by the authority, superseded, ended."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Unpack

from django.db import IntegrityError, transaction

from calloff.agreements import commands as agreements
from calloff.agreements.commands import SignatoryEntry
from calloff.history.constraint_errors import explain_integrity_error
from calloff.history.transitions import as_one_event
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import clean_name
from calloff.kernel.registration_numbers import clean_company_number_or_ukprn
from calloff.markets.models import Market, ReferenceCounter
from calloff.markets.rulesets import add_months
from calloff.markets.states import MarketStatus
from calloff.outbox.commands import queue_message
from calloff.partners import messages
from calloff.partners.buying_eligibility import BuyingStandingWord, buying_standing
from calloff.partners.commands.school_join_requests import enter_organisation_of
from calloff.partners.models import Partnership, SchoolCoverage
from calloff.partners.school_lookup import require_same_trust
from calloff.people.models import Organisation, User
from calloff.people.permissions import Can
from calloff.registers import queries as registers

MAX_ENTITY_LENGTHS = {"entity_name": 200, "entity_number": 30}  # characters
CoverageStanding = SchoolCoverage.Standing


@transaction.atomic
def take_up(
    buyer: Organisation,
    market: Market,
    *,
    by: User,
    at: datetime,
    entity: str,
    entity_name: str,
    entity_number: str = "",
    schools: Sequence[int] = (),
) -> Partnership:
    """Put a market's Partnership Agreement before a buyer's signatory, for the legal entity that is to sign it.

    `schools` are the URNs of others of the same academy trust, for which it signs too: the register must say that
    they are its own, and those that are not here yet are entered. It lasts for the months that the market's terms
    say, from today. An agreement in force stays so until this one is countersigned. Raises Refused.
    """
    text, terms = market.partnership, market.pack.partnership
    if text is None or terms is None or buying_standing(buyer, market, at=at).word == BuyingStandingWord.NOT_NEEDED:
        raise Refused("You do not need a Partnership Agreement here. You can ask providers now.")
    if market.status != MarketStatus.OPEN:
        raise Refused("This market is not open to buyers.")
    name, number = _checked(entity, entity_name, entity_number)
    covered = [buyer, *_listed_schools(buyer, market, entity, schools, by=by, at=at)]
    today = local_day(at)
    agreement = agreements.take_up(
        reference=ReferenceCounter.next_reference(market, "G"), authority=market.authority, buyer=buyer,
        title=text.title, text=text, starts_on=today, ends_on=_last_day(today, terms.months),
        particulars=_particulars(entity, name, number, covered), by=by, at=at,
    )  # fmt: skip
    made = Partnership.objects.create(
        authority=market.authority, market=market, agreement=agreement, entity=entity, entity_name=name,
        entity_number=number, made_at=at,
    )  # fmt: skip
    for one in covered:
        cover_buyer(made, one, CoverageStanding.WAITING)
    return made


def countersign(partnership: Partnership, *, by: User, at: datetime, **given: Unpack[SignatoryEntry]) -> Partnership:
    """Countersign for the authority: from now on the buyer may ask. An earlier agreement is superseded in the same act.

    An earlier one that speaks for other schools too stays in force for those. Raises Refused.
    """
    proof = agreements.verify_signatory(partnership.agreement, by=by, at=at, **given)
    with as_one_event("countersign", by=by, at=at, acting_for=str(partnership.authority)):
        agreements.bind(partnership.agreement, by=by, at=at, proof=proof, **given)
        make_binding(partnership, by=by, at=at)
    partnership.agreement.refresh_from_db()
    return partnership


def drop(partnership: Partnership, *, by: User, at: datetime) -> Partnership:
    """Put away an agreement that a buyer took up and has not signed: its entity or its schools were wrong."""
    with as_one_event("drop", by=by, at=at, acting_for=str(partnership.agreement.first)):
        agreements.drop(partnership.agreement, by=by, at=at)
        _lay_down(partnership)
    return partnership


def require_anew(partnership: Partnership, *, by: User, at: datetime, reason: str) -> Partnership:
    """Say that a new agreement must be signed in place of one in force. Until then the buyer cannot ask."""
    with as_one_event("require_anew", by=by, at=at, acting_for=str(partnership.authority)):
        agreements.require_anew(partnership.agreement, reason=reason, by=by, at=at)
        _tell_it_is_over(partnership, at=at)
    return partnership


def dissolve(partnership: Partnership, *, by: User, at: datetime, reason: str) -> Partnership:
    """End an agreement for the authority, signed or not. Running placements go on under their own agreements."""
    with as_one_event("dissolve", by=by, at=at, acting_for=str(partnership.authority)):
        agreements.dissolve(partnership.agreement, reason=reason, by=by, at=at)
        _tell_it_is_over(partnership, at=at)
    return partnership


def cover_buyer(partnership: Partnership, buyer: Organisation, standing: str) -> SchoolCoverage:
    """Let an agreement speak for a buyer. Raises Refused, naming it, where another of that standing does already."""
    covered = SchoolCoverage(
        partnership=partnership, authority=partnership.authority, market=partnership.market, buyer=buyer,
        standing=standing,
    )  # fmt: skip
    try:
        with transaction.atomic():
            covered.save()
    except IntegrityError as clash:
        sentence = explain_integrity_error(clash)
        if sentence is None:
            raise
        raise Refused(f"{buyer}: {sentence[:1].lower()}{sentence[1:]}", "schools") from clash
    return covered


def make_binding(partnership: Partnership, *, by: User, at: datetime) -> None:
    """Let an agreement bind for what it covers, in the act in which it came into force; what bound before is past."""
    mine = list(partnership.covers.select_for_update().order_by("pk"))
    rest = SchoolCoverage.objects.filter(market=partnership.market, buyer__in=[one.buyer_id for one in mine])
    earlier = list(
        rest.filter(standing=CoverageStanding.BINDING)
        .exclude(partnership=partnership)
        .select_for_update()
        .order_by("pk")
    )
    SchoolCoverage.objects.filter(pk__in=[one.pk for one in earlier]).update(standing=CoverageStanding.PAST)
    partnership.covers.update(standing=CoverageStanding.BINDING)
    replaced = Partnership.objects.filter(pk__in=[one.partnership_id for one in earlier]).select_related("agreement")
    for one in replaced.exclude(
        pk__in=SchoolCoverage.objects.filter(standing=CoverageStanding.BINDING).values("partnership")
    ).order_by("pk"):
        agreements.supersede(one.agreement, by=by, at=at)


def _tell_it_is_over(partnership: Partnership, *, at: datetime) -> None:
    covered = [
        one.buyer
        for one in partnership.covers.exclude(standing=CoverageStanding.PAST).select_related("buyer").order_by("pk")
    ]
    _lay_down(partnership)
    for buyer in covered:
        told = User.objects.who_can(Can.SIGN, organisation=buyer, at=at)
        queue_message(messages.over(partnership, buyer), to=told, sender=str(partnership.authority), at=at)


def _lay_down(partnership: Partnership) -> None:
    partnership.covers.exclude(standing=CoverageStanding.PAST).update(standing=CoverageStanding.PAST)


def _checked(entity: str, name: str, number: str) -> tuple[str, str]:
    name, number = name.strip(), number.strip()
    if entity not in Partnership.Entity.values:
        raise Refused("Select which legal body will sign the agreement", "entity")
    if not name:
        raise Refused("Enter the full name of the legal body that will sign", "entity_name")
    for field, value in (("entity_name", name), ("entity_number", number)):
        if len(value) > MAX_ENTITY_LENGTHS[field]:
            raise Refused(f"Enter {MAX_ENTITY_LENGTHS[field]} characters or fewer", field)
    name = clean_name(
        name, noun="Name of the legal body", longest=MAX_ENTITY_LENGTHS["entity_name"], field="entity_name"
    )
    return name, clean_company_number_or_ukprn(number, field="entity_number") if number else ""


def _listed_schools(
    buyer: Organisation, market: Market, entity: str, urns: Sequence[int], *, by: User, at: datetime
) -> list[Organisation]:
    """Return the others for which a trust signs: those that the register has in it, entered where they are not here."""
    if not urns:
        return []
    school = registers.find_school(buyer.urn) if buyer.urn else None
    if entity != Partnership.Entity.TRUST or school is None:
        raise Refused("Only an academy trust can sign for several schools.", "schools")
    others = require_same_trust(school, list(urns))
    return [enter_organisation_of(one, by=by, at=at, otherwise=market.authority) for one in others]


def _last_day(first: date, months: int | None) -> date | None:
    return add_months(first, months) - timedelta(days=1) if months else None


def _particulars(entity: str, name: str, number: str, covered: list[Organisation]) -> list[dict[str, Any]]:
    """Say who is bound and for which schools, as the signed copy prints it."""
    who = [[str(Partnership.Entity(entity).label), name], *([["Number", number]] if number else [])]
    schools = [[one.name, f"URN {one.urn}" if one.urn else "Team"] for one in covered]
    return [{"heading": "Who signs", "rows": who}, {"heading": "For", "rows": schools}]
