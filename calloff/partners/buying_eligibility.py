"""May a buyer ask and buy in a market? What its Partnership Agreement says today, and who must sign where it does not.

“Unsigned, expired or superseded cannot ask or buy by any path”: every command that asks or buys calls require_binding.
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
    """How a buyer stands in a market, as a tag says it."""

    NOT_NEEDED = "not_needed", "Not needed"
    SIGNED = "signed", "Signed"
    EXPIRES_SOON = "expires_soon", "Expires soon"
    TO_SIGN = "to_sign", "Awaiting signature"
    TO_COUNTERSIGN = "to_countersign", "Awaiting countersignature"
    EXPIRED = "expired", "Expired"
    SUPERSEDED = "superseded", "Superseded"
    ENDED = "ended", "Ended"
    NOT_SIGNED = "not_signed", "Not signed"


SignatoriesByOrganisation = dict[int, list[RoleGrant]]  # by organisation
WORDS_THAT_ALLOW = frozenset(
    {BuyingStandingWord.NOT_NEEDED, BuyingStandingWord.SIGNED, BuyingStandingWord.EXPIRES_SOON}
)


@dataclass(frozen=True)
class BuyingStanding:
    """How a buyer stands: in a word, by which agreement, whose turn it is, and in a sentence to the buyer's people."""

    word: BuyingStandingWord
    agreement: Agreement | None = None  # the one that binds, or the one that waits, or the last there was
    holders: tuple[User, ...] = ()  # who must sign next
    at: Organisation | None = None  # where they sign: the buyer, the school that signs for its trust, or the authority
    sentence: str = ""

    @property
    def allows(self) -> bool:
        return self.word in WORDS_THAT_ALLOW


def require_binding(buyer: Organisation, market: Market, *, at: datetime) -> None:
    """Refuse a buyer who may not ask or buy in a market now. Raises Refused, naming who must sign.

    A team of the market's own authority needs no agreement, nor does anyone in a market that has none. The agreement is
    held FOR SHARE until the caller's transaction ends: many may ask at once, and none while someone ends it. So there
    must be one: outside a transaction nothing would be held, and an ask could follow the end.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("require_binding holds the agreement, so it needs a transaction.")
    _hold(buyer, market)
    require_standing(buyer, market, at=at)


def require_standing(buyer: Organisation, market: Market, *, at: datetime) -> None:
    """Refuse as `require_binding` does, and hold nothing: for a page that only shows what could be asked."""
    found = buying_standing(buyer, market, at=at)
    if not found.allows:
        raise Refused(found.sentence)


def _hold(buyer: Organisation, market: Market) -> None:
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
    """Say how a buyer stands in a market, with who must sign where it may not ask yet. The clock says “expired”."""
    return buying_standings(buyer, [market], at=at)[market.pk]


def buying_standings(buyer: Organisation, markets: Sequence[Market], *, at: datetime) -> dict[int, BuyingStanding]:
    """Say by market how a buyer stands: in as many queries for many markets as for one."""
    asking = [one for one in markets if one.partnership_id and not _own_team(buyer, one)]
    covered = SchoolCoverage.objects.filter(buyer=buyer, market__in=asking).select_related(
        "partnership__agreement__buyer", "partnership__agreement__authority"
    )
    last: dict[int, dict[str, Agreement]] = {one.pk: {} for one in asking}
    for one in covered.order_by("partnership__made_at", "pk"):
        last[one.market_id][one.standing] = one.partnership.agreement
    waiting = [
        known[SchoolCoverage.Standing.WAITING] for known in last.values() if SchoolCoverage.Standing.WAITING in known
    ]
    may = _may_sign({buyer.pk, *(side.pk for one in waiting for side in (one.first, one.second))}, at) if asking else {}
    found = {one.pk: BuyingStanding(BuyingStandingWord.NOT_NEEDED) for one in markets}
    return found | {key: _standing(buyer, known, may, at) for key, known in last.items()}


def _standing(
    buyer: Organisation, last: dict[str, Agreement], may: SignatoriesByOrganisation, at: datetime
) -> BuyingStanding:
    binding, waiting = last.get(SchoolCoverage.Standing.BINDING), last.get(SchoolCoverage.Standing.WAITING)
    if binding and is_binding(binding, at):
        word = BuyingStandingWord.EXPIRES_SOON if binding.expires_soon(local_day(at)) else BuyingStandingWord.SIGNED
        return BuyingStanding(word, binding, *_renewing(buyer, may))
    if waiting:
        return _waiting(waiting, may)
    return _over(binding or last.get(SchoolCoverage.Standing.PAST), buyer, may, at)


def is_binding(agreement: Agreement, at: datetime) -> bool:
    """Say whether an agreement is in force at an instant: as Agreement.objects.in_force says of many."""
    today = local_day(at)
    begun = agreement.starts_on is None or agreement.starts_on <= today
    return agreement.status == AgreementStatus.IN_FORCE and begun and not agreement.has_expired(today)


def _may_sign(organisations: set[int], at: datetime) -> SignatoriesByOrganisation:
    """Find who may sign for buyers, or countersign for authorities, by name, each with the role that lets them."""
    roles = {*roles_with(Can.SIGN), *roles_with(Can.COUNTERSIGN)}
    held = RoleGrant.objects.in_force(at).filter(organisation__in=organisations, role__in=roles, person__is_active=True)
    found: SignatoriesByOrganisation = {}
    for one in held.select_related("person").order_by("person__name", "pk"):
        found.setdefault(one.organisation_id, []).append(one)
    return found


def _own_team(buyer: Organisation, market: Market) -> bool:
    return buyer.kind == Organisation.Kind.TEAM and buyer.host_id == market.authority_id


def _renewing(buyer: Organisation, may: SignatoriesByOrganisation) -> tuple[tuple[User, ...], Organisation]:
    return tuple(one.person for one in may.get(buyer.pk, [])), buyer


def _waiting(agreement: Agreement, may: SignatoriesByOrganisation) -> BuyingStanding:
    if agreement.status == AgreementStatus.TO_SIGN:
        return _to_sign(
            agreement, BuyingStandingWord.TO_SIGN, agreement.first, may, "has not signed the Partnership Agreement"
        )
    officers = tuple(one.person for one in may.get(agreement.second.pk, []))
    sentence = f"You cannot ask providers yet: {agreement.second} has not countersigned the Partnership Agreement."
    return BuyingStanding(BuyingStandingWord.TO_COUNTERSIGN, agreement, officers, agreement.second, sentence)


def _over(last: Agreement | None, buyer: Organisation, may: SignatoriesByOrganisation, at: datetime) -> BuyingStanding:
    """Say that none binds and none waits: the last one has expired or is over, or there never was one."""
    if last is None:
        return _to_sign(None, BuyingStandingWord.NOT_SIGNED, buyer, may, "has not signed the Partnership Agreement")
    new = "has not signed a new Partnership Agreement"
    if last.ends_on and last.has_expired(local_day(at)):
        return _to_sign(
            last,
            BuyingStandingWord.EXPIRED,
            buyer,
            may,
            f"{new} since the last agreement ended on {format_date(last.ends_on)}",
        )
    word = BuyingStandingWord.SUPERSEDED if last.status == AgreementStatus.SUPERSEDED else BuyingStandingWord.ENDED
    return _to_sign(last, word, buyer, may, f"{new} (the last agreement is {word.label.lower()})")


def _to_sign(
    agreement: Agreement | None, word: BuyingStandingWord, where: Organisation, may: SignatoriesByOrganisation, why: str
) -> BuyingStanding:
    held = may.get(where.pk, [])
    people = tuple(one.person for one in held)
    if not people:
        what = f"no one at {where} can sign the Partnership Agreement. A colleague needs the role of head or signatory"
        return BuyingStanding(word, agreement, (), where, f"You cannot ask providers yet: {what}.")
    names = format_list([f"{one.person.name} ({str(one.get_role_display()).lower()})" for one in held], "or")
    first_names = format_list([one.name.split(" ")[0] for one in people], "or")
    sentence = f"You cannot ask providers yet: {names} {why}. Remind {first_names}."
    return BuyingStanding(word, agreement, people, where, sentence)
