"""Commands for a Partnership Agreement: start, countersign, cancel, replace and end it."""

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

__all__ = ["countersign", "dissolve", "drop", "require_anew", "take_up"]

MAX_ENTITY_LENGTHS = {"entity_name": 200, "entity_number": 30}  # characters
ENTITY_FIELD_NAMES = {"entity_name": "Name of the legal body", "entity_number": "Company or charity number"}
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
    """Create a market's Partnership Agreement for a buyer to sign, with the given legal entity as the party.

    `schools` are the URNs of other schools in the same academy trust that the agreement will cover too. The register
    must list these schools under that trust. A school that is not on Calloff yet gets an organisation. The agreement
    starts today and lasts for the number of months in the market's terms. Any agreement in force remains so until the
    new one is countersigned. Raises Refused if no agreement is needed, if the market is not open, and for a wrong
    entity or school.
    """
    text, terms = market.partnership, market.pack.partnership
    if text is None or terms is None or buying_standing(buyer, market, at=at).word == BuyingStandingWord.NOT_NEEDED:
        raise Refused("You do not need a Partnership Agreement here. You can ask providers now.")
    if market.status != MarketStatus.OPEN:
        raise Refused("This market is not open to buyers.")
    name, number = _clean_entity(entity, entity_name, entity_number)
    organisations = [buyer, *_listed_schools(buyer, market, entity, schools, by=by, at=at)]
    today = local_day(at)
    agreement = agreements.take_up(
        reference=ReferenceCounter.next_reference(market, "G"), authority=market.authority, buyer=buyer,
        title=text.title, text=text, starts_on=today, ends_on=_last_day(today, terms.months),
        particulars=_particulars(entity, name, number, organisations), by=by, at=at,
    )  # fmt: skip
    partnership = Partnership.objects.create(
        authority=market.authority, market=market, agreement=agreement, entity=entity, entity_name=name,
        entity_number=number, made_at=at,
    )  # fmt: skip
    for organisation in organisations:
        cover_buyer(partnership, organisation, CoverageStanding.WAITING)
    return partnership


def countersign(partnership: Partnership, *, by: User, at: datetime, **entry: Unpack[SignatoryEntry]) -> Partnership:
    """Countersign an agreement on behalf of the authority, which brings it into force.

    The buyer can then ask providers. Earlier agreements are superseded in the same transaction, except those that still
    cover other schools. Raises Refused in the same cases as `agreements.verify_signatory` and `agreements.bind`.
    """
    proof = agreements.verify_signatory(partnership.agreement, by=by, at=at, **entry)
    with as_one_event("countersign", by=by, at=at, acting_for=str(partnership.authority)):
        agreements.bind(partnership.agreement, by=by, at=at, proof=proof, **entry)
        make_binding(partnership, by=by, at=at)
    partnership.agreement.refresh_from_db()
    return partnership


def drop(partnership: Partnership, *, by: User, at: datetime) -> Partnership:
    """Cancel an unsigned agreement, for example because its legal entity or its schools were wrong."""
    with as_one_event("drop", by=by, at=at, acting_for=str(partnership.agreement.first)):
        agreements.drop(partnership.agreement, by=by, at=at)
        _end_coverage(partnership)
    return partnership


def require_anew(partnership: Partnership, *, by: User, at: datetime, reason: str) -> Partnership:
    """Require the buyer to sign a new agreement in place of the one in force.

    Until the new agreement is signed, the buyer cannot ask providers.
    """
    with as_one_event("require_anew", by=by, at=at, acting_for=str(partnership.authority)):
        agreements.require_anew(partnership.agreement, reason=reason, by=by, at=at)
        _notify_of_end(partnership, at=at)
    return partnership


def dissolve(partnership: Partnership, *, by: User, at: datetime, reason: str) -> Partnership:
    """End an agreement on behalf of the authority, whether or not it is signed.

    Current placements continue under their own agreements.
    """
    with as_one_event("dissolve", by=by, at=at, acting_for=str(partnership.authority)):
        agreements.dissolve(partnership.agreement, reason=reason, by=by, at=at)
        _notify_of_end(partnership, at=at)
    return partnership


def cover_buyer(partnership: Partnership, buyer: Organisation, standing: str) -> SchoolCoverage:
    """Add a buyer to the schools that an agreement covers.

    Raises Refused, with the buyer's name, if another agreement covers it.
    """
    coverage = SchoolCoverage(
        partnership=partnership, authority=partnership.authority, market=partnership.market, buyer=buyer,
        standing=standing,
    )  # fmt: skip
    try:
        with transaction.atomic():
            coverage.save()
    except IntegrityError as clash:
        sentence = explain_integrity_error(clash)
        if sentence is None:
            raise
        raise Refused(f"{buyer}: {sentence[:1].lower()}{sentence[1:]}", "schools") from clash
    return coverage


def make_binding(partnership: Partnership, *, by: User, at: datetime) -> None:
    """Make an agreement that has just come into force current for its buyers, and supersede earlier agreements."""
    coverages = list(partnership.covers.select_for_update().order_by("pk"))
    same_buyers = SchoolCoverage.objects.filter(
        market=partnership.market, buyer__in=[coverage.buyer_id for coverage in coverages]
    )
    earlier = list(
        same_buyers.filter(standing=CoverageStanding.BINDING)
        .exclude(partnership=partnership)
        .select_for_update()
        .order_by("pk")
    )
    SchoolCoverage.objects.filter(pk__in=[coverage.pk for coverage in earlier]).update(standing=CoverageStanding.PAST)
    partnership.covers.update(standing=CoverageStanding.BINDING)
    replaced = Partnership.objects.filter(pk__in=[coverage.partnership_id for coverage in earlier]).select_related(
        "agreement"
    )
    for old_partnership in replaced.exclude(
        pk__in=SchoolCoverage.objects.filter(standing=CoverageStanding.BINDING).values("partnership")
    ).order_by("pk"):
        agreements.supersede(old_partnership.agreement, by=by, at=at)


def _notify_of_end(partnership: Partnership, *, at: datetime) -> None:
    buyers = [
        coverage.buyer
        for coverage in partnership.covers.exclude(standing=CoverageStanding.PAST)
        .select_related("buyer")
        .order_by("pk")
    ]
    _end_coverage(partnership)
    for buyer in buyers:
        signatories = User.objects.who_can(Can.SIGN, organisation=buyer, at=at)
        queue_message(messages.over(partnership, buyer), to=signatories, sender=str(partnership.authority), at=at)


def _end_coverage(partnership: Partnership) -> None:
    partnership.covers.exclude(standing=CoverageStanding.PAST).update(standing=CoverageStanding.PAST)


def _clean_entity(entity: str, name: str, number: str) -> tuple[str, str]:
    name, number = name.strip(), number.strip()
    if entity not in Partnership.Entity.values:
        raise Refused("Select which legal body will sign the agreement", "entity")
    if not name:
        raise Refused("Enter the full name of the legal body that will sign", "entity_name")
    for field, value in (("entity_name", name), ("entity_number", number)):
        if len(value) > MAX_ENTITY_LENGTHS[field]:
            raise Refused(f"{ENTITY_FIELD_NAMES[field]} must be {MAX_ENTITY_LENGTHS[field]} characters or fewer", field)
    name = clean_name(
        name, noun=ENTITY_FIELD_NAMES["entity_name"], longest=MAX_ENTITY_LENGTHS["entity_name"], field="entity_name"
    )
    return name, clean_company_number_or_ukprn(number, field="entity_number") if number else ""


def _listed_schools(
    buyer: Organisation, market: Market, entity: str, urns: Sequence[int], *, by: User, at: datetime
) -> list[Organisation]:
    """Return the other schools of a trust that an agreement will cover, and create organisations where needed."""
    if not urns:
        return []
    school = registers.find_school(buyer.urn) if buyer.urn else None
    if entity != Partnership.Entity.TRUST or school is None:
        raise Refused("Only an academy trust can sign for several schools.", "schools")
    schools = require_same_trust(school, list(urns))
    return [enter_organisation_of(other_school, by=by, at=at, otherwise=market.authority) for other_school in schools]


def _last_day(first: date, months: int | None) -> date | None:
    return add_months(first, months) - timedelta(days=1) if months else None


def _particulars(entity: str, name: str, number: str, covered: list[Organisation]) -> list[dict[str, Any]]:
    """Return the legal entity and the schools covered, as the signed copy prints them."""
    signing = [[str(Partnership.Entity(entity).label), name], *([["Number", number]] if number else [])]
    schools = [
        [organisation.name, f"URN {organisation.urn}" if organisation.urn else "Team"] for organisation in covered
    ]
    return [{"heading": "Who signs", "rows": signing}, {"heading": "For", "rows": schools}]
