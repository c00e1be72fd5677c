"""Decide whether a buyer can ask and buy in a market, and who must sign next.

This depends on the buyer's Partnership Agreement today. A buyer whose agreement is unsigned, expired or superseded
cannot ask or buy. Every command that asks providers or buys calls `require_binding`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import TextChoices
from django.db.transaction import TransactionManagementError

from calloff.agreements.models import Agreement
from calloff.agreements.states import AgreementStatus
from calloff.kernel.clock import local_day
from calloff.kernel.formatting import format_date, format_list
from calloff.kernel.lifecycles import Refused
from calloff.markets.models import Market
from calloff.partners.models import SchoolCoverage
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Can, roles_with


class BuyingStandingWord(TextChoices):
    """A buyer's status in a market. The label is the text of the status's tag."""

    NOT_NEEDED = "not_needed", "Not needed"
    SIGNED = "signed", "Signed"
    EXPIRES_SOON = "expires_soon", "Expires soon"
    TO_SIGN = "to_sign", "Awaiting signature"
    TO_COUNTERSIGN = "to_countersign", "Awaiting countersignature"
    EXPIRED = "expired", "Expired"
    SUPERSEDED = "superseded", "Superseded"
    ENDED = "ended", "Ended"
    NOT_SIGNED = "not_signed", "Not signed"


# {organisation key: the roles whose people can sign or countersign there}
SignatoriesByOrganisation = dict[int, list[RoleGrant]]
WORDS_THAT_ALLOW = frozenset(
    {BuyingStandingWord.NOT_NEEDED, BuyingStandingWord.SIGNED, BuyingStandingWord.EXPIRES_SOON}
)


@dataclass(frozen=True)
class BuyingStanding:
    """A buyer's status in a market, its agreement, the people who must sign next, and a sentence about the status."""

    word: BuyingStandingWord
    # the agreement in force, or otherwise the unsigned one, or otherwise the latest
    agreement: Agreement | None = None
    holders: tuple[User, ...] = ()  # the people who can sign next
    # the organisation that signs: the buyer, the school that signs for the buyer's trust, or the authority
    at: Organisation | None = None
    sentence: str = ""

    @property
    def allows(self) -> bool:
        return self.word in WORDS_THAT_ALLOW


def require_binding(buyer: Organisation, market: Market, *, at: datetime) -> None:
    """Require that a buyer can ask and buy in a market now. Raises Refused, with who must sign.

    Teams of the market's own authority need no agreement, and some markets have no agreement. The agreement's row is
    locked FOR SHARE until the caller's transaction ends, so that others can ask at the same time but no one can end the
    agreement. Raises TransactionManagementError outside a transaction, where the lock would be released immediately.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("require_binding holds the agreement, so it needs a transaction.")
    _lock_agreement(buyer, market)
    require_standing(buyer, market, at=at)


def require_standing(buyer: Organisation, market: Market, *, at: datetime) -> None:
    """Refuse a buyer in the same cases as `require_binding`, but without a lock.

    This is for pages that only show what the buyer could ask.
    """
    standing = buying_standing(buyer, market, at=at)
    if not standing.allows:
        raise Refused(standing.sentence)


def _lock_agreement(buyer: Organisation, market: Market) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT FROM agreements_agreement agreement
            JOIN partners_partnership partnership ON partnership.agreement_id = agreement.id
            JOIN partners_coverage coverage ON coverage.partnership_id = partnership.id
            WHERE coverage.market_id = %s AND coverage.buyer_id = %s AND coverage.standing = %s
            FOR SHARE OF agreement
            """,
            [market.pk, buyer.pk, SchoolCoverage.Standing.BINDING],
        )


def buying_standing(buyer: Organisation, market: Market, *, at: datetime) -> BuyingStanding:
    """Return a buyer's status in a market at a given time, and who must sign if the buyer cannot ask yet."""
    return buying_standings(buyer, [market], at=at)[market.pk]


def buying_standings(buyer: Organisation, markets: Sequence[Market], *, at: datetime) -> dict[int, BuyingStanding]:
    """Return a buyer's status in each of several markets, keyed by market.

    The number of queries is the same for any number of markets.
    """
    asking = [market for market in markets if market.partnership_id and not _is_own_team(buyer, market)]
    covered = SchoolCoverage.objects.filter(buyer=buyer, market__in=asking).select_related(
        "partnership__agreement__buyer", "partnership__agreement__authority"
    )
    last: dict[int, dict[str, Agreement]] = {market.pk: {} for market in asking}
    for coverage in covered.order_by("partnership__made_at", "pk"):
        last[coverage.market_id][coverage.standing] = coverage.partnership.agreement
    waiting = [
        agreements[SchoolCoverage.Standing.WAITING]
        for agreements in last.values()
        if SchoolCoverage.Standing.WAITING in agreements
    ]
    signatories = (
        _find_signatories(
            {buyer.pk, *(side.pk for agreement in waiting for side in (agreement.first, agreement.second))}, at
        )
        if asking
        else {}
    )
    standings = {market.pk: BuyingStanding(BuyingStandingWord.NOT_NEEDED) for market in markets}
    return standings | {key: _standing_from(buyer, agreements, signatories, at) for key, agreements in last.items()}


def _standing_from(
    buyer: Organisation, last: dict[str, Agreement], signatories: SignatoriesByOrganisation, at: datetime
) -> BuyingStanding:
    binding, waiting = last.get(SchoolCoverage.Standing.BINDING), last.get(SchoolCoverage.Standing.WAITING)
    if binding and is_binding(binding, at):
        word = BuyingStandingWord.EXPIRES_SOON if binding.expires_soon(local_day(at)) else BuyingStandingWord.SIGNED
        return BuyingStanding(word, binding, *_signatories_of(buyer, signatories))
    if waiting:
        return _waiting_standing(waiting, signatories)
    return _ended_standing(binding or last.get(SchoolCoverage.Standing.PAST), buyer, signatories, at)


def is_binding(agreement: Agreement, at: datetime) -> bool:
    """Return whether an agreement is in force at a given time, by the same rule as `Agreement.objects.in_force`."""
    today = local_day(at)
    has_started = agreement.starts_on is None or agreement.starts_on <= today
    return agreement.status == AgreementStatus.IN_FORCE and has_started and not agreement.has_expired(today)


def _find_signatories(organisations: set[int], at: datetime) -> SignatoriesByOrganisation:
    """Return the people who can sign or countersign, sorted by name and keyed by organisation."""
    roles = {*roles_with(Can.SIGN), *roles_with(Can.COUNTERSIGN)}
    grants = RoleGrant.objects.in_force(at).filter(
        organisation__in=organisations, role__in=roles, person__is_active=True
    )
    signatories: SignatoriesByOrganisation = {}
    for grant in grants.select_related("person").order_by("person__name", "pk"):
        signatories.setdefault(grant.organisation_id, []).append(grant)
    return signatories


def _is_own_team(buyer: Organisation, market: Market) -> bool:
    return buyer.kind == Organisation.Kind.TEAM and buyer.host_id == market.authority_id


def _signatories_of(
    buyer: Organisation, signatories: SignatoriesByOrganisation
) -> tuple[tuple[User, ...], Organisation]:
    return tuple(grant.person for grant in signatories.get(buyer.pk, [])), buyer


def _waiting_standing(agreement: Agreement, signatories: SignatoriesByOrganisation) -> BuyingStanding:
    if agreement.status == AgreementStatus.TO_SIGN:
        return _unsigned_standing(
            agreement,
            BuyingStandingWord.TO_SIGN,
            agreement.first,
            signatories,
            "has not signed the Partnership Agreement",
        )
    officers = tuple(grant.person for grant in signatories.get(agreement.second.pk, []))
    sentence = (
        f"You cannot ask providers yet because {agreement.second} has not countersigned the Partnership Agreement."
    )
    return BuyingStanding(BuyingStandingWord.TO_COUNTERSIGN, agreement, officers, agreement.second, sentence)


def _ended_standing(
    last: Agreement | None, buyer: Organisation, signatories: SignatoriesByOrganisation, at: datetime
) -> BuyingStanding:
    """Return the status of a buyer that has no agreement in force or waiting for a signature.

    The buyer's latest agreement has ended, or the buyer never had one.
    """
    if last is None:
        return _unsigned_standing(
            None, BuyingStandingWord.NOT_SIGNED, buyer, signatories, "has not signed the Partnership Agreement"
        )
    lacks_new = "has not signed a new Partnership Agreement"
    if last.ends_on and last.has_expired(local_day(at)):
        return _unsigned_standing(
            last,
            BuyingStandingWord.EXPIRED,
            buyer,
            signatories,
            f"{lacks_new} since the last agreement ended on {format_date(last.ends_on)}",
        )
    word = BuyingStandingWord.SUPERSEDED if last.status == AgreementStatus.SUPERSEDED else BuyingStandingWord.ENDED
    return _unsigned_standing(
        last, word, buyer, signatories, f"{lacks_new} (the last agreement is {word.label.lower()})"
    )


def _unsigned_standing(
    agreement: Agreement | None,
    word: BuyingStandingWord,
    organisation: Organisation,
    signatories: SignatoriesByOrganisation,
    reason: str,
) -> BuyingStanding:
    grants = signatories.get(organisation.pk, [])
    people = tuple(grant.person for grant in grants)
    if not people:
        advice = (
            f"no one at {organisation} can sign the Partnership Agreement. A colleague needs the role of head or "
            "signatory"
        )
        return BuyingStanding(word, agreement, (), organisation, f"You cannot ask providers yet because {advice}.")
    names = format_list([f"{grant.person.name} ({str(grant.get_role_display()).lower()})" for grant in grants], "or")
    first_names = format_list([person.name.split(" ")[0] for person in people], "or")
    sentence = f"You cannot ask providers yet because {names} {reason}. Remind {first_names}."
    return BuyingStanding(word, agreement, people, organisation, sentence)
